"""The processes that a zygote forked, each watched by a descriptor that becomes readable when it ends.

No signal handler is needed, so that none has to be put right in a child and none of user code's is in the way.
"""

import os
import select

# How often ended children are looked for where the kernel has no such descriptors (before Linux 5.3).
PATROL_MILLIS = 100


class Children:
    """Waits for the host and for the children at once."""

    def __init__(self, channel):
        self.channel = channel
        self.poll = select.poll()
        self.poll.register(channel.descriptor, select.POLLIN)
        self.watched = {}
        self.unwatched = set()

    def add(self, pid):
        """Takes charge of a new child."""
        try:
            descriptor = os.pidfd_open(pid)
        except (AttributeError, OSError):
            self.unwatched.add(pid)
            return
        self.watched[descriptor] = pid
        self.poll.register(descriptor, select.POLLIN)

    def forget(self):
        """Lets go of everything, in a child."""
        for descriptor in self.watched:
            os.close(descriptor)
        self.watched.clear()
        self.unwatched.clear()

    def wait(self):
        """Returns when the host has something to say; children that end meanwhile are reported."""
        while not self.channel.pending:
            ready = [number for number, _ in self.poll.poll(PATROL_MILLIS if self.unwatched else None)]
            for descriptor in ready:
                if descriptor in self.watched:
                    self._ended(descriptor)
            for pid in list(self.unwatched):
                if self._report(pid):
                    self.unwatched.discard(pid)
            if self.channel.descriptor in ready:
                return

    def _ended(self, descriptor):
        if self._report(self.watched[descriptor]):
            self.poll.unregister(descriptor)
            del self.watched[descriptor]
            os.close(descriptor)

    def _report(self, pid):
        """Reaps one child, and only that, if it has ended."""
        fields = {"pid": pid}
        try:
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped == 0:
                return False
            code = os.waitstatus_to_exitcode(status)
            fields.update({"code": code} if code >= 0 else {"signal": -code})
        except ChildProcessError:
            # User code has told the kernel to reap children; how it ended is lost.
            pass
        self.channel.send_control("exited", 0, fields)
        return True
