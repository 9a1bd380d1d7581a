from typing import Any, Awaitable, Callable, Generic, Hashable, Iterable, Optional, TypeVar, Union, overload

from .info import CacheInfo
from .options import Codec, Directory, Size, Time

_V = TypeVar("_V")
_D = TypeVar("_D")

class Cache(Generic[_V]):
    name: str
    def __init__(
        self,
        name: str,
        *,
        version: str = ...,
        ttl: Optional[Time] = ...,
        stale: Optional[Time] = ...,
        stale_on_error: Optional[Time] = ...,
        negative_ttl: Optional[Time] = ...,
        refresh_ahead: Optional[Time] = ...,
        scope: str = ...,
        directory: Optional[Directory] = ...,
        tags: Iterable[str] = ...,
        codec: Union[str, Codec] = ...,
        max_entries: int = ...,
        max_bytes: Size = ...,
        node_bytes: Size = ...,
        max_value_bytes: Size = ...,
        wait: Time = ...,
        refresh_on_restore: bool = ...,
        no_snapshot: bool = ...,
    ) -> None: ...
    @overload
    def get(self, key: Hashable) -> Optional[_V]: ...
    @overload
    def get(self, key: Hashable, default: _D) -> Union[_V, _D]: ...
    def set(self, key: Hashable, value: _V, *, ttl: Optional[Time] = ..., tags: Optional[Iterable[str]] = ...) -> None: ...
    def get_or_compute(
        self,
        key: Hashable,
        function: Callable[[], _V],
        *,
        ttl: Optional[Time] = ...,
        tags: Optional[Iterable[str]] = ...,
    ) -> _V: ...
    async def get_or_compute_async(
        self,
        key: Hashable,
        function: Callable[[], Awaitable[_V]],
        *,
        ttl: Optional[Time] = ...,
        tags: Optional[Iterable[str]] = ...,
    ) -> _V: ...
    @overload
    def pop(self, key: Hashable) -> _V: ...
    @overload
    def pop(self, key: Hashable, default: _D) -> Union[_V, _D]: ...
    def delete(self, key: Hashable) -> bool: ...
    def clear(self) -> None: ...
    def invalidate(self, tag: str) -> None: ...
    def cache_info(self) -> CacheInfo: ...
    @property
    def problem(self) -> Optional[str]: ...
    def __getitem__(self, key: Hashable) -> _V: ...
    def __setitem__(self, key: Hashable, value: _V) -> None: ...
    def __delitem__(self, key: Hashable) -> None: ...
    def __contains__(self, key: Any) -> bool: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
