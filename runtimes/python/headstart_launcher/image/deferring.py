"""Finds and executes modules some of whose imports wait: those of an image that was baked with `--defer`."""

import sys
from _frozen_importlib_external import PathFinder, SourceFileLoader
from marshal import loads

from . import DEFERRED, deferred
from .finder import Finder, Loader
from .order import prepare

# Marks a spec of a module that is not that of the image.
AS_IT_IS = "headstart: as it is"
# Whose frames the import system takes out of a traceback.
FROZEN = "<frozen importlib._bootstrap>"
CALL = "_call_with_frames_removed"


class DeferringLoader(Loader):
    """Executes the code of the image; who asks for the code gets that of the source."""

    def get_code(self, fullname):
        return SourceFileLoader.get_code(self, fullname)

    def exec_module(self, module):
        self._headstart.execute(module, self)


class DeferringFinder(Finder):
    """Stands where `Finder` does."""

    def __init__(self, image, identity, package, tell):
        super().__init__(image, identity, package, tell)
        self._rows = loads(image.data(self._numbers[DEFERRED]))

    def find_spec(self, name, path=None, target=None):
        row = self._rows.get(name)
        if row is None:
            return super().find_spec(name, path, target)
        before = row[4]
        if before and name not in sys.modules:
            made = prepare(name, before)
            if made is not None:
                return made
        spec = super().find_spec(name, path, target)
        return spec if spec is not None else self._as_it_is(name, path, target)

    def _as_it_is(self, name, path, target):
        """A module that is not that of the image: its own imports do not wait, those of others do."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = DeferringLoader(name, spec.loader.path, self)
            spec.loader_state = AS_IT_IS
        return spec

    def _loader(self, name, file):
        return (DeferringLoader if name in self._rows else Loader)(name, file, self)

    def execute(self, module, loader):
        """Carries out a module's code; without that of the image, none of its statements waits."""
        spec, row = module.__spec__, self._rows[loader.name]
        code = None if spec.loader_state == AS_IT_IS else self.code(loader.name, loader.path)
        if code is None:
            code, row = loader.get_code(loader.name), ((), *row[1:])
        deferred.execute(module, code, row)


def _conceal(function):
    """Has tracebacks show as little of a function as of the import system."""
    function.__code__ = function.__code__.replace(co_filename=FROZEN, co_name=CALL)


for _function in (
    DeferringLoader.exec_module,
    DeferringFinder.execute,
    deferred.execute,
    deferred.execute_deferred,
):
    _conceal(_function)
