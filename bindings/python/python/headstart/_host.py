"""A host to run functions with, in tests for example: a thin face of the native part."""

import json

from ._native import NativeHost


class Reply:
    """What a function answered.

    `value` is the result, `payload` the same as JSON text in bytes, `tier` how the instance came to be ready,
    `timings` microseconds by phase, `stdout` and `stderr` what the function wrote, as bytes.
    """

    __slots__ = ("payload", "stdout", "stderr", "tier", "timings")

    def __init__(self, payload, stdout, stderr, tier, timings):
        self.payload = payload
        self.stdout = stdout
        self.stderr = stderr
        self.tier = tier
        self.timings = json.loads(timings)

    @property
    def value(self):
        """The result as a Python value."""
        return json.loads(self.payload)

    def __repr__(self):
        return "Reply(value=%r, tier=%r)" % (self.value, self.tier)


class Host:
    """Owns workers and passes them events; a context manager that stops the host at its end.

    Every method blocks and lets other threads run; errors are `headstart.Error`.
    """

    def __init__(self, state_dir=None, *, native_launcher=None, max_workers=None):
        self._native = NativeHost(state_dir, native_launcher, max_workers)

    def register(
        self, path, entry=None, *, runtime=None, interpreter=None, preload=None, environment=None, inherit=True
    ):
        """Makes a function known and gives its number. What is not named comes from the package's
        headstart.toml. `interpreter` is a path (`sys.executable` for the one that runs this), else one is looked
        up by the runtime. `inherit` lets the function see this process's environment."""
        return self._native.register(path, entry, runtime, interpreter, preload, environment, inherit)

    def prewarm(self, function, tier="warm", count=1):
        """Has workers ready before requests come: `warm` or `frozen` instances, `frozen-paged` ones, whose memory is
        paged out, `stem`s, a `zygote` or a `snapshot`. `paged-in` has the memory of that many brought back, as a signal that
        requests are about to come."""
        self._native.prewarm(function, tier, count)

    def invoke(self, function, event=None, *, timeout=30.0):
        """Hands the function an event, any value that JSON has a form for, and gives its `Reply`. `timeout` is
        in seconds, start included."""
        return self.invoke_json(function, json.dumps(event), timeout=timeout)

    def invoke_json(self, function, event, *, timeout=30.0):
        """The same with an event that is JSON text, as text or bytes."""
        payload = event.encode() if isinstance(event, str) else event
        return Reply(*self._native.invoke(function, payload, timeout))

    def stop(self, grace=5.0):
        """Ends the host; requests in flight have `grace` seconds."""
        self._native.stop(grace)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
