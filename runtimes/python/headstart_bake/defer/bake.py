"""The one call that a bake makes."""

from .report import Deferral
from .rounds import Failed, Rounds

__all__ = ["Deferral", "Failed", "defer"]


def defer(package, entry, events, tell=lambda text: None):
    """A proved `Deferral`; one by which nothing waits where nothing can be proved. Raises `Failed`."""
    rounds = Rounds(package, entry, events, tell)
    is_proved = rounds.settle() and rounds.prove()
    firsts = rounds.first_uses() if is_proved else None
    if firsts is None:
        rounds.give_up()
    return Deferral(rounds, firsts or [])
