"""The connection: whole frames in, whole frames out, over a blocking stream socket."""

import os

from . import bodies, frames, jsontext
from .frames import HEADER_LENGTH, ProtocolError
from .session import Session

READ_SIZE = 64 << 10


class Disconnected(Exception):
    """The host is gone."""


class Channel:
    """A worker's side of a connection."""

    def __init__(self, descriptor, session=None, max_payload=frames.DEFAULT_MAX_PAYLOAD):
        self.descriptor = descriptor
        self.session = session or Session()
        self.max_payload = max_payload
        self.pending = b""
        os.set_inheritable(descriptor, False)
        # A process that user code forks must neither speak for this one nor keep the connection open.
        os.register_at_fork(after_in_child=self.close)

    def close(self):
        """Lets go of the descriptor; may be called again."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def agree(self, role, max_payload):
        """Applies what `welcome` said."""
        self.session.role = role
        self.max_payload = min(max_payload, frames.CEILING_MAX_PAYLOAD)

    def receive(self):
        """Kind, request and body of the next message; None at the end of the stream."""
        data = self.pending
        while len(data) < HEADER_LENGTH:
            more = self.read(READ_SIZE)
            if not more:
                return self._ended(data)
            data = data + more if data else more
        kind, length, request = frames.decode_header(data, self.max_payload)
        end = HEADER_LENGTH + length
        if len(data) >= end:
            body, self.pending = data[HEADER_LENGTH:end], data[end:]
        else:
            body, self.pending = self._rest(data[HEADER_LENGTH:], length, request), b""
        if kind == "invoke":
            body = frames.decode_invoke(body, request)
        elif kind not in ("result", "piece"):
            body = bodies.decode(kind, body, request)
        self.session.advance(kind, request)
        return kind, request, body

    def _rest(self, begun, length, request):
        body = bytearray(length)
        position = len(begun)
        body[:position] = begun
        with memoryview(body) as view:
            while position < length:
                count = self.read_into(view[position:])
                if count == 0:
                    text = "the connection ended after %d of %d bytes of a body" % (position, length)
                    raise ProtocolError("protocol.truncated", text, request)
                position += count
        return body

    @staticmethod
    def _ended(data):
        if data:
            raise ProtocolError("protocol.truncated", "the connection ended within a header")
        return None

    def read(self, most):
        """Up to `most` bytes; none at the end of the stream."""
        try:
            return os.read(self.descriptor, most)
        except OSError as error:
            raise Disconnected from error

    def read_into(self, view):
        """Reads into a view and tells how much."""
        try:
            return os.readv(self.descriptor, [view])
        except OSError as error:
            raise Disconnected from error

    def send(self, kind, request, body):
        """Sends a message with a body of bytes; ProtocolError where it is not legal now."""
        self.session.advance(kind, request)
        self._write(frames.encode_header(kind, request, len(body)), body)

    def send_control(self, kind, request, fields):
        """Sends a control message."""
        self.send(kind, request, jsontext.control(fields))

    def log(self, level, message, hook=None):
        """Tells the host something in the launcher's own words."""
        fields = {"level": level, "message": message[:1024]}
        if hook is not None:
            fields["hook"] = hook[:1024]
        self.send_control("log", 0, fields)

    def complain(self, error):
        """Says which rule the host broke, without regard to the state, as the last thing on the connection."""
        body = jsontext.control({"code": error.code, "message": error.message})
        self._write(frames.encode_header("failure", error.request, len(body)), body)

    def _write(self, header, body):
        try:
            written = os.writev(self.descriptor, (header, body))
            if written < HEADER_LENGTH + len(body):
                self._write_rest(header, body, written)
        except OSError as error:
            raise Disconnected from error

    def _write_rest(self, header, body, written):
        pieces = [memoryview(header), memoryview(body)]
        while True:
            while pieces and written >= len(pieces[0]):
                written -= len(pieces.pop(0))
            if not pieces:
                return
            pieces[0] = pieces[0][written:]
            written = os.writev(self.descriptor, pieces)
