"""The base of all errors, and how the native part makes one."""

import json


class Error(Exception):
    """An operation failed. Subclasses are in `headstart.errors`, one for each code.

    `code` is stable; `operation` is what was tried, `message` what went wrong, `context` what it was about,
    `hint` what to do next (or None), `retryable` whether the same call may succeed if it is made again. Where
    user code raised, `type` is its exception's class and `trace` its frames. `stdout` and `stderr` are what the
    function wrote meanwhile, as bytes.
    """

    code = "unknown"

    def __init__(self, text, fields=None, stdout=b"", stderr=b""):
        super().__init__(text)
        fields = fields or {}
        self.code = fields.get("code", self.code)
        self.operation = fields.get("operation", "")
        self.message = fields.get("message", text)
        self.context = fields.get("context") or {}
        self.hint = fields.get("hint")
        self.type = fields.get("type")
        self.trace = fields.get("trace") or []
        self.retryable = bool(fields.get("retryable"))
        self.stdout = stdout
        self.stderr = stderr


def from_native(fields, text, stdout, stderr):
    """The exception of the class that the code has; called by the native part with JSON text."""
    from .errors import BY_CODE

    fields = json.loads(fields)
    return BY_CODE.get(fields.get("code"), Error)("failed to " + text, fields, stdout, stderr)
