import os
from types import TracebackType
from typing import Any, Dict, Optional, Type, Union

_Path = Union[str, os.PathLike[str]]

class Reply:
    payload: bytes
    stdout: bytes
    stderr: bytes
    tier: str
    timings: Dict[str, int]
    def __init__(self, payload: bytes, stdout: bytes, stderr: bytes, tier: str, timings: str) -> None: ...
    @property
    def value(self) -> Any: ...

class Host:
    def __init__(
        self,
        state_dir: Optional[_Path] = None,
        *,
        native_launcher: Optional[_Path] = None,
        max_workers: Optional[int] = None,
    ) -> None: ...
    def register(
        self,
        path: _Path,
        entry: Optional[str] = None,
        *,
        runtime: Optional[str] = None,
        interpreter: Optional[_Path] = None,
        preload: Optional[_Path] = None,
        environment: Optional[Dict[str, str]] = None,
        inherit: bool = True,
    ) -> int: ...
    def prewarm(self, function: int, tier: str = "warm", count: int = 1) -> None: ...
    def invoke(self, function: int, event: Any = None, *, timeout: float = 30.0) -> Reply: ...
    def invoke_json(self, function: int, event: Union[str, bytes], *, timeout: float = 30.0) -> Reply: ...
    def stop(self, grace: float = 5.0) -> None: ...
    def __enter__(self) -> Host: ...
    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
        /,
    ) -> None: ...
