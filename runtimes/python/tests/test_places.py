"""Where sockets, threads and locks come from: told before a fork, and before a snapshot, in the words of the host."""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest

from support import ROOT, Child, Package, Worker
from test_parking import state

ECHO = "def handler(event, context):\n    return event\n"
TELEMETRY = """
    import fcntl, socket, threading, time
    server = socket.create_server(("127.0.0.1", 0))
    closed = socket.socket()
    closed.close()
    file = open(__file__)
    fcntl.flock(file, fcntl.LOCK_EX)
    held = threading.Lock()
    held.acquire()
    free = threading.RLock()
    class Mine(threading.Thread):
        def is_alive(self):
            raise ValueError("asked")
    def begin():
        Mine(target=time.sleep, args=(60,), daemon=True, name="flusher").start()
"""


def zygote(*modules, **more):
    return Worker("zygote", dict({"modules": list(modules)}, **more))


class BeforeAFork(unittest.TestCase):
    def test_all_that_is_shared_is_told_by_place(self):
        with Package(ECHO, telemetry=TELEMETRY) as package, zygote("telemetry", path=package.path) as parent:
            file = os.path.join(package.path, "telemetry.py")
            warnings = parent.ready["warnings"]
            self.assertEqual(len(warnings), 3, warnings)
            told = r"^the socket at 127\.0\.0\.1:\d+ \(descriptor \d+\) at %s:3 is shared" % file
            self.assertRegex(warnings[0], told)
            self.assertEqual(warnings[1], "the lock of %s at %s:7 is shared with all that is forked" % (file, file))
            self.assertEqual(warnings[2], "the lock telemetry.held is held, and will be in all that is forked")
            child = Child(parent)
            child.specialize(package.path)
            self.assertEqual(child.invoke(1), 1)

    def test_a_thread_is_refused_with_its_place(self):
        with Package(ECHO, telemetry=TELEMETRY, starts="import telemetry\ntelemetry.begin()\n") as package:
            with zygote("starts", path=package.path) as parent:
                place = os.path.join(package.path, "telemetry.py:15")
                told = 'starts started the thread "flusher" at %s: it cannot fork' % place
                self.assertIn(told, parent.ready["warnings"])
                answer = Child(parent).answer
                self.assertEqual(answer["culprits"], [{"module": "starts", "thread": "flusher", "place": place}])
                self.assertIn(place, answer["message"])

    def test_what_is_opened_behind_the_back_of_python_is_told_without_a_place(self):
        text = "import _socket, os\nraw = _socket.socket(_socket.AF_UNIX)\nkept = os.dup(raw.fileno())\nraw.close()\n"
        with Package(ECHO, raw=text) as package, zygote("raw", path=package.path) as parent:
            (warning,) = parent.ready["warnings"]
            self.assertRegex(warning, r"^a socket of this machine \(descriptor \d+\) is shared")

    def test_common_modules_have_nothing_to_tell(self):
        modules = ["asyncio", "logging", "concurrent.futures", "http.client", "multiprocessing", "numpy", "pandas"]
        with zygote(*modules) as parent:
            self.assertEqual(parent.ready["warnings"], [])

    def test_a_child_takes_no_notes(self):
        app = """
            import socket, threading
            def handler(event, context):
                kept = [socket.socket() for _ in range(3)]
                import gc, _thread
                names = getattr(threading, "_start_new_thread", _thread.start_new_thread) is _thread.start_new_thread
                notes = [it for it in gc.get_objects() if type(it).__name__ == "Places"]
                return [len(it.takers) + len(it.sockets) for it in notes] + [names]
        """
        with Package(app) as package, zygote("threading") as parent:
            child = Child(parent)
            child.specialize(package.path)
            self.assertIs(child.invoke()[-1], True)
            self.assertEqual(sum(child.invoke()[:-1]), 0)


class BeforeASnapshot(unittest.TestCase):
    def test_what_is_open_is_told_by_place(self):
        app = textwrap.dedent(TELEMETRY) + "begin()\n" + textwrap.dedent(ECHO)
        with tempfile.TemporaryDirectory() as place, Package(app) as package, Worker(welcome=False) as worker:
            files = {name: os.path.join(place, name) for name in ("socket", "stdout", "stderr")}
            for path in files.values():
                open(path, "w").close()
            welcome = {"version": 1, "role": "worker", "max_payload": 1 << 20, "places": True}
            self.assertEqual(worker.ask("welcome", welcome)[0], "ready")
            self.assertEqual(worker.specialize(package.path)[0], "ready")
            _, ready = worker.ask("before_snapshot", {"park": files})
            app = os.path.join(package.path, "app.py")
            self.assertEqual([it["place"] for it in ready["opened"]], ["%s:3" % app, "%s:7" % app])
            (told,) = (it["message"] for it in worker.logs if it["level"] == "info")
            self.assertEqual(told, "the thread flusher, started at %s:15, goes into the snapshot" % app)
            self.assertIn(state(worker.process.pid), "TRS")
            worker.process.kill()

    def test_nothing_is_noted_unless_it_is_asked_for(self):
        app = "import sys\ndef handler(event, context):\n    return 'headstart_launcher.places' in sys.modules\n"
        with Package(app) as package, Worker() as worker:
            worker.specialize(package.path)
            self.assertIs(worker.invoke(), False)


NOTING = """
    import sys
    sys.path.insert(0, %r)
    from headstart_launcher.places import MOST, Places
    places = Places()
    places.open()
    import copy, gc, inspect, pickle, socket, threading
"""


class Unseen(unittest.TestCase):
    def run_noting(self, text):
        with Package(main=textwrap.dedent(NOTING % ROOT) + textwrap.dedent(text)) as package:
            command = [sys.executable, os.path.join(package.path, "main.py")]
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
            self.assertEqual((ended.returncode, ended.stdout.decode()), (0, ""))

    def test_classes_are_what_they_were(self):
        self.run_noting("""
            class Sub(socket.socket):
                __slots__ = ()
                def fileno(self):
                    raise ValueError
            with Sub() as sub, socket.socket() as plain:
                assert isinstance(sub, socket.socket) and type(plain) is socket.socket
                assert repr(plain).startswith("<socket.socket fd="), repr(plain)
                assert len(places.of_descriptors()) == 2, places.of_descriptors()
                try:
                    pickle.dumps(plain)
                except TypeError as error:
                    assert "socket" in str(error)
            assert "noted" not in str(inspect.signature(threading.Thread.start))
            assert socket.socket.__init__.__qualname__ == "socket.__init__"
            assert places.of_descriptors() == {}
        """)

    def test_notes_are_bounded_and_keep_nothing_alive(self):
        self.run_noting("""
            for _ in range(3 * MOST):
                socket.socket().close()
            assert len(places.sockets) <= MOST
            kept = [socket.socket() for _ in range(20)]
            assert len(places.of_descriptors()) == 20
            del kept
            gc.collect()
            assert places.of_descriptors() == {}
        """)

    def test_an_error_stays_the_users(self):
        self.run_noting("""
            for call in (lambda: socket.socket(-2), lambda: threading.Thread(target=1).start):
                try:
                    call()
                except OSError:
                    pass
            def deep(left):
                return deep(left - 1) if left else id(left)
            try:
                deep(10 ** 6)
            except RecursionError:
                pass
            with socket.socket() as one:
                assert list(places.of_descriptors()) == [one.fileno()]
            places.close()
            with socket.socket():
                assert places.of_descriptors() == {}
        """)


if __name__ == "__main__":
    unittest.main()
