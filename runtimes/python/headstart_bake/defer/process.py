"""The state of the whole process, in words that two runs can be compared by.

Nothing that is of one run only (addresses, numbers of threads) goes into it, and nothing that belongs to a module
that is absent: `counts` says of a thing whether it does not. Each part has a name, so that a difference says where
it is; abstract classes and loggers have one each.
"""

import gc
import os
import signal
import sys
import threading
import types

from . import trial
from .watch import HOOKS, WATCHED_SIGNALS, is_module, names_of


def names():
    """The names of all the parts that there are now."""
    yield from PARTS
    yield from sorted("abc " + name for name in abstract_classes())
    yield from sorted("logger " + name for name in loggers())


def words_of(name, counts):
    """The words for a part; None where there is nothing to say."""
    kind, _, rest = name.partition(" ")
    if kind == "abc":
        return registered(find_class(rest), counts)
    if kind == "logger":
        return logger_words(rest, counts)
    return repr(PARTS[name](counts))


def full_name(value):
    """The qualified name of a function, a class, or an instance's class."""
    if type(value) is types.MethodType:
        value = value.__func__
    if not isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        value = type(value)
    return "%s.%s" % (value.__module__, value.__qualname__)


def named(values, counts):
    return [full_name(one) for one in values if counts(one)]


def finders(counts):
    own = "headstart_"
    found = [name for name in named(sys.meta_path, counts) if not name.startswith(own)]
    return [found, named(sys.path_hooks, counts), sys.path]


def warning_filters(counts):
    warnings = sys.modules.get("warnings")
    return [str(one) for one in warnings.filters if counts(one[2])] if warnings else []


def pickling(counts):
    copyreg = sys.modules.get("copyreg")
    return sorted(named(copyreg.dispatch_table, counts)) if copyreg else []


def mime_types(_):
    mimetypes = sys.modules.get("mimetypes")
    return sorted(mimetypes.types_map.items()) if mimetypes and mimetypes.inited else None


def at_exit(counts):
    """What is to be called when the process ends; the standard library only puts its own affairs in order."""
    return [name for name in named(trial.recorded["exit"], counts) if not is_library(name)]


def is_library(name):
    return name.partition(".")[0] in LIBRARY


# From 3.10 on the interpreter says it.
LIBRARY = getattr(sys, "stdlib_module_names", ("concurrent", "logging", "multiprocessing", "threading", "weakref"))

PARTS = {
    "codecs": lambda counts: named(trial.recorded["codecs"], counts),
    "collector": lambda counts: named(gc.callbacks, counts),
    "environment": lambda counts: sorted(os.environ.items()),
    "exit": at_exit,
    "finders": finders,
    "hooks": lambda counts: [full_name(getattr(sys, name)) for name in HOOKS],
    "limits": lambda counts: (sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), gc.get_threshold()),
    "mimetypes": mime_types,
    "pickling": pickling,
    "signals": lambda counts: [str(signal.getsignal(one).__class__) for one in WATCHED_SIGNALS],
    "threads": lambda counts: threading.active_count(),
    "warnings": warning_filters,
}


def abstract_classes():
    """By full name, the classes that others can be registered with."""
    found, todo, seen = {}, [object], set()
    while todo:
        kind = todo.pop()
        for one in type.__subclasses__(kind):
            if one not in seen:
                seen.add(one)
                todo.append(one)
                if "_abc_impl" in vars(one):
                    found["%s.%s" % (one.__module__, one.__qualname__)] = one
    return found


def find_class(name):
    """A class by its full name; None where it is not to be found by it."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        found = sys.modules.get(".".join(parts[:count]))
        if is_module(found):
            for part in parts[count:]:
                found = names_of(found).get(part) if is_module(found) else vars(found).get(part)
                if not isinstance(found, type):
                    return None
            return found
    return abstract_classes().get(name)


def registered(kind, counts):
    if kind is None or "_abc_impl" not in vars(kind):
        return None
    # Those of the library are there whatever is loaded, under names of modules that need not be.
    if not counts(kind) and not is_library(full_name(kind)):
        return None
    try:
        import _abc

        classes = [one() for one in _abc._get_dump(kind)[0]]
    except (ImportError, TypeError):
        return None
    return repr(sorted(named([one for one in classes if one is not None], counts))) if classes else None


def loggers():
    logging = sys.modules.get("logging")
    root = getattr(logging, "root", None)
    return {"root": root, **root.manager.loggerDict} if root is not None else {}


def logger_words(name, counts):
    """What a logger was told; None where it was only made, or is that of a module that is absent."""
    logger = loggers().get(name)
    if logger is None or not hasattr(logger, "handlers") or not counts(name):
        return None
    handlers, filters = named(logger.handlers, counts), named(logger.filters, counts)
    if name != "root" and not (handlers or filters or logger.level or logger.disabled or not logger.propagate):
        return None
    levels = [(one.level, full_name(one.formatter)) for one in logger.handlers if counts(one)]
    return repr((logger.level, logger.propagate, logger.disabled, handlers, levels, filters))
