"""Runs what user code asked to be run before and after freezing, snapshots and the rest."""

import sys

from . import failures

BACKWARD = frozenset(("before_freeze", "before_snapshot", "shutdown"))


def run(kind, channel, body):
    """Runs the hooks of a kind; the failures of those that raised."""
    if kind == "after_restore":
        from . import randomness

        randomness.after_restore()
    if kind in ("after_thaw", "after_restore"):
        _tell_time(body)
    failed = []
    for name, call in _calls(kind):
        # Names the hook first, so that the host can say which one hangs.
        channel.log("debug", "running hook %s" % name, name)
        try:
            _finish(call())
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            failed.append(failures.of("hook.failed", error, hook=name[:1024]))
    return failed


def shut_down(channel):
    """Runs the shutdown hooks. The host may be gone before they end; they run all the same."""
    for failure in run("shutdown", _Quiet(channel), {}):
        text = "hook %s failed: %s: %s" % (failure["hook"], failure["type"], failure["message"])
        sys.stderr.write("headstart: %s\n" % text)
    awaiting = sys.modules.get(__package__ + ".awaiting")
    if awaiting is not None:
        awaiting.close()


class _Quiet:
    """A channel whose host need not listen."""

    def __init__(self, channel):
        self.channel = channel

    def log(self, level, message, hook=None):
        from .channel import Disconnected

        try:
            self.channel.log(level, message, hook)
        except Disconnected:
            pass


def _calls(kind):
    own, foreign = _own(kind), _snapshot_restore(kind)
    # What was told first of a snapshot is told last of the restore.
    return foreign + own if kind == "after_restore" else own + foreign


def _own(kind):
    module = sys.modules.get("headstart._hooks")
    functions = list(module.registry.get(kind, ())) if module is not None else []
    if kind in BACKWARD:
        functions.reverse()
    return [(name_of(function), function) for function in functions]


def _snapshot_restore(kind):
    """Hooks registered with the snapshot_restore_py package, which AWS Lambda calls."""
    module = sys.modules.get("snapshot_restore_py")
    if module is None or kind not in ("before_snapshot", "after_restore"):
        return []
    registered = list(getattr(module, "get_" + kind)())
    if kind == "before_snapshot":
        registered.reverse()
    return [(name_of(function), _bind(function, *rest)) for function, *rest in registered]


def _bind(function, arguments=(), keywords=None):
    return lambda: function(*arguments, **(keywords or {}))


def name_of(function):
    """`module.qualname`."""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return "%s.%s" % (getattr(function, "__module__", None) or type(function).__module__, name)


def _finish(value):
    if hasattr(type(value), "__await__"):
        from . import awaiting

        awaiting.run(value)


def _tell_time(body):
    module = sys.modules.get("headstart._hooks")
    if module is not None:
        module.epoch = body["epoch"]
        module.woken_ns = body["wall_clock_ns"]
