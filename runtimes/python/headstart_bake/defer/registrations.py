"""Which modules have put something of theirs into other modules: handlers, subclasses, patches.

Whoever looks at such a registry, table or patched class sees what is there because some module was imported, not
because it was asked for. An entry that is found only by something of the registering module (its own class as the
key, its own name) does not count: without that module nobody can ask for it.
"""

import gc
import types
from _weakref import ref

from .watch import is_module, names_of

CODE_LIKE = (types.CodeType, types.FrameType, types.TracebackType, types.BuiltinFunctionType)
LEAVES = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis), ref, *CODE_LIKE)


def registrations(modules, imported):
    """Pairs of a holder and a registering module, with the names under which things of the latter are found.

    `modules`: what was imported, by name. `imported`: by module, the names that its import statements bind.
    """
    walk = Walk(modules)
    for name, module in modules.items():
        own = imported.get(name, ())
        for key, value in list(names_of(module).items()):
            if key not in own and not (key.startswith("__") and key.endswith("__")):
                walk.begin(name, key, value)
    walk.go_on()
    return walk.found


def subclasses(module, parents):
    """The modules whose classes a module finds when it asks classes for their subclasses.

    `parents`: what it asks, as a scan has it; where that says nothing, all the classes that the module knows.
    """
    names, found, seen = names_of(module), set(), set()
    for pair in parents:
        todo = [names[name] for name in pair if isinstance(names.get(name), type)][:1]
        todo = todo or [value for value in list(names.values()) if isinstance(value, type) and value not in BROAD]
        while todo:
            for kind in type.__subclasses__(todo.pop()):
                if kind not in seen:
                    seen.add(kind)
                    todo.append(kind)
                    found.add(class_owner(kind))
    return found


# Nearly each class is below one of them: to ask them is to look for something else.
BROAD = (object, type, Exception, BaseException)


class Walk:
    def __init__(self, modules):
        self.modules = modules
        self.seen = {}
        self.todo = []
        self.found = {}

    def begin(self, holder, key, value):
        self.todo.append((holder, value, key, frozenset()))

    def go_on(self):
        while self.todo:
            holder, value, name, keys = self.todo.pop()
            kind = type(value)
            if kind in LEAVES or isinstance(value, LEAVES) or is_module(value):
                continue
            owner = self.owner(value)
            if owner is not None and owner != holder:
                if owner not in keys:
                    self.found.setdefault((holder, owner), set()).add(name)
                continue
            if id(value) in self.seen:
                continue
            # Kept, so that no other object gets its number.
            self.seen[id(value)] = value
            for key, child, more in self.children(value):
                self.todo.append((holder, child, key or name, keys | more if more else keys))

    def owner(self, value):
        """The module that made a function, a class, or an instance of one of its classes."""
        if isinstance(value, types.FunctionType):
            name = value.__module__ if hasattr(value, "__wrapped__") else value.__globals__.get("__name__")
        else:
            name = class_owner(value if isinstance(value, type) else type(value))
        return name if type(name) is str and name in self.modules else None

    def children(self, value):
        try:
            if isinstance(value, dict):
                return [
                    (key if type(key) is str else None, one, self.names_in(key))
                    for key, entry in list(dict.items(value))
                    for one in (key, entry)
                ]
            if isinstance(value, types.FunctionType):
                return [(None, one, None) for one in function_parts(value)]
            if isinstance(value, type):
                return [(key, one, None) for key, one in list(vars(value).items())]
            return [(None, one, None) for one in gc.get_referents(value) if one is not type(value)]
        except Exception:
            # Something of the function's that cannot even be looked at.
            return []

    def names_in(self, key):
        """The modules without which nobody has this key."""
        if type(key) is str:
            return frozenset({key}) if key in self.modules else None
        if isinstance(key, tuple):
            return frozenset().union(*(self.names_in(one) or () for one in key))
        owner = self.owner(key)
        return frozenset({owner}) if owner is not None else None


def function_parts(function):
    yield from (function.__defaults__ or ())
    yield from (function.__kwdefaults__ or {}).values()
    yield from vars(function).values()
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            pass


def class_owner(kind):
    """Where a class was written, whatever it says of itself: its first method knows."""
    for value in vars(kind).values():
        is_function = isinstance(value, types.FunctionType)
        if is_function and value.__qualname__ == "%s.%s" % (kind.__qualname__, value.__name__):
            return value.__globals__.get("__name__")
    return getattr(kind, "__module__", None)
