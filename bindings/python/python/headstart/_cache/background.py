"""Values are computed anew on threads of their own while the old ones are served."""

import os
import threading

from .warning import tell_of_failure

#: So many at a time; a further one is computed by the caller that came for it.
MOST = 8

_free = threading.BoundedSemaphore(MOST)


def start(step):
    """Runs a step elsewhere, with the caller's context; `False` where there are too many, or no thread can be had."""
    import contextvars

    if not _free.acquire(blocking=False):
        return False
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_run, step), name="headstart-refresh", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        _free.release()
        return False
    return True


def _run(step):
    try:
        step.run()
    except Exception:
        # The old value stands; who comes when it is good no longer has the error.
        tell_of_failure()
    finally:
        _free.release()


def _after_fork():
    # The threads that hold places are not in this process.
    global _free
    _free = threading.BoundedSemaphore(MOST)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
