"""What a cache has done and holds."""

from collections import namedtuple

FIELDS = ("process_hits", "node_hits", "stale", "waits", "overdue", "evictions", "damaged", "errors", "bytes")

#: The first four are those of `functools.lru_cache`.
CacheInfo = namedtuple("CacheInfo", ("hits", "misses", "maxsize", "currsize") + FIELDS)


def of(cache, max_entries):
    """The figures of a native cache."""
    import json

    found = json.loads(cache.statistics())
    hits = found["process_hits"] + found["node_hits"]
    return CacheInfo(hits, found["misses"], max_entries, found["entries"], *(found[field] for field in FIELDS))
