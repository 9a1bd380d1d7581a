"""Watches the executions of modules in a plain run: their order, who caused them, and what they did to others."""

import _warnings
import atexit
import gc
import os
import signal
import sys
import threading
import types
from _operator import is_ as is_same
from importlib import machinery

from . import trial

names_of = types.ModuleType.__dict__["__dict__"].__get__


def is_module(value):
    """Whether it is one, and does not only say so, as proxies do."""
    return issubclass(type(value), types.ModuleType)


class Watch:
    """Wraps the standard loaders while it is active.

    `parents`: the module during whose execution another was first executed. `started`, `finished`: names in order.
    `ready`: for an extension module, how many modules had finished when it was loaded. `patches`: (module that
    was changed, module that changed it, name). `acts`: (module, what of the process it changed).
    """

    def __init__(self):
        self.parents, self.ready = {}, {}
        self.started, self.finished = [], []
        self.patches, self.acts = set(), set()
        # By name, the module that put something else than itself among the modules under it.
        self.aliases = {}
        self.known = set(sys.modules)
        self.running = [""]
        self.shapes = {}
        self.process = process_state()
        self.is_over = False

    def install(self):
        source, extension = machinery.SourceFileLoader, machinery.ExtensionFileLoader
        self.wrap(source, "exec_module", self.execute)
        self.wrap(extension, "create_module", self.create)
        self.wrap(extension, "exec_module", self.execute)
        sys.addaudithook(self.audit)

    def wrap(self, owner, name, around):
        original = getattr(owner, name)

        def wrapped(loader, argument):
            return around(original, loader, argument)

        setattr(owner, name, wrapped)

    def over(self):
        """Nothing is noted from here on."""
        self.is_over = True

    def create(self, original, loader, spec):
        self.ready.setdefault(spec.name, len(self.finished))
        return self.during(spec.name, lambda: original(loader, spec))

    def execute(self, original, loader, module):
        result = self.during(module.__name__, lambda: original(loader, module))
        self.finished.append(module.__name__)
        return result

    def during(self, name, work):
        if self.is_over:
            return work()
        self.compare()
        if name not in self.parents:
            self.parents[name] = self.running[-1]
            self.started.append(name)
        self.running.append(name)
        try:
            return work()
        finally:
            self.compare()
            self.running.pop()

    def compare(self):
        """What has changed since the last time was changed by the module that runs now."""
        current = self.running[-1]
        shapes = self.shapes
        for name in self.parents:
            module = sys.modules.get(name)
            if not is_module(module) or name == current:
                shapes.pop(name, None)
                continue
            names = names_of(module)
            before = shapes.get(name)
            if before is None:
                shapes[name] = dict(names)
            elif len(names) != len(before) or not all(map(is_same, names.values(), before.values())):
                self.note_patches(name, names, before, current)
                shapes[name] = dict(names)
        self.compare_process(current)
        self.note_aliases(current)

    def note_aliases(self, current):
        if len(sys.modules) == len(self.known):
            return
        for name in sys.modules.keys() - self.known:
            self.known.add(name)
            spec = getattr(sys.modules[name], "__spec__", None)
            if current and name not in self.parents and getattr(spec, "name", None) != name:
                self.aliases[name] = current

    def note_patches(self, name, names, before, current):
        for key, value in names.items():
            is_new = key not in before or before[key] is not value
            if is_new and not is_module(value) and not key.startswith("__"):
                self.patches.add((name, current, key))

    def compare_process(self, current):
        state = process_state()
        if state != self.process:
            for key, value in state.items():
                if value != self.process[key]:
                    self.acts.add((current, key))
            self.process = state

    def audit(self, event, arguments):
        # The import system itself keeps bytecode.
        if event in ACTS and not self.is_over and self.running[-1]:
            is_bytecode = any("__pycache__" in str(one) for one in arguments[:2])
            if not is_bytecode and (event != "open" or is_writing(arguments)):
                self.acts.add((self.running[-1], event))


# Audited events that change something outside of the interpreter.
ACTS = {
    "open", "os.chdir", "os.chmod", "os.exec", "os.fork", "os.kill", "os.link", "os.mkdir", "os.posix_spawn",
    "os.remove", "os.rename", "os.rmdir", "os.spawn", "os.symlink", "os.system", "os.truncate", "shutil.rmtree",
    "socket.bind", "socket.connect", "subprocess.Popen", "tempfile.mkdtemp", "tempfile.mkstemp",
}  # fmt: skip


def is_writing(arguments):
    path, _, flags = arguments
    return type(path) is not int and type(flags) is int and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def process_state():
    """What is the whole process's: each part comparable, cheap to take."""
    warnings, copyreg, logging = (sys.modules.get(name) for name in ("warnings", "copyreg", "logging"))
    return {
        "environment": dict(os.environ),
        "finders": [*map(id, sys.meta_path), *map(id, sys.path_hooks), *sys.path],
        "hooks": [id(getattr(sys, name)) for name in HOOKS],
        "streams": [id(sys.stdin), id(sys.stdout), id(sys.stderr)],
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), gc.get_threshold()),
        "collector": [id(one) for one in gc.callbacks],
        "codecs": len(trial.recorded["codecs"]),
        "exit": atexit._ncallbacks(),
        "signals": [signal.getsignal(one) for one in WATCHED_SIGNALS],
        "threads": threading.active_count(),
        "warnings": list(getattr(warnings, "filters", _warnings.filters)),
        "pickling": list(copyreg.dispatch_table) if copyreg else [],
        "logging": logging_state(logging) if logging and hasattr(logging, "root") else (),
    }


HOOKS = ("excepthook", "displayhook", "breakpointhook", "unraisablehook", "getrefcount")
WATCHED_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM]


def logging_state(logging):
    root = logging.root
    return (
        root.level, root.disabled, [id(one) for one in root.handlers], [id(one) for one in root.filters],
        id(logging.getLoggerClass()), root.manager.disable, logging.raiseExceptions,
        sorted(logging._levelToName.items()), id(logging.getLogRecordFactory()),
    )  # fmt: skip
