"""Imports that wait: a module whose import statements are carried out when a name of theirs is first asked for.

`headstart bake` takes the statements out and makes the module's functions ask the module (`__headstart__.name`).
Whoever else asks comes here too: attribute access by `__getattr__` (PEP 562), `dir()`, `vars()`, a star import,
an annotation that is evaluated. A name that was found is stored where the statement would have stored it, so that
it is looked for once. The import system's own locks order threads; an import that fails is tried again, and
fails again, at the next use.
"""

import builtins
import sys

from .order import abandon, begin, end

Module = type(sys)
names_of = Module.__dict__["__dict__"].__get__
ALIAS = "__headstart__"
# Functions of the standard library that take a module's names only to evaluate text among them.
EVALUATORS = {"dataclasses": None, "typing": None, "inspect": ("_signature_fromstr",)}
STATE = "__headstart_deferred__"


class Deferred(Module):
    """A module while some of its names are missing. It becomes an ordinary one with the last of them."""

    @property
    def __dict__(self):
        state = names_of(self)[STATE]
        frame = sys._getframe(1)
        wanted = EVALUATORS.get(frame.f_globals.get("__name__"), ())
        if wanted is None or frame.f_code.co_name in wanted:
            state.serve_evaluation()
            return state.names
        return state.complete()

    def __defer__(self, number):
        names_of(self)[STATE].defer(number)

    def __setattr__(self, name, value):
        state = names_of(self)[STATE]
        if not state.is_other_submodule(name, value):
            Module.__setattr__(self, name, value)
            state.missing.pop(name, None)

    def __delattr__(self, name):
        state = names_of(self)[STATE]
        if name in state.missing and name not in state.names:
            state.get(name)
        state.submodules.discard(name)
        Module.__delattr__(self, name)

    def __dir__(self):
        state = names_of(self)[STATE]
        return sorted({*Module.__dir__(self), *state.missing, *state.submodules} - {ALIAS, STATE})


class State:
    """What a module misses."""

    __slots__ = ("module", "names", "statements", "missing", "submodules", "kept", "own", "is_executed")

    def __init__(self, module, statements, submodules, kept):
        self.module = module
        self.names = names_of(module)
        self.statements = statements
        self.missing = {}
        # Submodules that would be attributes by now, had the imports not waited.
        self.submodules = set(submodules)
        # Names that the package gave to something else than its submodule of that name.
        self.kept = kept
        self.own = None
        self.is_executed = False

    def defer(self, number):
        """What is left of an import statement: from now on its names are missing.

        What an earlier statement bound to the same thing stays: of two sources one may have it from here.
        """
        names, missing = self.names, self.missing
        for name, module, attribute, is_again in self.statements[number]:
            if attribute is None and name in missing:
                missing[name] += ((module, attribute),)
            elif not is_again or (name not in names and name not in missing):
                names.pop(name, None)
                missing[name] = ((module, attribute),)

    def get(self, name):
        """The module's `__getattr__`."""
        wanted = self.missing.get(name)
        if wanted is not None:
            for module, attribute in wanted:
                value = self.find(name, module, attribute)
            # Another thread, or whoever patches modules, may have been here in between.
            value = self.names.setdefault(name, value)
            self.missing.pop(name, None)
            self.settle()
            return value
        if name in self.submodules:
            return self.submodule(name)
        if self.own is not None:
            return self.own(name)
        raise AttributeError("module %r has no attribute %r" % (self.names["__name__"], name))

    def find(self, name, module, attribute):
        own = self.names["__name__"]
        if module == own and attribute == name:
            return find_submodule(self.module, own, name)
        return find(module, attribute)

    def submodule(self, name):
        full = "%s.%s" % (self.names["__name__"], name)
        __import__(full)
        self.submodules.discard(name)
        self.settle()
        return self.names.get(name, sys.modules[full])

    def settle(self):
        """Makes the module an ordinary one once nothing is missing."""
        if self.is_executed and not self.missing and not self.submodules and not self.kept:
            if type(self.module) is Deferred:
                self.module.__class__ = Module

    def serve_evaluation(self):
        """Has text that is evaluated among the module's names find those that are missing."""
        if self.missing and type(self.names.get("__builtins__")) is not Builtins:
            found = Builtins(vars(builtins))
            found.state = self
            self.names["__builtins__"] = found

    def complete(self):
        """All the names, none of them missing."""
        for name in list(self.missing):
            if name not in self.names:
                self.get(name)
        for name in list(self.submodules):
            if name not in self.names:
                self.submodule(name)
        return self.names

    def is_other_submodule(self, name, value):
        """Whether the import system sets a submodule where the package has something else of that name."""
        if type(value) is not Module and type(value) is not Deferred:
            return False
        own = self.names["__name__"]
        if sys.modules.get("%s.%s" % (own, name)) is not value:
            return False
        if name in self.kept and name in self.names:
            return True
        wanted = self.missing.get(name)
        return wanted is not None and wanted[-1] != (own, name)


class Builtins(dict):
    """The builtins of a module whose missing names stand in annotations: evaluating one finds them here."""

    __slots__ = ("state",)

    def __missing__(self, name):
        if name in self.state.missing:
            return self.state.get(name)
        raise KeyError(name)


def find(module, attribute):
    """What an import statement would have bound."""
    __import__(module)
    if attribute is None:
        return sys.modules[module.partition(".")[0]]
    found = sys.modules[module]
    if not attribute:
        return found
    if type(found) is Deferred:
        state = names_of(found)[STATE]
        if attribute in state.missing and attribute not in state.names:
            # An AttributeError within it is no sign that there is no such name.
            return state.get(attribute)
    try:
        return getattr(found, attribute)
    except AttributeError:
        return find_submodule(found, module, attribute)


def find_submodule(package, name, attribute):
    """What `from package import attribute` means where the package has no such attribute."""
    full = "%s.%s" % (name, attribute)
    if hasattr(package, "__path__"):
        try:
            __import__(full)
        except ModuleNotFoundError as error:
            if error.name != full:
                raise
    if full in sys.modules:
        return sys.modules[full]
    path = getattr(package, "__file__", None)
    text = "cannot import name %r from %r (%s)" % (attribute, name, path or "unknown location")
    raise ImportError(text, name=name, path=path)


def execute(module, code, entry):
    """Carries out a module's code. `entry` is the module's row of the table that the bake wrote."""
    statements, submodules, kept, has_annotations, _, companions = entry
    names = names_of(module)
    begin()
    try:
        if statements or submodules or kept:
            execute_deferred(module, code, names, State(module, statements, submodules, kept), has_annotations)
        else:
            exec(code, names)
    except BaseException:
        abandon()
        raise
    end(companions)


def execute_deferred(module, code, names, state, has_annotations):
    names[STATE] = state
    names[ALIAS] = module
    names["__getattr__"] = get = state.get
    module.__class__ = Deferred
    exec(code, names)
    own = names.get("__getattr__")
    if own is not get:
        state.own = own
        names["__getattr__"] = get
    state.is_executed = True
    if has_annotations:
        state.serve_evaluation()
    state.settle()
