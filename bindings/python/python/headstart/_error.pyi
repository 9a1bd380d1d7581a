from typing import Any, Dict, List, Optional

class Error(Exception):
    code: str
    operation: str
    message: str
    context: Dict[str, Any]
    hint: Optional[str]
    type: Optional[str]
    trace: List[str]
    retryable: bool
    stdout: bytes
    stderr: bytes
    def __init__(
        self, text: str, fields: Optional[Dict[str, Any]] = None, stdout: bytes = b"", stderr: bytes = b""
    ) -> None: ...

def from_native(fields: str, text: str, stdout: bytes, stderr: bytes) -> Error: ...
