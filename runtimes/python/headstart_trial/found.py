"""Notes what the finder of the search path finds for the import system, and where it looked for it."""

import sys
from _frozen_importlib_external import PathFinder

# The function of the import system that asks the finders.
ASKING = "_find_spec"
FROZEN = "<frozen importlib._bootstrap>"


class Recorder:
    """Keeps for each module its spec and the directories that were searched. `look` is called at each search."""

    def __init__(self, look):
        self.found, self.look = {}, look
        self.original = PathFinder.__dict__["find_spec"]

    def begin(self):
        """Stands before the finder's own method."""
        original, found, look = self.original.__func__, self.found, self.look

        def find_spec(cls, name, path=None, target=None):
            look()
            spec = original(cls, name, path, target)
            asking = sys._getframe(1).f_code
            # Whoever else asks, asks about some other place.
            if spec is not None and asking.co_name == ASKING and asking.co_filename == FROZEN:
                found[name] = spec, list(sys.path if path is None else path), path is None
            return spec

        PathFinder.find_spec = classmethod(find_spec)

    def add(self, name):
        """Finds a module that was loaded before anybody looked."""
        package = name.rpartition(".")[0]
        path = sys.modules[package].__path__ if package else None
        if name not in self.found:
            spec = self.original.__func__(PathFinder, name, path)
            if spec is not None:
                self.found[name] = spec, list(sys.path if path is None else path), path is None

    def end(self):
        """Takes it back."""
        PathFinder.find_spec = self.original
