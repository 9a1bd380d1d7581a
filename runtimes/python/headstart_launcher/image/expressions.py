"""Regular expressions that were compiled when the image was baked.

What the interpreter's compiler makes of an expression depends on the expression, its flags and the interpreter. Here it
stands behind the cache of `re`: what that does not have yet it gets from the image. Nothing stands around the compiler,
which would show in tracebacks, and in the lines that its warnings name.
"""

import sys
from marshal import loads

from . import EXPRESSIONS

NAME = "re"
# The modules that make an expression.
if sys.version_info >= (3, 11):
    MAKING = frozenset(("re._compiler", "re._parser", "re._constants", "re._casefix"))
else:
    MAKING = frozenset(("sre_compile", "sre_parse", "sre_constants"))


def serve(finder):
    """Has expressions come from the image of `finder`, once `re` is loaded."""
    finder.followers[NAME] = lambda module: _stand_behind(module, finder)
    if NAME in sys.modules:
        _stand_behind(sys.modules[NAME], finder)


def _stand_behind(module, finder):
    cache = cache_of(module)
    if cache is None or own_makers(module) is None or not all(map(finder.has, (NAME, *MAKING))):
        return
    tables = finder.entry(EXPRESSIONS)
    if tables is None:
        return
    if type(tables) is not tuple or [type(table) for table in tables] != [dict, dict]:
        finder.damaged("%s makes no sense" % EXPRESSIONS)
        return
    found = Cache(getattr(module, cache))
    found.module, found.expressions = module, Expressions(module, tables, finder.damaged)
    setattr(module, cache, found)


def cache_of(module):
    """What the cache is called that `re` asks first; None where somebody stands there already."""
    name = "_cache2" if hasattr(module, "_cache2") else "_cache"
    return name if type(getattr(module, name, None)) is dict else None


def makers(module):
    """The functions that make an expression; None where there are others than we know."""
    try:
        compiler = getattr(module, "_compiler", None) or module.sre_compile
        parser = getattr(compiler, "_parser", None) or compiler.sre_parse
        return compiler._sre.compile, compiler.compile, compiler._code, parser.parse
    except AttributeError:
        return None


def own_makers(module):
    """The same; None where somebody has replaced one of them before we came."""
    found = makers(module)
    names = [getattr(it, "__globals__", {}).get("__name__") for it in (found or ())[1:]]
    return found if MAKING.issuperset(names) else None


class Expressions:
    """Those of an image: by pattern and flags, what follows the pattern in the call of `_sre.compile`."""

    def __init__(self, module, tables, damaged):
        self._module, self._damaged = module, damaged
        self._makers = makers(module)
        # Apart by type: text and bytes are never compared, which may warn.
        self._rows = dict(zip((str, bytes), tables))

    def find(self, key):
        """The expression of a key of the cache; None where it has to be compiled."""
        kind, pattern, flags = key
        # 0.0 is a key too, equal to 0, and makes an error.
        row = self._rows.get(kind, {}).get((pattern, flags)) if isinstance(flags, int) else None
        # Whoever replaces one of the functions wants other expressions.
        if row is None or makers(self._module) != self._makers:
            return None
        try:
            return self._makers[0](pattern, *loads(row))
        except RecursionError:
            return None
        except (EOFError, OverflowError, RuntimeError, TypeError, ValueError) as error:
            self._rows = {}
            self._damaged(error)
            return None


class Cache(dict):
    """A cache of `re`, with the image behind it."""

    __slots__ = ("module", "expressions")

    def __missing__(self, key):
        # From Python 3.12 on the cache that is asked first has a larger one behind it: that is filled.
        store = self.module._cache
        if type(key) is tuple and len(key) == 3 and key not in store:
            found = self.expressions.find(key)
            if found is not None:
                self._make_room(store)
                store[key] = found
                if store is self:
                    return found
        raise KeyError(key)

    def _make_room(self, store):
        """As `re` does."""
        if len(store) >= self.module._MAXCACHE:
            try:
                del store[next(iter(store))]
            except (StopIteration, RuntimeError, KeyError):
                pass
