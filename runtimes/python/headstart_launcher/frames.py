"""Frames: a header of 16 bytes and a body. Pure: bytes in, values out.

offset  size  field
     0     2  magic     "HS"
     2     1  kind
     3     1  flags     0
     4     4  length    bytes of body, little-endian
     8     8  request   little-endian
    16        body
"""

MAGIC = b"HS"
HEADER_LENGTH = 16
INVOKE_PREFIX = 16
MAX_CONTROL = 1 << 20
MAX_LOG = 64 << 10
MAX_CONTEXT = 64 << 10
DEFAULT_MAX_PAYLOAD = 6 << 20
CEILING_MAX_PAYLOAD = 256 << 20

KINDS = {
    0x01: "welcome",
    0x02: "specialize",
    0x03: "invoke",
    0x04: "prewarm",
    0x05: "fork",
    0x06: "before_freeze",
    0x07: "after_thaw",
    0x08: "before_snapshot",
    0x09: "after_restore",
    0x0A: "shutdown",
    0x81: "hello",
    0x82: "ready",
    0x83: "result",
    0x84: "failure",
    0x85: "forked",
    0x86: "refused",
    0x87: "log",
    0x88: "exited",
    0x89: "piece",
}
NUMBERS = {name: number for number, name in KINDS.items()}


class ProtocolError(Exception):
    """The other side broke the protocol."""

    def __init__(self, code, message, request=0):
        super().__init__(message)
        self.code = code
        self.message = message
        self.request = request


def max_body(kind, max_payload):
    """The longest body of a kind, in bytes."""
    if kind == "invoke":
        return INVOKE_PREFIX + MAX_CONTEXT + max_payload
    if kind in ("result", "piece"):
        return max_payload
    return MAX_LOG if kind == "log" else MAX_CONTROL


def encode_header(kind, request, length):
    """The 16 bytes before a body of `length` bytes."""
    return b"HS%c\0%b%b" % (NUMBERS[kind], length.to_bytes(4, "little"), request.to_bytes(8, "little"))


def decode_header(data, max_payload):
    """Kind, length and request of a header, checked in the order of the reference page."""
    if data[:2] != MAGIC:
        raise ProtocolError("protocol.bad_magic", "a frame begins with %s" % bytes(data[:2]).hex())
    kind = KINDS.get(data[2])
    if kind is None:
        raise ProtocolError("protocol.unknown_kind", "no kind has number %#04x" % data[2])
    request = int.from_bytes(data[8:16], "little")
    if data[3] != 0:
        raise ProtocolError("protocol.bad_flags", "flags are %#04x" % data[3], request)
    length = int.from_bytes(data[4:8], "little")
    most = max_body(kind, max_payload)
    if length > most:
        text = "a %s of %d bytes is over the limit of %d" % (kind, length, most)
        raise ProtocolError("protocol.frame_too_large", text, request)
    return kind, length, request


def decode_invoke(body, request=0):
    """Budget in microseconds, context bytes and payload bytes of an `invoke`."""
    if len(body) < INVOKE_PREFIX:
        raise ProtocolError("protocol.bad_body", "the prefix of an invoke is cut short", request)
    if body[12:16] != b"\0\0\0\0":
        raise ProtocolError("protocol.bad_body", "reserved bytes of an invoke are not 0", request)
    context = int.from_bytes(body[8:12], "little")
    end = INVOKE_PREFIX + context
    if context > MAX_CONTEXT or end > len(body):
        raise ProtocolError("protocol.bad_body", "the context is longer than the body or its limit", request)
    return int.from_bytes(body[:8], "little"), body[INVOKE_PREFIX:end], body[end:]
