"""What a handler is told about its invocation."""

import time

from . import jsontext

# What a handler sees where the host set no deadline: the longest time that fits everywhere, 24 days.
NO_DEADLINE_MILLIS = (1 << 31) - 1


class Context:
    """The second argument of a handler; names as AWS Lambda has them."""

    __slots__ = ("function_name", "memory_limit_in_mb", "_request", "_deadline", "_text", "_fields")

    def __init__(self, function_name, memory_limit_in_mb, request, budget_us, text):
        self.function_name = function_name
        self.memory_limit_in_mb = memory_limit_in_mb
        self._request = request
        self._deadline = time.monotonic_ns() + budget_us * 1000 if budget_us else None
        self._text = text
        self._fields = None

    def _get(self, name):
        if self._fields is None:
            self._fields = self._parse()
        return self._fields.get(name)

    def _parse(self):
        try:
            fields = jsontext.loads(self._text)
        except (ValueError, RecursionError):
            return {}
        return fields if type(fields) is dict else {}

    @property
    def request_id(self):
        """The host's name for this request."""
        name = self._get("request_id")
        return str(self._request) if name is None else name

    aws_request_id = request_id

    @property
    def trace_id(self):
        """The trace that this request belongs to."""
        return self._get("trace_id")

    @property
    def client_context(self):
        """What the caller says about itself."""
        return self._get("client_context")

    @property
    def identity(self):
        """Who the caller is."""
        return self._get("identity")

    @property
    def function_version(self):
        """The version of the function, where the platform has versions."""
        return self._get("function_version")

    @property
    def invoked_function_arn(self):
        """The name that the caller used, where the platform says it."""
        return self._get("invoked_function_arn")

    @property
    def log_group_name(self):
        """Where the platform keeps the function's logs, where it says so."""
        return self._get("log_group_name")

    @property
    def log_stream_name(self):
        """The part of them that is this instance's, where the platform says so."""
        return self._get("log_stream_name")

    def get_remaining_time_in_millis(self):
        """Milliseconds until the deadline, at least 0."""
        if self._deadline is None:
            return NO_DEADLINE_MILLIS
        return max(0, (self._deadline - time.monotonic_ns()) // 1000000)

    def __repr__(self):
        return "Context(function_name=%r, request_id=%r)" % (self.function_name, self.request_id)
