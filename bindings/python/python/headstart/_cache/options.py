"""The options that `cached` and `Cache` share."""

import atexit
import sys

# The module `weakref` takes as long to import as all of this.
from _weakref import ref

from .. import _hooks
from .._native import NativeCache, NativePolicy, cache_restored
from . import codecs
from .quantities import seconds, size

# References to the caches that there are, by their numbers; none before the first.
_living = None
# Whether those that are shared are told of what ends or stops the process.
_tells = False


class Options:
    """What is the same for all values of a cache."""

    def __init__(
        self,
        ttl=None,
        *,
        stale=None,
        stale_on_error=None,
        negative_ttl=None,
        refresh_ahead=None,
        scope="process",
        directory=None,
        tags=(),
        codec="msgpack",
        max_entries=10_000,
        max_bytes="64MiB",
        node_bytes="256MiB",
        max_value_bytes="1MiB",
        wait=5,
        refresh_on_restore=False,
        no_snapshot=False,
    ):
        if scope not in ("process", "node"):
            raise ValueError("scope is process or node, not %r" % (scope,))
        if not isinstance(max_entries, int) or max_entries < 1:
            raise ValueError("max_entries is a number of 1 or more, not %r" % (max_entries,))
        self.times = {
            "ttl": seconds(ttl, "ttl"),
            "stale": seconds(stale, "stale"),
            "stale_on_error": seconds(stale_on_error, "stale_on_error"),
            "negative_ttl": seconds(negative_ttl, "negative_ttl"),
            "refresh_ahead": seconds(refresh_ahead, "refresh_ahead"),
        }
        self.flags = {"refresh_on_restore": refresh_on_restore, "no_snapshot": no_snapshot}
        self.tags = tags if callable(tags) else _texts(tags)
        self.max_entries = max_entries
        self.wait = seconds(wait, "wait")
        self.is_shared = scope == "node"
        self.directory = directory
        self.codec = codecs.find(codec)
        self.sizes = {
            "max_entries": max_entries,
            "max_bytes": size(max_bytes, "max_bytes"),
            "node_bytes": size(node_bytes, "node_bytes"),
            "max_value_bytes": size(max_value_bytes, "max_value_bytes"),
        }

    def policy(self, ttl=None, tags=None):
        """How long values are good, or one value is."""
        times = self.times if ttl is None else dict(self.times, ttl=seconds(ttl, "ttl"))
        tags = self.tags if tags is None else tags
        return NativePolicy(tags=[] if callable(tags) else _texts(tags), **times, **self.flags)

    def open(self, name, code, warn, is_shared):
        """The cache that has these options; on the node where it `is_shared`."""
        codec, dumps, loads = self.codec
        cache = NativeCache(
            name,
            code,
            codec=codec,
            dumps=dumps,
            loads=loads,
            directory=self.directory if is_shared else None,
            on_node=is_shared,
            wait=self.wait,
            warn=warn,
            background=_in_background,
            **self.sizes,
        )
        _remember(cache, is_shared)
        return cache


def _in_background(step):
    from .background import start

    return start(step)


def _texts(tags):
    if isinstance(tags, str):
        raise TypeError("tags is a list of texts, not %r" % tags)
    return list(tags)


def _remember(cache, is_shared):
    """Has the cache told of snapshots, and of what ends or stops the process where that is of interest."""
    global _living, _tells
    if _living is None:
        _living = {}
        if _hooks.epoch:
            cache_restored(_hooks.epoch)
        # Before the user's: they are told of a snapshot before this, and of a restore after it.
        _hooks.registry.setdefault("before_snapshot", []).insert(0, before_snapshot)
        _hooks.registry.setdefault("after_restore", []).insert(0, after_restore)
    if is_shared and not _tells:
        _tells = True
        _hooks.registry.setdefault("before_freeze", []).insert(0, tell_now)
        atexit.register(tell_now)
    _living[id(cache)] = ref(cache, lambda _, number=id(cache): _living.pop(number, None))


def before_snapshot():
    """Drops what no snapshot may hold."""
    for cache in _all():
        cache.before_snapshot()
    tell_now()
    _forget_clients()


def tell_now():
    """Tells what caches have done, for `headstart cache` and metrics."""
    for cache in _all():
        cache.tell_now()


def _all():
    caches = [reference() for reference in list((_living or {}).values())]
    return [cache for cache in caches if cache is not None]


def after_restore():
    """Ends what is good for one epoch alone."""
    _forget_clients()
    cache_restored(_hooks.epoch)


def _forget_clients():
    readers = sys.modules.get(__package__ + ".readers")
    if readers is not None:
        readers.forget_clients()
