from typing import NamedTuple

class CacheInfo(NamedTuple):
    hits: int
    misses: int
    maxsize: int
    currsize: int
    process_hits: int
    node_hits: int
    stale: int
    waits: int
    overdue: int
    evictions: int
    damaged: int
    errors: int
    bytes: int
