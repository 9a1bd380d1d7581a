import os
from datetime import timedelta
from typing import Any, Protocol, Union

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
