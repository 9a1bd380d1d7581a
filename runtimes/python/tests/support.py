"""A host for tests: starts boot.py over a socket pair and speaks the protocol with the launcher's own codec."""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BOOT = os.path.join(ROOT, "boot.py")
VECTORS = os.path.join(os.path.dirname(os.path.dirname(ROOT)), "testdata", "vectors")
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from headstart_launcher import bodies, frames, jsontext  # noqa: E402

PATIENCE_SECONDS = 15
FIELDS = dict(bodies.FIELDS, **bodies.answers())


class Drain(threading.Thread):
    """Reads a pipe to its end."""

    def __init__(self, descriptor):
        super().__init__(daemon=True)
        self.descriptor = descriptor
        self.data = bytearray()
        self.start()

    def run(self):
        with os.fdopen(self.descriptor, "rb", 0) as pipe:
            while True:
                piece = pipe.read(1 << 20)
                if not piece:
                    return
                self.data += piece

    def text(self):
        """Everything, once the other end is closed."""
        self.join(PATIENCE_SECONDS)
        return bytes(self.data).decode()


class Connection:
    """The host's side of one connection."""

    def __init__(self, near):
        near.settimeout(PATIENCE_SECONDS)
        self.socket = near
        self.request = 0
        self.logs = []
        self.exited = []

    def send(self, kind, fields=None, descriptors=()):
        """Sends a control message under the next request number."""
        self.request += 1
        self.send_raw(kind, self.request, jsontext.control(fields or {}), descriptors)

    def send_raw(self, kind, request, body, descriptors=()):
        """Sends any body, with descriptors if there are any."""
        data = frames.encode_header(kind, request, len(body)) + body
        if descriptors:
            sent = socket.send_fds(self.socket, [data], list(descriptors))
            data = data[sent:]
        if data:
            # Sending nothing would still fail where the worker has ended already, as a broken one does.
            self.socket.sendall(data)

    def receive(self):
        """Kind and body of the next message that is neither `log` nor `exited`; None at the end."""
        while True:
            header = self._exactly(frames.HEADER_LENGTH)
            if header is None:
                return None, None
            kind, length, request = frames.decode_header(header, frames.CEILING_MAX_PAYLOAD)
            body = self._exactly(length)
            if kind != "result":
                body = bodies.decode(kind, body, request, FIELDS)
            if kind == "log":
                self.logs.append(body)
            elif kind == "exited":
                self.exited.append(body)
            else:
                self.answered = request
                return kind, body

    def _exactly(self, length):
        data = bytearray()
        while len(data) < length:
            try:
                piece = self.socket.recv(length - len(data))
            except ConnectionResetError:
                return None
            if not piece:
                return None
            data += piece
        return bytes(data)

    def __del__(self):
        self.socket.close()

    def ask(self, kind, fields=None, descriptors=()):
        """Sends a control message and gives the answer."""
        self.send(kind, fields, descriptors)
        return self.receive()

    def invoke_raw(self, payload, context=b"", budget_us=0):
        """Sends an event and gives the answer."""
        self.request += 1
        prefix = budget_us.to_bytes(8, "little") + len(context).to_bytes(4, "little") + bytes(4)
        self.send_raw("invoke", self.request, prefix + context + payload)
        return self.receive()

    def invoke(self, event=None, **more):
        """The value that the handler returned."""
        kind, body = self.invoke_raw(jsontext.dumps(event), **more)
        if kind != "result":
            raise AssertionError("the handler did not return: %s %s" % (kind, body))
        return jsontext.loads(body)

    def specialize(self, path, entry="app.handler", **more):
        """Gives the worker its function."""
        return self.ask("specialize", dict({"function": "test", "path": path, "entry": entry}, **more))


class Worker(Connection):
    """A worker's process and its host's side."""

    def __init__(self, role="worker", preload=None, max_payload=6 << 20, welcome=True, flags=(), **more):
        near, far = socket.socketpair()
        reads, writes = zip(os.pipe(), os.pipe())
        command = [sys.executable, *flags, BOOT, str(far.fileno())]
        self.process = subprocess.Popen(
            command,
            pass_fds=[far.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=writes[0],
            stderr=writes[1],
            start_new_session=True,
            **more,
        )
        far.close()
        for descriptor in writes:
            os.close(descriptor)
        self.stdout, self.stderr = map(Drain, reads)
        super().__init__(near)
        _, self.hello = self.receive()
        if welcome:
            fields = {"version": 1, "role": role, "max_payload": max_payload}
            if preload is not None:
                fields["preload"] = preload
            _, self.ready = self.ask("welcome", fields)

    def wait(self):
        """The exit code, once the process has ended."""
        return self.process.wait(PATIENCE_SECONDS)

    def close(self):
        """Ends the process if it lives."""
        self.socket.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    __enter__ = lambda self: self  # noqa: E731

    def __exit__(self, *_):
        self.close()


class Child(Connection):
    """A forked child's connection; `order` says what it is to be."""

    def __init__(self, zygote, **order):
        near, far = socket.socketpair()
        reads, writes = zip(os.pipe(), os.pipe())
        try:
            self.kind, self.answer = zygote.ask("fork", order, [far.fileno(), *writes])
        finally:
            far.close()
            for descriptor in writes:
                os.close(descriptor)
        self.stdout, self.stderr = map(Drain, reads)
        super().__init__(near)


class Branch(Child):
    """A zygote that another one forked, with these modules besides."""

    def __init__(self, zygote, *modules, **more):
        super().__init__(zygote, role="zygote", preload=dict({"modules": list(modules), "tell": True}, **more))
        self.said, self.ready = self.receive()


class Package:
    """A package directory with these files; `app` is `app.py`."""

    def __init__(self, app=None, **files):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.realpath(self.directory.name)
        if app is not None:
            files["app"] = app
        for name, text in files.items():
            self.write(name + ".py", text)

    def write(self, name, text):
        """Adds a file."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()
