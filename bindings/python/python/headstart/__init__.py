"""Hooks for functions that a Headstart host runs, caches for their values, and a host to run functions with.

Importing this costs less than ``import json``; the caches, the host and the error classes load on first use.
"""

from ._hooks import after_restore, after_thaw, before_freeze, before_snapshot, prewarm, shutdown

__version__ = "0.1.0"

__all__ = [
    "Cache",
    "Error",
    "Host",
    "Reply",
    "after_restore",
    "after_thaw",
    "before_freeze",
    "before_snapshot",
    "cached",
    "errors",
    "parameter",
    "prewarm",
    "secret",
    "shutdown",
]

# What loads on first use: the module that has it, and the attribute, or none for the module itself.
_LAZY = {
    "Cache": ("_cache", "Cache"),
    "cached": ("_cache", "cached"),
    "parameter": ("_cache.readers", "parameter"),
    "secret": ("_cache.readers", "secret"),
    "Host": ("_host", "Host"),
    "Reply": ("_host", "Reply"),
    "Error": ("errors", "Error"),
    "errors": ("errors", None),
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    import importlib

    module_name, attribute = _LAZY[name]
    module = importlib.import_module("." + module_name, __name__)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_LAZY))
