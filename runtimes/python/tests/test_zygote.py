"""Zygotes: what they refuse, what their children are, and that they tell how children end."""

import os
import socket
import time
import unittest

from support import Child, Package, Worker

FORKS = 200
ECHO = "def handler(event, context):\n    return event\n"
RANDOM = """
    import random, secrets, ssl, sys, tempfile, uuid
    def handler(event, context):
        values = [random.random(), str(uuid.uuid4()), secrets.token_hex(8), ssl.RAND_bytes(8).hex()]
        values.append(next(tempfile._get_candidate_names()))
        if "numpy" in sys.modules:
            import numpy
            values += [numpy.random.random(), numpy.random.default_rng().random()]
        return values
"""


def zygote(*modules, **more):
    return Worker("zygote", dict({"modules": list(modules)}, **more))


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


class Forks(unittest.TestCase):
    def test_two_hundred_children_have_random_numbers_of_their_own(self):
        modules = ["random", "uuid", "secrets", "ssl", "tempfile", "numpy"]
        with Package(RANDOM) as package, zygote(*modules) as parent:
            values = []
            for _ in range(FORKS):
                child = Child(parent)
                child.specialize(package.path)
                values.append(child.invoke())
                child.socket.close()
            for column in zip(*values):
                self.assertEqual(len(set(column)), FORKS)

    def test_what_a_child_is(self):
        app = """
            import gc, os, signal, sys, time
            def opened(number):
                try:
                    return os.readlink("/proc/self/fd/" + number)
                except OSError:
                    return "gone"
            def handler(event, context):
                mask = os.umask(0)
                os.umask(mask)
                descriptors = [opened(number) for number in os.listdir("/proc/self/fd")]
                return {
                    "cwd": os.getcwd(), "path": sys.path[0], "environment": dict(os.environ), "zone": time.tzname[0],
                    "umask": mask, "session": os.getsid(0) == os.getpid(), "descriptors": descriptors,
                    "collects": gc.isenabled(), "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
                    "child": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
                }
        """
        with Package(app) as package, zygote("asyncio", path=package.path) as parent:
            environment = {"A": "1", "TZ": "XYZ-1"}
            children = [Child(parent) for _ in range(5)]
            for child in children:
                self.assertEqual(child.specialize(package.path, environment=environment)[0], "ready")
                told = child.invoke()
                # Standard streams, the socket, and the directory that was listed; libffi may have itself open.
                descriptors = [it for it in told.pop("descriptors") if "/libffi.so." not in it]
                self.assertEqual((len(descriptors), descriptors.count("gone")), (5, 1), descriptors)
                expected = {"cwd": package.path, "path": package.path, "environment": environment, "zone": "XYZ"}
                expected.update(umask=0o22, session=True, collects=True, blocked=0, child=True)
                self.assertEqual(told, expected)
            for child in children:
                child.socket.close()

    def test_no_descriptor_stays_in_the_zygote(self):
        with zygote() as parent:
            directory = "/proc/%d/fd" % parent.process.pid
            before = len(os.listdir(directory))
            for _ in range(20):
                Child(parent).socket.close()
            self.assertTrue(wait_for(lambda: self.count_exited(parent) == 20))
            self.assertEqual(len(os.listdir(directory)), before)

    def count_exited(self, parent):
        # A fork makes the reader run over what `exited` frames there are.
        parent.socket.settimeout(0.05)
        try:
            parent.receive()
        except socket.timeout:
            pass
        parent.socket.settimeout(10)
        return len(parent.exited)

    def test_nothing_is_printed_twice(self):
        with Package(ECHO, noisy="print('buffered', end='')\n") as package:
            with zygote("noisy", path=package.path) as parent:
                children = [Child(parent) for _ in range(3)]
                for child in children:
                    child.specialize(package.path)
                    child.send("shutdown", {"grace_us": 1000000})
                    self.assertEqual((child.receive(), child.stdout.text()), ((None, None), ""))
                parent.send("shutdown", {"grace_us": 1})
                parent.wait()
                self.assertEqual(parent.stdout.text(), "buffered")

    def test_output_of_a_child_is_its_own(self):
        with Package("def handler(e, c):\n    print(e)\n") as package, zygote() as parent:
            children = [Child(parent) for _ in range(2)]
            for number, child in enumerate(children):
                child.specialize(package.path)
                child.invoke(number)
                child.socket.close()
            self.assertEqual([child.stdout.text() for child in children], ["0\n", "1\n"])

    def test_handlers_at_exit_run_in_children_only(self):
        noisy = "import atexit\natexit.register(print, 'atexit')\n"
        with Package(ECHO, noisy=noisy) as package, zygote("noisy", path=package.path) as parent:
            child = Child(parent)
            child.specialize(package.path)
            child.send("shutdown", {"grace_us": 1000000})
            child.receive()
            self.assertEqual(child.stdout.text(), "atexit\n")
            parent.send("shutdown", {"grace_us": 1000000})
            self.assertEqual((parent.wait(), parent.stdout.text()), (0, ""))

    def test_children_live_on(self):
        with Package(ECHO) as package, zygote() as parent:
            child = Child(parent)
            child.specialize(package.path)
            parent.socket.close()
            self.assertEqual(parent.wait(), 0)
            self.assertEqual(child.invoke("alive"), "alive")
            child.socket.close()

    def test_how_children_end_is_told(self):
        app = "import os, sys\ndef handler(e, c):\n    os.kill(os.getpid(), e) if e else sys.exit(3)\n"
        with Package(app) as package, zygote() as parent:
            pids = []
            for event in (0, 9):
                child = Child(parent)
                pids.append(child.answer["pid"])
                child.specialize(package.path)
                self.assertEqual(child.invoke_raw(str(event).encode()), (None, None))
            wait_for(lambda: self.count_exited(parent) == 2)
            self.assertEqual(parent.exited, [{"pid": pids[0], "code": 3}, {"pid": pids[1], "signal": 9}])

    def test_many_end_while_others_begin(self):
        with zygote() as parent:
            for _ in range(50):
                Child(parent).socket.close()
            wait_for(lambda: self.count_exited(parent) == 50)
            self.assertEqual(len({it["pid"] for it in parent.exited}), 50)

    def test_user_code_that_ignores_children(self):
        text = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        with Package(ECHO, rude=text) as package, zygote("rude", path=package.path) as parent:
            Child(parent).socket.close()
            wait_for(lambda: self.count_exited(parent) == 1)
            self.assertEqual(len(parent.exited), 1)
            self.assertEqual(Child(parent).kind, "forked")

    def test_an_event_loop_of_the_zygote_is_not_shared(self):
        text = "import asyncio\nloop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\n"
        app = "import asyncio, shared\nasync def handler(e, c):\n    return asyncio.get_running_loop() is shared.loop\n"
        with Package(app, shared=text) as package, zygote("shared", path=package.path) as parent:
            child = Child(parent)
            child.specialize(package.path)
            self.assertFalse(child.invoke())
            child.socket.close()


