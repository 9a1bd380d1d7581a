"""Imports a preload set, module by module."""

import sys
import time

from . import failures


class Preloaded:
    """What came of a preload set."""

    def __init__(self):
        self.spent_us = 0
        self.failed = []

    def tell(self, ready):
        """Writes it into a `ready`."""
        ready["timings_us"]["preload"] = self.spent_us
        ready["preload_failed"] = self.failed


def load(channel, preload, watch=None):
    """Imports the modules in order; `watch` is called with each name afterwards."""
    path = preload.get("path")
    if path is not None:
        sys.path.insert(0, path)
    preloaded, begun = Preloaded(), time.monotonic_ns()
    for name in preload["modules"]:
        started = time.monotonic_ns()
        failure = _load(name)
        spent = (time.monotonic_ns() - started) // 1000
        if failure is None:
            channel.log("debug", "imported %s in %d us" % (name, spent))
        else:
            preloaded.failed.append(failure)
        if watch is not None:
            watch(name)
    preloaded.spent_us = (time.monotonic_ns() - begun) // 1000
    return preloaded


def _load(name):
    try:
        __import__(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # A module that wants to end the process (SystemExit) is of no use here; the others are.
        return failures.of("preload.module_failed", error, module=name[:1024])
    return None
