"""Modules that are cold."""

import os
import sys

from .originals import exists, make_directory


class Finder:
    """The last of the import system's finders: modules that no other one found."""

    def __init__(self, fallback):
        self.fallback = fallback

    def find_spec(self, name, path=None, target=None):
        for directory in sys.path if path is None else path:
            spec = self._in(name, directory)
            if spec is not None:
                return spec
        return None

    def _in(self, name, directory):
        from importlib.machinery import ModuleSpec, PathFinder, all_suffixes

        tail = name.rpartition(".")[2]
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


class FinderInOrder(Finder):
    """Stands before the finder of the search path: a cold module comes before another of its name that stands in a
    later directory, as the runtime's own copy of a package does."""

    def __init__(self, fallback, names):
        super().__init__(fallback)
        # Modules outside of any package that are cold.
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if path is None:
            directories = list(sys.path) if name in self.names else ()
        else:
            # A package has several directories where it is spread over the search path.
            directories = list(path) if len(path) > 1 else ()
        for number, directory in enumerate(directories):
            if self.fallback.has_module(directory or os.getcwd(), name.rpartition(".")[2]):
                spec = self._first(name, directories, number)
                if spec is not None:
                    return spec
        return None

    def _first(self, name, directories, number):
        from importlib.machinery import PathFinder

        before = PathFinder.find_spec(name, directories[: number + 1])
        if before is not None and before.loader is not None:
            return before
        spec = self._in(name, directories[number])
        if spec is None or spec.loader is not None:
            return spec
        # A namespace package is made of all its parts, unless a module stands somewhere.
        rest = PathFinder.find_spec(name, directories)
        if rest is not None and rest.loader is not None:
            return None
        parts = [] if rest is None else list(rest.submodule_search_locations)
        spec.submodule_search_locations.extend(it for it in parts if it not in spec.submodule_search_locations)
        return spec
