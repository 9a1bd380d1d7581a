from typing import Any, Optional

from .options import Time

def parameter(
    name: str,
    *,
    ttl: Time = ...,
    stale_on_error: Optional[Time] = ...,
    decrypt: bool = ...,
    transform: Optional[str] = ...,
    client: Any = ...,
) -> Any: ...
def secret(
    name: str,
    *,
    ttl: Time = ...,
    stale_on_error: Optional[Time] = ...,
    stage: Optional[str] = ...,
    version: Optional[str] = ...,
    transform: Optional[str] = ...,
    client: Any = ...,
) -> Any: ...
