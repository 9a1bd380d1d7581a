"""The codec and the state machine against the vectors that all languages check."""

import json
import os
import socket
import unittest

from support import FIELDS, VECTORS, bodies, frames, jsontext  # isort: skip (it makes the launcher importable)
from headstart_launcher.channel import Channel
from headstart_launcher.frames import ProtocolError
from headstart_launcher.session import FROM_WORKER, Session


class Lenient:
    """A session in which everything is legal."""

    def advance(self, kind, request):
        pass


def cases(kind):
    directory = os.path.join(VECTORS, kind)
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name, "expected.json"), encoding="utf-8") as file:
            yield os.path.join(directory, name), json.load(file)


def receive(data):
    """What a channel makes of these bytes and the end of the stream."""
    near, far = socket.socketpair()
    with near, far:
        near.sendall(data)
        near.close()
        return Channel(far.fileno(), Lenient()).receive()


def describe(data):
    """A frame in the form of the vectors."""
    try:
        kind, request, body = receive(data)
        if kind in FROM_WORKER and kind not in ("result", "piece"):
            body = bodies.decode(kind, jsontext.control(body), request, FIELDS)
    except ProtocolError as error:
        return {"error": error.code}
    described = {"kind": kind, "request": request}
    if kind == "invoke":
        budget_us, context, payload = body
        described["budget_us"] = budget_us
        described["context"] = json.loads(context) if context else None
        described["payload"] = payload.decode()
    elif kind in ("result", "piece"):
        described["payload"] = body.decode()
    else:
        described["body"] = body
    return described


class Frames(unittest.TestCase):
    def test_vectors(self):
        for path, expected in cases("frames"):
            with self.subTest(os.path.basename(path)):
                with open(os.path.join(path, "frame.hex")) as file:
                    data = bytes.fromhex("".join(file.read().split()))
                self.assertEqual(describe(data), expected)

    def test_a_header_comes_back(self):
        for kind in frames.NUMBERS:
            header = frames.encode_header(kind, 2**64 - 1, 5)
            self.assertEqual(frames.decode_header(header, 10), (kind, 5, 2**64 - 1))

    def test_a_length_over_the_limit_is_refused_before_the_body_comes(self):
        with self.assertRaises(ProtocolError) as caught:
            frames.decode_header(frames.encode_header("result", 1, 11), 10)
        self.assertEqual(caught.exception.code, "protocol.frame_too_large")

    def test_any_cutting_of_a_stream_gives_the_same_frames(self):
        body = b"{}"
        stream = b"".join(frames.encode_header("prewarm", n, 2) + body for n in range(5))
        for piece in (1, 7, 18, 19, 90):
            near, far = socket.socketpair()
            with near, far:
                channel = Channel(far.fileno(), Lenient())
                pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
                channel.read = lambda most, pieces=pieces: pieces.pop(0)
                channel.read_into = lambda view, pieces=pieces: fill(view, pieces)
                self.assertEqual([channel.receive()[1] for _ in range(5)], list(range(5)))


def fill(view, pieces):
    piece = pieces.pop(0)
    count = min(len(view), len(piece))
    view[:count] = piece[:count]
    if piece[count:]:
        pieces.insert(0, piece[count:])
    return count


class Sessions(unittest.TestCase):
    def test_vectors(self):
        for path, expected in cases("sessions"):
            with self.subTest(os.path.basename(path)):
                self.assertEqual(follow(expected["role"], expected["steps"]), expected["error"])

    def test_an_answer_to_another_request_is_refused(self):
        session = Session("stem")
        session.advance("specialize", 3)
        with self.assertRaises(ProtocolError):
            session.advance("ready", 2)
        session.advance("ready", 3)
        self.assertEqual(session.state, "idle")


def follow(role, steps):
    session, request = Session(role=role), 0
    for at, (sender, kind) in enumerate(steps):
        if sender == "host":
            request += 1
        try:
            if (kind in FROM_WORKER) != (sender == "worker"):
                raise ProtocolError("protocol.unexpected_message", "the wrong side")
            session.advance(kind, request)
        except ProtocolError as error:
            return {"at": at, "code": error.code}
    return None


class JsonText(unittest.TestCase):
    def test_values_come_back(self):
        for value in (None, True, 0, -1.5, "é\u2028", [], {}, {"a": [1, {"b": None}]}, "\ud800"):
            self.assertEqual(jsontext.loads(jsontext.dumps(value)), value)

    def test_what_is_not_json_is_refused(self):
        for text in (
            b"",
            b" ",
            b"{",
            b"NaN",
            b"[1,]",
            b"1 2",
            b"'a'",
            b"\xff",
            b"-Infinity",
            b'"\n"',
            b"\xef\xbb\xbf1",
        ):
            with self.subTest(text), self.assertRaises(ValueError):
                jsontext.loads(text)
        with self.assertRaises(RecursionError):
            jsontext.loads(b"[" * 200000)

    def test_both_ways_of_getting_the_parts_agree(self):
        value = {"a": [1, 2.5, None, True, "\u00e9", "\ud800"], "b": {"c": "\u2028\x00"}}
        for _, encode, encode_ascii in (jsontext._c_parts(), jsontext._package_parts()):
            self.assertEqual(encode(value), jsontext._encode(value))
            self.assertEqual(encode_ascii(value), jsontext._encode_ascii(value))
        for bad in (float("inf"), object(), {(1,): 2}):
            for parts in (jsontext._c_parts(), jsontext._package_parts()):
                with self.assertRaises((TypeError, ValueError)):
                    parts[1](bad)

    def test_control_text_holds_nothing_that_other_readers_refuse(self):
        self.assertEqual(jsontext.control({"a": "\ud800"}), b'{"a":"?"}')


if __name__ == "__main__":
    unittest.main()
