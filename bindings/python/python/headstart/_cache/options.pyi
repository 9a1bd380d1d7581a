import os
from datetime import timedelta
from typing import Any, Optional, Protocol, TypedDict, Union

Time = Union[float, str, timedelta]
"""Seconds, a timedelta, or text such as "90s", "5m", "1h"."""
Size = Union[int, str]
"""Bytes, or text such as "64MiB"."""
Directory = Union[str, "os.PathLike[str]"]

class Codec(Protocol):
    """How values are written for other processes."""

    name: str
    def dumps(self, value: Any, /) -> bytes: ...
    def loads(self, data: bytes, /) -> Any: ...

class CommonOptions(TypedDict, total=False):
    """What `cached` and `Cache` both take."""

    stale: Optional[Time]
    stale_on_error: Optional[Time]
    negative_ttl: Optional[Time]
    refresh_ahead: Optional[Time]
    scope: str
    directory: Optional[Directory]
    codec: Union[str, Codec]
    max_entries: int
    max_bytes: Size
    node_bytes: Size
    max_value_bytes: Size
    wait: Time
    refresh_on_restore: bool
    no_snapshot: bool
