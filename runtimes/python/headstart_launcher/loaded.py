"""What a zygote of a tree has loaded, and what that depended on: from it the host tells whose function may begin here.

A function may where it would itself find every module in the same place, and has the same value of every environment
variable that was read meanwhile.
"""

import os
import sys

from . import jsontext

# Of what is told, half of what a message may hold.
MOST_BYTES = 512 << 10
# Stands for every variable: something went through all of them.
ALL = "*"
# Stands in a package, and is told all the same: whoever loads it looks for distributions along the search path.
METADATA = "importlib.metadata"


class Loaded:
    """What was loaded since the bare start of a worker, along the way from the root."""

    def __init__(self, bare):
        # Names of modules that every worker has.
        self.bare = bare
        self.path = list(sys.path)
        self.read = set()
        # Variables that were set while modules were imported, None for those that were taken away.
        self.changed = {}

    def __enter__(self):
        self.before = dict(os.environ)
        for environment in _environments():
            environment.__class__ = _watched(self.read)
        return self

    def __exit__(self, *_):
        for environment in _environments():
            environment.__class__ = os._Environ
        for name in self.before.keys() | os.environ.keys():
            value = os.environ.get(name)
            if value != self.before.get(name):
                self.changed[name] = value

    def tell(self, ready):
        """Writes it into a `ready`; without it no function may begin here."""
        modules = [{"name": name, "places": places} for name, places in self._modules()]
        loaded = {"path": self.path, "modules": modules, "environment": sorted(self.read)}
        if len(jsontext.control(loaded)) <= MOST_BYTES:
            ready["loaded"] = loaded

    def _modules(self):
        for name, module in list(sys.modules.items()):
            is_told = "." not in name and name not in self.bare and name not in sys.builtin_module_names
            if is_told or name == METADATA:
                yield name, _places(name, module)


def _places(name, module):
    """Where a module is looked for: the directories of a package, else the file; none where it comes from no path."""
    try:
        names = getattr(getattr(module, "__spec__", None), "name", name), getattr(module, "__name__", name)
        if names != (name, name):
            # Something else under another name besides, as extension modules of packages enter themselves.
            return []
        places = list(getattr(module, "__path__", ())) or [getattr(module, "__file__", None)]
        return [place for place in places if isinstance(place, str)]
    except Exception:
        # A module may be any object, and raise whatever it likes.
        return []


def _environments():
    return [it for it in (os.environ, getattr(os, "environb", None)) if isinstance(it, os._Environ)]


def _watched(read):
    """The class of an environment that takes note of what is read."""

    class Watched(os._Environ):
        def __getitem__(self, key):
            read.add(os.fsdecode(key) if isinstance(key, (str, bytes)) else ALL)
            return super().__getitem__(key)

        def __iter__(self):
            read.add(ALL)
            return super().__iter__()

    return Watched
