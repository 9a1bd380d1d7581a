"""The order in which modules are imported, where it matters: what must be there before a module, and what after.

Modules that import each other can often be imported only from one end, and extension modules look for others
that they do not name in any statement. Both found them there in the run that was recorded; since some imports
wait, they are brought here.
"""

import sys
from _frozen_importlib import ModuleSpec
from _thread import _local

nesting = _local()


class Present:
    """The loader of a module that was imported while its import was being prepared."""

    def __init__(self, module):
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec


def prepare(name, before):
    """Imports what must be there first. A spec, where that has imported the module itself; else None."""
    begun = nesting.__dict__.setdefault("begun", set())
    begun.add(name)
    for other in before:
        # An extension module that is being made is not among the modules yet.
        if other not in sys.modules and other not in begun:
            __import__(other)
    module = sys.modules.get(name)
    return None if module is None else ModuleSpec(name, Present(module))


def begin():
    """An execution of a module begins."""
    nesting.depth = getattr(nesting, "depth", 0) + 1


def abandon():
    """It has failed."""
    nesting.depth -= 1


def end(companions):
    """It has ended. Modules that put something into it are imported once no module is half done."""
    nesting.depth -= 1
    waiting = nesting.__dict__.setdefault("waiting", [])
    waiting.extend(companions)
    while waiting and not nesting.depth:
        name = waiting.pop(0)
        if name not in sys.modules:
            __import__(name)
