"""Calls the handler and answers with what came of it."""

import sys

from . import context as contexts, jsontext
from .context import Context

CO_COROUTINE = 0x80
PLAIN = frozenset((dict, list, str, int, float, bool, type(None)))


class Invoker:
    """One function's handler, ready to be called."""

    def __init__(self, channel, handler, function_name, memory):
        self.channel = channel
        self.handler = handler
        self.function_name = function_name
        self.memory_limit_in_mb = None if memory is None else str(memory >> 20)
        # Whether the last request had a trace.
        self.traced = False

    def invoke(self, request, invocation):
        """Answers one `invoke`."""
        budget_us, context_text, payload = invocation
        context = Context(self.function_name, self.memory_limit_in_mb, request, budget_us, context_text)
        contexts.current = context
        if self.traced or b'"trace_id"' in context_text:
            self.traced = context.expose_trace()
        try:
            result, failure = self._run(payload, context)
        except MemoryError as error:
            result, failure = None, _failure("function.out_of_memory", error)
        if failure is None and len(result) > self.channel.max_payload:
            failure = _too_large(len(result), self.channel.max_payload)
        flush()
        if failure is None:
            self.channel.send("result", request, result)
        else:
            self.channel.send_control("failure", request, failure)

    def _run(self, payload, context):
        try:
            event = jsontext.loads(payload)
        except (ValueError, RecursionError) as error:
            return None, {"code": "payload.invalid_json", "message": "the event is not JSON: %s" % error}
        try:
            value = self.handler(event, context)
            if type(value) not in PLAIN and hasattr(type(value), "__await__"):
                value = _complete(value)
        except (SystemExit, KeyboardInterrupt, MemoryError):
            raise
        except BaseException as error:
            return None, _failure("function.raised", error)
        try:
            return jsontext.dumps(value), None
        except MemoryError:
            raise
        except Exception as error:
            # Subclasses of dict and list may raise anything while they are read.
            return None, _failure("function.result_not_json", error)


def prepare(handler):
    """Makes the event loop of a coroutine function in advance, so that its cost counts as initialization."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    if code is not None and getattr(code, "co_flags", 0) & CO_COROUTINE:
        from . import awaiting

        awaiting.event_loop()


def flush():
    """Writes out what user code has printed, whatever it has made of the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            # Not a stream, closed, or nobody reads it: none of that concerns the answer.
            pass


def _complete(awaitable):
    from . import awaiting

    return awaiting.run(awaitable)


def _failure(code, error):
    from . import failures

    return failures.of(code, error)


def _too_large(length, most):
    return {"code": "payload.too_large", "message": "the result has %d bytes, the limit is %d" % (length, most)}
