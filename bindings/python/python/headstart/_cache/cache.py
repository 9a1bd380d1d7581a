"""A cache that is asked by keys."""

from . import info
from .options import Options
from .warning import Warned

_MISSING = object()


class Cache:
    """Values by keys, in the process or on the node.

    `name` and `version` tell it from others: caches of other names or versions share nothing with it. The options are
    those of `headstart.cached`. Keys are text, numbers, bytes, `None` and tuples of these; other hashable objects are keys
    in this process alone.
    """

    def __init__(self, name, *, version="", **options):
        if not isinstance(name, str) or not name:
            raise ValueError("a cache's name is a text, not %r" % (name,))
        self.name = name
        self._options = Options(**options)
        if callable(self._options.tags):
            raise TypeError("the tags of a Cache are texts; of one value they are said with it")
        self._policy = self._options.policy()
        self._native = self._options.open(name, str(version), Warned(name), self._options.is_shared)

    def get(self, key, default=None):
        """The value of a key where there is a fresh one, else `default`."""
        return self._native.get(key, default)

    def set(self, key, value, *, ttl=None, tags=None):
        """Keeps a value, for another time or with other tags than the cache's."""
        self._native.put(key, value, self._policy_of(ttl, tags))

    def get_or_compute(self, key, function, *, ttl=None, tags=None):
        """The value of a key; where there is none, `function()` is called for it, once for all who ask."""
        return self._native.compute(key, function, self._policy_of(ttl, tags))

    async def get_or_compute_async(self, key, function, *, ttl=None, tags=None):
        """The same with a coroutine function, for tasks."""
        from . import tasks

        policy = self._policy_of(ttl, tags)
        return await tasks.obtain(lambda: self._native.begin(key, policy), function, self._options.wait)

    def pop(self, key, default=_MISSING):
        """Forgets a key and gives its value; `KeyError` where there is none and no default."""
        value = self._native.get(key, _MISSING)
        self._native.remove(key)
        if value is not _MISSING:
            return value
        if default is _MISSING:
            raise KeyError(key)
        return default

    def delete(self, key):
        """Forgets a key; whether there was one. Other processes that hold it serve it for as long as it is good."""
        return self._native.remove(key)

    def clear(self):
        """Forgets everything; other processes notice within a second."""
        self._native.clear()

    def invalidate(self, tag):
        """Forgets everything that has a tag, in all processes."""
        self._native.invalidate(tag)

    def cache_info(self):
        """What it has done in this process, and holds."""
        return info.of(self._native, self._options.max_entries)

    @property
    def problem(self):
        """Why values are kept in the process alone although the scope is the node; else `None`."""
        return self._native.problem()

    def __getitem__(self, key):
        value = self._native.get(key, _MISSING)
        if value is _MISSING:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        self._native.put(key, value, self._policy)

    def __delitem__(self, key):
        if not self._native.remove(key):
            raise KeyError(key)

    def __contains__(self, key):
        return self._native.get(key, _MISSING) is not _MISSING

    def __len__(self):
        """How many values the process holds."""
        return len(self._native)

    # Keys are not told: those of other processes are not known here.
    __iter__ = None

    def __bool__(self):
        return True

    def __repr__(self):
        return "Cache(%r)" % self.name

    def _policy_of(self, ttl, tags):
        return self._policy if ttl is None and tags is None else self._options.policy(ttl, tags)
