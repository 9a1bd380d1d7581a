from typing import Any, Callable, Generic, Hashable, Iterable, Optional, TypeVar, Union, overload

from typing_extensions import ParamSpec, Unpack

from .info import CacheInfo
from .options import CommonOptions, Time

_P = ParamSpec("_P")
_R = TypeVar("_R")

class Cached(Generic[_P, _R]):
    __wrapped__: Callable[_P, _R]
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...
    @overload
    def __get__(self, instance: None, owner: Any = ...) -> Cached[_P, _R]: ...
    @overload
    def __get__(self, instance: Any, owner: Any = ...) -> Callable[..., _R]: ...
    def invalidate(self, *args: _P.args, **kwargs: _P.kwargs) -> bool: ...
    def refresh(self, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...
    def invalidate_tag(self, tag: str) -> None: ...
    def cache_clear(self) -> None: ...
    def cache_info(self) -> CacheInfo: ...

@overload
def cached(ttl: Callable[_P, _R]) -> Cached[_P, _R]: ...
@overload
def cached(
    ttl: Optional[Time] = ...,
    *,
    key: Optional[Callable[..., Hashable]] = ...,
    namespace: Optional[str] = ...,
    version: str = ...,
    tags: Union[Iterable[str], Callable[..., Iterable[str]]] = ...,
    **options: Unpack[CommonOptions],
) -> Callable[[Callable[_P, _R]], Cached[_P, _R]]: ...
