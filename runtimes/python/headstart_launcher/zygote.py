"""The zygote: imports a preload set, forks instances and further zygotes on request, and says how they ended."""

import gc
import os
import sys

from . import child, shared, threads
from .children import Children
from .descriptors import FORK_DESCRIPTORS, PassingChannel
from .frames import ProtocolError
from .invoke import flush
from .loaded import Loaded
from .pages import WorkingSet
from .places import Places
from .preload import load
from .streams import flush_c_streams


class Zygote:
    """Never serves a request; its only user code is the preload set.

    `bare` names the modules of every worker. A zygote that is to tell what it loaded belongs to a tree.
    """

    def __init__(self, worker, preload, request, bare):
        self.worker = worker
        self.places = Places()
        self.places.open()
        self.collects = gc.isenabled()
        self.channel = worker.channel = PassingChannel.take_over(worker.channel)
        self.children = Children(self.channel)
        self.witness = threads.Witness()
        self.loaded = Loaded(bare) if preload.get("tell") else None
        gc.disable()
        # In a tree children are of many functions, and write to pages of their own.
        self.pages = WorkingSet() if self.loaded is None else None
        self._prepare(preload, request)

    def _prepare(self, preload, request):
        preloaded = self._load(preload)
        # What is imported stays; collecting it again would only write to pages that children share.
        gc.collect()
        gc.freeze()
        flush()
        flush_c_streams()
        ready = {"state": "zygote", "timings_us": {"launcher": self.worker.launcher_us}}
        preloaded.tell(ready)
        ready["warnings"] = list(self._warnings())
        if self.loaded is not None:
            self.loaded.tell(ready)
        self.worker.ready(request, ready)

    def _warnings(self):
        for culprit in self._culprits():
            at = _at(culprit.get("place"))
            yield '%s started the thread "%s"%s: it cannot fork' % (culprit["module"], culprit["thread"], at)
        places = self.places.of_descriptors()
        for number, what in shared.sockets(self.channel.descriptor).items():
            yield "%s (descriptor %d)%s is shared with all that is forked" % (what, number, _at(places.get(number)))
        for number, path in shared.locked_files().items():
            yield "the lock of %s%s is shared with all that is forked" % (path, _at(places.get(number)))
        for name in shared.held_locks():
            yield "the lock %s is held, and will be in all that is forked" % name

    def _load(self, preload):
        if self.loaded is None:
            return load(self.channel, preload, self.witness.look)
        paths = preload.get("paths") or []
        sys.path[:0] = paths
        with self.loaded:
            preloaded = load(self.channel, preload, self.witness.look)
        if sys.path[: len(paths)] == paths:
            # Each function brings its own.
            del sys.path[: len(paths)]
        return preloaded

    def serve(self):
        """Forks until the host ends the zygote; returns in a child, with the child's channel."""
        while True:
            self.children.wait()
            received = self.channel.receive()
            if received is None or received[0] == "shutdown":
                # Handlers registered with atexit belong to the children, which live on.
                flush()
                os._exit(0)
            channel = self._fork(received[1], received[2])
            if channel is not None:
                return channel

    def _fork(self, request, order):
        passed = self._descriptors(request)
        pid, refusal = None, self._refusal()
        if refusal is None:
            flush()
            flush_c_streams()
            try:
                pid = os.fork()
            except OSError as error:
                refusal = {"code": "zygote.fork_failed", "message": str(error)}
        if pid == 0:
            return self._begin_child(passed, order)
        for descriptor in passed:
            os.close(descriptor)
        self._answer(request, pid, refusal)
        return None

    def _begin_child(self, passed, order):
        """The channel of a worker; a zygote goes on as this one did."""
        self.children.forget()
        if order.get("role") == "zygote":
            self.channel = self.worker.channel = child.begin_zygote(self.channel, passed)
            self.children = Children(self.channel)
            self._prepare(order.get("preload") or {"modules": []}, 0)
            return None
        self.places.close()
        channel = child.begin(self.channel, passed, self.collects)
        if order.get("spare") and self.pages is not None:
            self.pages.prefault()
        return channel

    def _answer(self, request, pid, refusal):
        if refusal is not None:
            self.channel.send_control("refused", request, refusal)
            return
        self.children.add(pid)
        self.channel.send_control("forked", request, {"pid": pid})

    def _descriptors(self, request):
        passed = self.channel.take_descriptors()
        if len(passed) == FORK_DESCRIPTORS and not self.channel.truncated:
            return passed
        for descriptor in passed:
            os.close(descriptor)
        text = "a fork carries %d descriptors, not %d" % (FORK_DESCRIPTORS, len(passed))
        raise ProtocolError("protocol.bad_body", text, request)

    def _refusal(self):
        culprits = self._culprits()
        if not culprits:
            return None
        names = ", ".join('"%s" of %s%s' % (it["thread"], it["module"], _at(it.get("place"))) for it in culprits)
        text = "threads are alive in the zygote: %s" % names
        return {"code": "zygote.thread_alive", "message": text[:4096], "culprits": culprits[:1000]}

    def _culprits(self):
        if not threads.others():
            return []
        try:
            return self.witness.culprits(threads.settle(), self.places.of_threads())
        except OSError:
            # The kernel refuses forks; the next one that is asked for will say so.
            return []


def _at(place):
    return "" if place is None else " at %s" % place
