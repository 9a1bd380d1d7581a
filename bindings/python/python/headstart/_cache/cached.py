"""A decorator that remembers what a function returned."""

import functools

from .._native import CachedFunction
from . import identity, info
from .options import Options
from .warning import Warned

COROUTINE = 0x80
GENERATOR = 0x20
ASYNC_GENERATOR = 0x200


def cached(ttl=None, *, key=None, namespace=None, version="", **options):
    """Remembers what a function, a method or a coroutine function returned for the same arguments.

    Used as `@cached` or as `@cached(ttl="5m", ...)`. Callers that ask for a value that is being computed wait for it, in
    this process and with `scope="node"` in others, for `wait` seconds at most. Exceptions are not remembered.

    Times are seconds, `timedelta`s or text such as "90s", "5m", "1h"; sizes are bytes or text such as "64MiB".

    `ttl`: how long a value is good; default: until it makes room.
    `stale`: for how long after that it is served while one caller has it computed anew in the background.
    `stale_on_error`: for how long after `ttl` it is served where computing it fails.
    `negative_ttl`: how long `None`, for "there is none", is remembered; default: like any value.
    `refresh_ahead`: how long before the end of `ttl` it is computed anew in the background.
    `scope`: "process", by reference; or "node", in files too, for all workers of this user on this machine.
    `key`: called with the arguments, gives what tells this call from others.
    `tags`: texts, or what gives them for the arguments; all values with a tag are forgotten by `invalidate_tag`.
    `codec`: how values are written: "msgpack", "json", "bytes", or an object with `name`, `dumps` and `loads`. "pickle"
    runs whatever code lies in the cache's directory when a value is read: who may write there may do anything.
    `namespace`, `version`: tell the function's values from others' on the node, in place of its code.
    `max_entries`, `max_bytes`: how much the process holds. `node_bytes`, `max_value_bytes`: how much is in files, in all
    and for one value. `directory`: where.
    `refresh_on_restore`: not served after a restore from a snapshot. `no_snapshot`: in no snapshot, and in no file.
    """
    if callable(ttl) and not isinstance(ttl, str):
        return cached(key=key, namespace=namespace, version=version, **options)(ttl)
    read = Options(ttl, **options)

    def decorate(function):
        if not callable(function):
            raise TypeError("what is cached is a function, not %r" % (function,))
        flags = _flags(function)
        if flags & (GENERATOR | ASYNC_GENERATOR):
            raise TypeError("%r is a generator, whose result can be used once" % (function,))
        made = Cached(function, read, key, (namespace, str(version)))
        return _coroutine_function(made) if flags & COROUTINE else made

    return decorate


def _flags(function):
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(function, "__code__", None) or getattr(getattr(type(function), "__call__", None), "__code__", None)
    return getattr(code, "co_flags", 0)


class Cached(CachedFunction):
    """A function whose results are remembered."""

    def __new__(cls, function, options, key, named):
        warn = Warned(getattr(function, "__qualname__", repr(function)))
        name, code, is_shared = _place(function, options, key, named, warn)
        tags = options.tags if callable(options.tags) else None
        cache = options.open(name, code, warn, is_shared)
        made = super().__new__(cls, cache, function, options.policy(), key, tags)
        functools.update_wrapper(made, function)
        made._cache = cache
        made._options = options
        return made

    def __init__(self, function, options, key, named):
        pass

    def invalidate(self, *args, **kwargs):
        """Forgets the value of a call; whether there was one."""
        return self._remove(args, kwargs)

    def refresh(self, *args, **kwargs):
        """Computes the value of a call anew, keeps it and gives it. What others are computing meanwhile is not kept."""
        step = self._renew(args, kwargs)
        if step is None:
            return self.__wrapped__(*args, **kwargs)
        try:
            return step.complete(self.__wrapped__(*args, **kwargs))
        finally:
            step.release()

    def invalidate_tag(self, tag):
        """Forgets all values that have a tag, in all processes."""
        self._cache.invalidate(tag)

    def cache_clear(self):
        """Forgets all values; other processes notice within a second."""
        self._cache.clear()

    def cache_info(self):
        """What was found and what was not, and what the process holds."""
        return info.of(self._cache, self._options.max_entries)

    def __repr__(self):
        return "<cached %r>" % self.__wrapped__

    def __reduce__(self):
        name = getattr(self, "__qualname__", None)
        if name is None:
            raise TypeError("%r has no name to be found by" % self)
        return name

    def __copy__(self):
        return self

    def __deepcopy__(self, _):
        return self


def _place(function, options, key, named, warn):
    """The namespace, and whether it is on the node: not where the function cannot be told from others."""
    namespace, version = named
    if namespace is not None:
        # Values of a `Cache` with this name are others.
        return namespace, "function " + version, options.is_shared
    try:
        name, code = identity.of_function(function)
        if key is not None:
            code += identity.of_function(key)[1]
    except identity.Unknown as unknown:
        if options.is_shared:
            warn("values are cached in this process alone: %s; tell it from others with namespace=" % unknown)
        return "a function", "", False
    return name, code + version, options.is_shared


def _coroutine_function(made):
    """The same as a coroutine function, for tasks."""
    from . import tasks

    missing, no_key = object(), object()
    function, wait = made.__wrapped__, made._options.wait

    async def wrapper(*args, **kwargs):
        found = made._find(args, kwargs, missing, no_key)
        if found is no_key:
            return await function(*args, **kwargs)
        if found is not missing:
            return found
        return await tasks.obtain(lambda: made._begin(args, kwargs), lambda: function(*args, **kwargs), wait)

    async def refresh(*args, **kwargs):
        """Computes the value of a call anew, keeps it and gives it. What others are computing meanwhile is not kept."""
        step = made._renew(args, kwargs)
        if step is None:
            return await function(*args, **kwargs)
        try:
            return step.complete(await function(*args, **kwargs))
        finally:
            step.release()

    functools.update_wrapper(wrapper, function)
    wrapper.refresh = refresh
    for name in ("invalidate", "invalidate_tag", "cache_clear", "cache_info"):
        setattr(wrapper, name, getattr(made, name))
    return wrapper
