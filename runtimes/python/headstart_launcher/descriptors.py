"""A channel over which descriptors arrive with the frames: what a zygote speaks on."""

import os
import socket
import sys

from .channel import Channel, Disconnected

FORK_DESCRIPTORS = 3
SIZE = 4
# Room for some more than are legal, so that their number can be told and each be closed.
ROOM = socket.CMSG_SPACE(16 * SIZE)


class PassingChannel(Channel):
    """Keeps the descriptors that came since they were last taken."""

    def __init__(self, descriptor, session, max_payload):
        self.socket = socket.socket(fileno=descriptor)
        self.socket.settimeout(None)
        self.descriptors = []
        self.truncated = False
        super().__init__(descriptor, session, max_payload)

    @classmethod
    def take_over(cls, channel):
        """Goes on where another channel stands."""
        passing = cls(channel.descriptor, channel.session, channel.max_payload)
        passing.pending = channel.pending
        channel.descriptor = -1
        return passing

    def close(self):
        """Lets go of the socket and of all that came over it."""
        self.descriptor = -1
        self.socket.close()

    def take_descriptors(self):
        """The descriptors that came."""
        taken, self.descriptors = self.descriptors, []
        return taken

    def read(self, most):
        """As for any channel."""
        try:
            data, ancillary, flags, _ = self.socket.recvmsg(most, ROOM, socket.MSG_CMSG_CLOEXEC)
        except OSError as error:
            raise Disconnected from error
        self._collect(ancillary, flags)
        return data

    def read_into(self, view):
        """As for any channel."""
        try:
            count, ancillary, flags, _ = self.socket.recvmsg_into([view], ROOM, socket.MSG_CMSG_CLOEXEC)
        except OSError as error:
            raise Disconnected from error
        self._collect(ancillary, flags)
        return count

    def receive(self):
        """As for any channel; descriptors that come with another message than `fork` are closed."""
        received = super().receive()
        if received is None or received[0] != "fork":
            for descriptor in self.take_descriptors():
                os.close(descriptor)
        return received

    def _collect(self, ancillary, flags):
        self.truncated = self.truncated or bool(flags & socket.MSG_CTRUNC)
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                whole = len(data) - len(data) % SIZE
                pieces = (data[start : start + SIZE] for start in range(0, whole, SIZE))
                self.descriptors += [int.from_bytes(piece, sys.byteorder) for piece in pieces]
