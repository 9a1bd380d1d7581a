"""What a handler is told about its invocation."""

import os
import time

from . import jsontext

# What a handler sees where the host set no deadline: the longest time that fits everywhere, 24 days.
NO_DEADLINE_MILLIS = (1 << 31) - 1


# Where tracing libraries look for the trace of the request, as on AWS Lambda.
TRACE_VARIABLE = "_X_AMZN_TRACE_ID"
# What a caller's identity is called in JSON, and by handlers.
IDENTITY = {"cognito_identity_id": "cognitoIdentityId", "cognito_identity_pool_id": "cognitoIdentityPoolId"}


# That of the event that is handled, or was last.
current = None


class Fields(dict):
    """What the caller says: a dictionary whose entries are attributes too, as on AWS Lambda; None for those it lacks."""

    names = {}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(self.names.get(name, name))


class Identity(Fields):
    """The same of who the caller is."""

    names = IDENTITY


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
        """What the caller says about itself, or None."""
        fields = self._get("client_context")
        if type(fields) is not dict:
            return fields
        fields = Fields(fields)
        if type(fields.get("client")) is dict:
            fields["client"] = Fields(fields["client"])
        return fields

    @property
    def identity(self):
        """Who the caller is; nothing is known of it where the platform does not say."""
        fields = self._get("identity")
        return Identity(fields or {}) if fields is None or type(fields) is dict else fields

    @property
    def invoked_function_arn(self):
        """The name by which the caller asked for the function, or None."""
        return self._get("invoked_function_arn")

    @property
    def tenant_id(self):
        """Whose request it is, or None."""
        return self._get("tenant_id")

    @property
    def function_version(self):
        """The function's version, where the platform names one, with the event or in the environment."""
        return self._get("function_version") or os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")

    @property
    def log_group_name(self):
        """Where the platform keeps the function's log, where it says so."""
        return self._get("log_group_name") or os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")

    @property
    def log_stream_name(self):
        """Where it keeps this instance's."""
        return self._get("log_stream_name") or os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")

    def log(self, message):
        """Writes to the log."""
        print(message, end="")

    def expose_trace(self):
        """Puts the trace where tracing libraries look for it; whether there is one."""
        trace = self.trace_id
        if trace is None:
            os.environ.pop(TRACE_VARIABLE, None)
        else:
            os.environ[TRACE_VARIABLE] = str(trace)
        return trace is not None

    def get_remaining_time_in_millis(self):
        """Milliseconds until the deadline, at least 0."""
        if self._deadline is None:
            return NO_DEADLINE_MILLIS
        return max(0, (self._deadline - time.monotonic_ns()) // 1000000)

    def __repr__(self):
        return "Context(function_name=%r, request_id=%r)" % (self.function_name, self.request_id)
