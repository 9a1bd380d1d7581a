"""Modules that no other finder found."""

import os
import sys

from .originals import exists, make_directory


class Finder:
    """The last of the import system's finders: modules that no other one found."""

    def __init__(self, fallback):
        self.fallback = fallback

    def find_spec(self, name, path=None, target=None):
        tail = name.rpartition(".")[2]
        for directory in sys.path if path is None else path:
            spec = self._in(name, tail, directory)
            if spec is not None:
                return spec
        return None

    def _in(self, name, tail, directory):
        from importlib.machinery import ModuleSpec, PathFinder, all_suffixes

        found = self.fallback.find_module(directory or os.getcwd(), tail, all_suffixes())
        if found is None:
            return None
        stem, file = found
        if file is None:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [make_directory(os.path.join(self.fallback.overlay, stem))]
        else:
            parent = os.path.dirname(os.path.join(self.fallback.overlay, stem))
            # What was just unpacked must be seen.
            sys.path_importer_cache.pop(parent, None)
            spec = PathFinder.find_spec(name, [parent])
        return self._spread(spec, stem)

    def _spread(self, spec, stem):
        """A package has its other modules in the package that was slimmed."""
        there = os.path.join(self.fallback.root, stem)
        if spec is not None and spec.submodule_search_locations is not None and exists(there):
            spec.submodule_search_locations.append(there)
        return spec
