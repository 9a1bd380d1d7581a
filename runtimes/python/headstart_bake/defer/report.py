"""What a bake tells of deferral."""


class Deferral:
    """The result of `defer`."""

    def __init__(self, rounds, firsts):
        image = rounds.image()
        self.codes, self.table, self.modules = image["codes"], image["table"], image["modules"]
        self.report = report(rounds, firsts)


def report(rounds, firsts):
    """`deferred`: the modules that a start does not load any more, and what loading each costs at its first use."""
    plan, facts = rounds.plan, rounds.facts
    loaded = set(rounds.outcome["loaded"]["init"])
    spared = [name for name in facts["init"] if name in facts["modules"] and name not in loaded]
    costs = sorted(firsts, key=lambda one: -one["us"])
    reasons = {}
    for (name, local), reason in plan.reasons.items():
        reasons.setdefault(reason, []).append("%s.%s" % (name, local))
    return {
        "names": plan.count(),
        "deferred": spared,
        "saved_us": max(rounds.plain_us - rounds.deferred_us, 0),
        "first_uses": [{key: one[key] for key in ("module", "name", "from", "us", "loads")} for one in costs],
        "not_deferred": {reason: sorted(names) for reason, names in reasons.items()},
        "refused": {name: source["refusal"] for name, source in plan.sources.items() if source["refusal"]},
    }
