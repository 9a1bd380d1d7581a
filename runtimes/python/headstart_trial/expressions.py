"""Notes which regular expressions are compiled, and writes down what the interpreter's compiler makes of them.

`bake.expressions` is nothing where there are none; else a marshalled pair of dictionaries, one of text and one of
bytes: by (pattern, flags), marshalled, what follows the pattern in the call of `_sre.compile`.
"""

import marshal
import os
import sys

# Of the flags: TEMPLATE, of which `re` warns before it compiles; LOCALE; DEBUG, which prints what it compiles.
LEFT = 0x01 | 0x04 | 0x80
# A function that makes more is making them of what is in its events.
MOST = 4096


class Noted(dict):
    """The cache that `re` asks first; it notes what it does not have."""

    __slots__ = ("keys_missed",)

    def __missing__(self, key):
        if len(self.keys_missed) < MOST:
            self.keys_missed[key] = None
        raise KeyError(key)


class Recorder:
    """Keeps the keys of the caches of `re`: type of the pattern, pattern, flags."""

    def __init__(self):
        self.keys, self.ended = {}, []

    def begin(self):
        """What is in the cache by now is so at every start."""
        self.look()
        self.keys.clear()

    def look(self):
        """Stands in for the cache as soon as `re` is there, and again where it is loaded again."""
        module = sys.modules.get("re")
        name = "_cache2" if hasattr(module, "_cache2") else "_cache"
        cache = getattr(module, name, None)
        if type(cache) is dict:
            noted = Noted(cache)
            noted.keys_missed = self.keys
            self.keys.update(dict.fromkeys(list(cache)))
            setattr(module, name, noted)

    def end(self):
        """What comes from now on is not the function's."""
        self.look()
        self.ended = list(self.keys)

    def write(self, finder, directory):
        """Compiles each once more. `finder` is told of the modules that did: an image has to know them."""
        from headstart_launcher.image import expressions

        own = expressions.own_makers(sys.modules.get(expressions.NAME))
        tables = _tables(_to_arguments(own[1]), self.ended) if own is not None else ()
        with open(os.path.join(directory, "bake.expressions"), "wb") as file:
            if any(tables):
                marshal.dump(tables, file)
                for name in (expressions.NAME, *sorted(expressions.MAKING)):
                    finder.add(name)


def _to_arguments(function):
    """The interpreter's compiler, with what it would hand to `_sre.compile` as its result."""
    from types import FunctionType, SimpleNamespace

    names = {**function.__globals__, "_sre": SimpleNamespace(compile=lambda *arguments: arguments)}
    return FunctionType(function.__code__, names, None, function.__defaults__)


def _tables(compile_to_arguments, keys):
    tables = {str: {}, bytes: {}}
    for kind, pattern, flags in keys:
        # Where no flags were given, those of `re` are a number of a class of its own.
        if kind in tables and isinstance(flags, int) and not flags & LEFT:
            row = _row(compile_to_arguments, pattern, int(flags))
            if row is not None:
                tables[kind][pattern, int(flags)] = row
    return tuple(tables.values())


def _row(compile_to_arguments, pattern, flags):
    """The expression; None where it has to be compiled anew each time."""
    import warnings

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            _, flags, code, groups, names, numbers = compile_to_arguments(pattern, flags)
        except Exception:  # It raises what it raised when the function compiled it.
            return None
    if warned or flags & LEFT:
        return None
    # The numbers of code are of a class of the compiler's own, which cannot be marshalled.
    return marshal.dumps((int(flags), [int(number) for number in code], groups, names, numbers))