class PreloadSets(unittest.TestCase):
    def test_one_that_fails_is_named_and_the_rest_go_on(self):
        files = {"broken": "1 / 0\n", "leaving": "import sys\nsys.exit(1)\n", "fine": "VALUE = 1\n"}
        for role in ("worker", "zygote"):
            with Package(ECHO, **files) as package:
                preload = {"modules": ["broken", "leaving", "not_there", "fine"], "path": package.path}
                with Worker(role, preload) as worker:
                    failed = worker.ready["preload_failed"]
                    self.assertEqual([it["module"] for it in failed], ["broken", "leaving", "not_there"])
                    self.assertEqual({it["code"] for it in failed}, {"preload.module_failed"})
                    self.assertIn("preload", worker.ready["timings_us"])
                    self.assertEqual(len(worker.logs), 1)

    def test_a_thousand_that_fail_fit_into_the_answer(self):
        with Package(broken="raise ValueError('x' * 20000)\n") as package:
            names = ["n%d" % number for number in range(150)]
            for name in names:
                package.write(name + ".py", "import broken\n")
            with zygote(*names, path=package.path) as parent:
                self.assertTrue(0 < len(parent.ready["preload_failed"]) <= 150)
                self.assertEqual(Child(parent).kind, "forked")

    def test_a_stem_has_its_modules(self):
        app = "import sys\nhad = 'colorsys' in sys.modules\ndef handler(e, c):\n    return [had, sys.path[:2]]\n"
        with Package(app) as package:
            with Worker("worker", {"modules": ["colorsys"], "path": package.path}) as worker:
                worker.specialize(package.path)
                had, path = worker.invoke()
                self.assertEqual((had, path[0]), (True, package.path))
                self.assertNotEqual(path[1], package.path)


class Threads(unittest.TestCase):
    STARTS = """
        import threading, time
        threading.Thread(target=time.sleep, args=(60,), daemon=True, name="flusher").start()
    """

    def test_a_thread_is_refused_with_the_module_that_started_it(self):
        with Package(telemetry=self.STARTS, fine="") as package:
            with zygote("json", "telemetry", "fine", path=package.path) as parent:
                self.assertIn("telemetry", parent.ready["warnings"][0])
                for _ in range(2):
                    child = Child(parent)
                    self.assertEqual((child.kind, child.answer["code"]), ("refused", "zygote.thread_alive"))
                    (culprit,) = child.answer["culprits"]
                    self.assertEqual((culprit["module"], culprit["thread"]), ("telemetry", "flusher"))

    def test_a_thread_that_ends_is_none(self):
        text = "import threading\nthread = threading.Thread(target=int)\nthread.start()\nthread.join()\n"
        text += "import time\nthreading.Thread(target=time.sleep, args=(0.3,)).start()\n"
        with Package(short=text) as package, zygote("short", path=package.path) as parent:
            self.assertTrue(wait_for(lambda: Child(parent).kind == "forked"))

    def test_threads_that_numpy_owns_are_none(self):
        with zygote("numpy") as parent:
            if parent.ready["preload_failed"]:
                self.skipTest("numpy is not installed")
            self.assertEqual(parent.ready["warnings"], [])
            self.assertEqual(Child(parent).kind, "forked")


class BrokenHosts(unittest.TestCase):
    def test_descriptors_are_three(self):
        for count in (0, 1, 2, 4, 20):
            with self.subTest(count), zygote() as parent:
                reads, writes = os.pipe()
                kind, body = parent.ask("fork", {}, [writes] * count)
                os.close(writes)
                self.assertEqual((kind, body["code"]), ("failure", "protocol.bad_body"))
                self.assertEqual(parent.wait(), 70)
                # Nobody holds the writing end any more.
                self.assertEqual(os.read(reads, 1), b"")
                os.close(reads)

    def test_descriptors_with_another_message_are_closed(self):
        with Worker() as worker:
            reads, writes = os.pipe()
            worker.send("specialize", {"function": "f", "path": "/", "entry": "x"}, [writes])
            os.close(writes)
            self.assertEqual(worker.receive()[1]["code"], "function.entry_invalid")
            self.assertEqual(os.read(reads, 1), b"")
            os.close(reads)

    def test_a_zygote_serves_no_request(self):
        with zygote() as parent:
            parent.send("specialize", {"function": "f", "path": "/", "entry": "a.b"})
            self.assertEqual(parent.receive()[1]["code"], "protocol.unexpected_message")
            self.assertEqual(parent.wait(), 70)


if __name__ == "__main__":
    unittest.main()
