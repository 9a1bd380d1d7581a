"""The life of a worker: welcome, specialize, invoke, end."""

import os
import sys
import time

from . import entry, environment
from .frames import ProtocolError
from .invoke import Invoker, flush, prepare

VERSIONS = [1]
# What a slimmed package has. The same as in `cold`, which is imported only for those that have it: a test compares.
OWN_DIRECTORY = ".headstart"
# What baking puts there.
OF_IMAGES = frozenset(("entry", "image"))
FAILED = 1
# There wherever a function runs on AWS Lambda.
PLATFORM = "AWS_LAMBDA_RUNTIME_API"


class Worker:
    """One process; its channel is another after a zygote has forked it."""

    def __init__(self, channel):
        self.channel = channel
        self.launcher_us = 0
        self.preload_path = None
        # Where user code opened what it has open; of what is to be a snapshot only.
        self.places = None
        # What a zygote's modules did to the environment, which the function's replaces.
        self.changed_environment = None
        # What the first event writes to, to be recorded once; in children of a zygote only.
        self.pages = None

    def live(self):
        """From `hello` on; the exit code."""
        received = self.channel.receive()
        if received is None:
            os._exit(0)
        _, request, welcome = received
        if welcome["version"] not in VERSIONS:
            text = "this launcher does not speak version %d" % welcome["version"]
            raise ProtocolError("protocol.version_unsupported", text, request)
        self.channel.agree(welcome["role"], welcome["max_payload"])
        if welcome["role"] == "zygote":
            self._be_zygote(request, welcome)
        else:
            self._be_stem(request, welcome)
        return self._specialize()

    def _be_stem(self, request, welcome):
        ready = {"state": "stem", "timings_us": {"launcher": self.launcher_us}}
        if welcome.get("places"):
            from .places import Places

            self.places = Places()
            self.places.open()
        if welcome.get("preload"):
            from . import preload

            self.preload_path = welcome["preload"].get("path")
            preload.load(self.channel, welcome["preload"]).tell(ready)
        self.ready(request, ready)

    def _be_zygote(self, request, welcome):
        bare = frozenset(sys.modules)
        _set_up_logs()
        from . import zygote

        preload = welcome.get("preload") or {"modules": []}
        self.preload_path = preload.get("path")
        parent = zygote.Zygote(self, preload, request, bare)
        # Returns in a child only, with the child's own connection.
        self.channel = parent.serve()
        self.pages = parent.pages
        self.changed_environment = parent.loaded and parent.loaded.changed

    def _specialize(self):
        received = self.channel.receive()
        if received is None:
            os._exit(0)
        kind, request, order = received
        if kind == "shutdown":
            return self._end()
        begun = time.monotonic_ns()
        ready = {"state": "instance"}
        handler, failure = self._become(order, ready)
        if failure is not None:
            flush()
            self.channel.send_control("failure", request, failure)
            # Threads that the half-imported function left may not keep the process.
            os._exit(FAILED)
        spent = (time.monotonic_ns() - begun) // 1000
        ready["timings_us"] = {"import": spent}
        self.ready(request, ready)
        memory = (order.get("limits") or {}).get("memory")
        return self._serve(Invoker(self.channel, handler, order["function"], memory))

    def _become(self, order, ready):
        failure = environment.enter(order, self.preload_path, self.changed_environment)
        if failure is not None:
            return None, failure
        _set_up_logs()
        if _may_have_cold_files(order["path"]):
            self._serve_cold_files(order["path"])
        if order.get("image"):
            return self._resolve_from_image(order, ready)
        return self._resolve(order)

    def _resolve(self, order):
        handler, failure = entry.resolve(order["path"], order["entry"])
        if failure is None:
            prepare(handler)
        return handler, failure

    def _resolve_from_image(self, order, ready):
        from . import image, jsontext

        def tell(sentence):
            self.channel.log("warning", sentence)

        refused = image.install(order["image"]["path"], order["path"], jsontext.loads, tell, order["image"].get("stamp"))
        if refused is not None:
            ready["warnings"] = ["the image %s is not used: %s" % (order["image"]["path"], refused)]
            return self._resolve(order)
        ready["image"] = True
        from .image.collector import Paused

        with Paused():
            return self._resolve(order)

    def _serve_cold_files(self, package):
        from . import cold

        def tell(name):
            self.channel.log("info", "loaded %s from the cold archive" % name)

        cold.install(package, tell)

    def _serve(self, invoker):
        channel, invoke = self.channel, invoker.invoke
        while True:
            received = channel.receive()
            if received is None:
                os._exit(0)
            kind, request, body = received
            if kind == "invoke":
                invoke(request, body)
                if self.pages is not None:
                    self.pages.record()
                    self.pages = None
            elif kind == "shutdown":
                return self._end()
            else:
                self._run_hooks(kind, request, body)

    def _run_hooks(self, kind, request, body):
        from . import hooks

        begun = time.monotonic_ns()
        failed = hooks.run(kind, self.channel, body)
        spent = (time.monotonic_ns() - begun) // 1000
        ready = {"state": "instance", "timings_us": {"hooks": spent}, "hooks_failed": failed}
        if kind == "before_snapshot" and "park" in body:
            self._park(request, ready, body["park"])
        else:
            self.ready(request, ready)

    def _park(self, request, ready, files):
        from . import parking

        if self.places is not None:
            self.places.tell(ready, self.channel)
            self.places.close()
        self.ready(request, ready)
        parking.park(self.channel, files)

    def _end(self):
        from . import hooks

        hooks.shut_down(self.channel)
        return 0

    def ready(self, request, fields):
        """Sends `ready`, cut to the limit if it must be."""
        flush()
        if fields.get("preload_failed") or fields.get("hooks_failed"):
            from . import failures

            failures.fit(fields)
        self.channel.send_control("ready", request, fields)


def _set_up_logs():
    """Where the function runs on AWS Lambda, its root logger is what it is there."""
    if PLATFORM in os.environ:
        from . import logs

        logs.install()


def _may_have_cold_files(package):
    """Whether it was slimmed, which has the fallback look further; a package that was only baked was not."""
    try:
        return not OF_IMAGES.issuperset(os.listdir(os.path.join(package, OWN_DIRECTORY)))
    except OSError:
        return False
