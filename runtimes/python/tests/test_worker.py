"""A worker from hello to its end, and what becomes of it where the host breaks the protocol."""

import json
import socket
import sys
import time
import unittest

from support import BOOT, Package, Worker, frames

ECHO = "def handler(event, context):\n    return event\n"


def ready(app=ECHO, **more):
    """A worker that has its function, and the package."""
    package = Package(app)
    worker = Worker(**more)
    worker.specialized = worker.specialize(package.path)
    return package, worker


class Life(unittest.TestCase):
    def test_hello_says_what_the_worker_is(self):
        before = time.monotonic_ns()
        with Worker() as worker:
            hello = worker.hello
            self.assertEqual((hello["versions"], hello["runtime"]), ([1], "python"))
            self.assertEqual(hello["runtime_version"], "%d.%d.%d" % sys.version_info[:3])
            self.assertEqual(hello["pid"], worker.process.pid)
            self.assertTrue(before < hello["entered_ns"] < time.monotonic_ns())
            self.assertEqual(worker.ready["state"], "stem")

    def test_end_of_file_ends_it_without_hooks(self):
        package, worker = ready("import atexit\natexit.register(print, 'atexit')\n" + ECHO)
        with package, worker:
            worker.socket.close()
            self.assertEqual((worker.wait(), worker.stdout.text()), (0, ""))

    def test_shutdown_is_a_normal_exit(self):
        app = "import atexit\natexit.register(print, 'atexit')\nprint('top', end='')\n" + ECHO
        package, worker = ready(app)
        with package, worker:
            worker.send("shutdown", {"grace_us": 1000000})
            self.assertEqual(worker.receive(), (None, None))
            self.assertEqual((worker.wait(), worker.stdout.text()), (0, "topatexit\n"))

    def test_shutdown_of_a_stem(self):
        with Worker() as worker:
            worker.send("shutdown", {"grace_us": 1})
            self.assertEqual(worker.wait(), 0)

    def test_output_is_there_before_the_answer(self):
        package, worker = ready("print('import', end='')\ndef handler(e, c):\n    print('call', end='')\n")
        with package, worker:
            deadline = time.monotonic() + 5
            while worker.stdout.data != b"import" and time.monotonic() < deadline:
                time.sleep(0.005)
            worker.invoke()
            while worker.stdout.data != b"importcall" and time.monotonic() < deadline:
                time.sleep(0.005)
            self.assertEqual(bytes(worker.stdout.data), b"importcall")

    def test_the_descriptor_is_not_handed_on(self):
        app = """
            import os, subprocess, sys
            LIST = "import os; print([n for n in os.listdir('/proc/self/fd') if int(n) > 3])"
            def handler(event, context):
                command = [sys.executable, "-c", LIST]
                return subprocess.run(command, stdout=subprocess.PIPE, close_fds=False).stdout.decode()
        """
        package, worker = ready(app)
        with package, worker:
            self.assertEqual(worker.invoke().strip(), "[]")

    def test_a_process_that_user_code_forks_cannot_speak_for_the_worker(self):
        package, worker = ready("import os\ndef handler(event, context):\n    return os.fork() and 'parent'\n")
        with package, worker:
            self.assertEqual([worker.invoke() for _ in range(5)], ["parent"] * 5)

    def test_by_hand_it_explains_itself(self):
        import subprocess

        for arguments in ([], ["x"], ["99"], ["1"]):
            done = subprocess.run([sys.executable, BOOT, *arguments], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (64, 1))

    def test_probe(self):
        import subprocess

        done = subprocess.run([sys.executable, BOOT, "--probe"], stdout=subprocess.PIPE, check=True)
        facts = json.loads(done.stdout)
        self.assertEqual(set(facts), {"implementation", "version", "executable", "soabi", "prefix"})

    def test_isolated_and_without_site(self):
        for flags in (["-I"], ["-S"], ["-I", "-X", "frozen_modules=off"]):
            package, worker = ready(flags=flags)
            with package, worker:
                self.assertEqual(worker.invoke(1), 1)


class Surroundings(unittest.TestCase):
    def test_what_user_code_finds(self):
        app = """
            import os, sys, time
            def handler(event, context):
                return [os.getcwd(), sys.path[0], sys.argv, dict(os.environ), time.tzname[0], time.localtime(0).tm_hour]
        """
        environment = {"A": "ä", "TZ": "UTC-3", "LC_ALL": "C.UTF-8"}
        with Package(app) as package, Worker(env={"B": "gone", "TZ": "UTC"}) as worker:
            worker.specialize(package.path, environment=environment)
            argv = [package.path + "/app.py"]
            self.assertEqual(worker.invoke(), [package.path, package.path, argv, environment, "UTC", 3])

    def test_without_an_environment_it_stays(self):
        with Package("import os\ndef handler(e, c):\n    return os.environ['B']\n") as package:
            with Worker(env={"B": "kept"}) as worker:
                worker.specialize(package.path)
                self.assertEqual(worker.invoke(), "kept")

    def test_the_launcher_cannot_be_imported_by_its_place(self):
        app = """
            import sys
            def handler(event, context):
                try:
                    import boot
                except ImportError:
                    return any("runtimes/python" in entry for entry in sys.path)
        """
        package, worker = ready(app)
        with package, worker:
            self.assertFalse(worker.invoke())

    def test_python_path_of_the_function_counts(self):
        with Package("import extra\ndef handler(e, c):\n    return extra.VALUE\n") as package:
            package.write("lib/extra.py", "VALUE = 5\n")
            with Worker() as worker:
                worker.specialize(package.path, environment={"PYTHONPATH": package.path + "/lib"})
                self.assertEqual(worker.invoke(), 5)

    def test_a_module_of_the_function_shadows_the_standard_library(self):
        app = "import colorsys\ndef handler(e, c):\n    return colorsys.OWN\n"
        with Package(app, colorsys="OWN = True\n") as package:
            with Worker() as worker:
                worker.specialize(package.path)
                self.assertTrue(worker.invoke())

    def test_spawned_processes_do_not_start_the_launcher_again(self):
        app = """
            import multiprocessing, operator
            def handler(event, context):
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    return pool.apply(operator.add, (1, 2))
        """
        package, worker = ready(app)
        with package, worker:
            self.assertEqual(worker.invoke(), 3)


class Invocations(unittest.TestCase):
    def test_context(self):
        app = """
            def handler(event, context):
                names = ("request_id", "aws_request_id", "function_name", "memory_limit_in_mb", "trace_id",
                         "client_context", "identity")
                return [getattr(context, name) for name in names] + [context.get_remaining_time_in_millis()]
        """
        with Package(app) as package, Worker() as worker:
            worker.specialize(package.path, limits={"memory": 512 << 20})
            text = b'{"request_id":"r-1","trace_id":"t","identity":{"id":1}}'
            told = worker.invoke(context=text, budget_us=5000000)
            self.assertEqual(told[:-1], ["r-1", "r-1", "test", "512", "t", None, {"id": 1}])
            self.assertTrue(4000 < told[-1] <= 5000)
            bare = worker.invoke()
            self.assertEqual(bare[0], str(worker.request))
            self.assertGreater(bare[-1], 10**9)

    def test_one_event_loop_for_all_invocations(self):
        app = """
            import asyncio
            task = None
            async def tick():
                await asyncio.sleep(0)
                return 7
            async def handler(event, context):
                global task
                if task is None:
                    task = asyncio.ensure_future(tick())
                    return "begun"
                return await task
        """
        package, worker = ready(app)
        with package, worker:
            self.assertEqual([worker.invoke(), worker.invoke()], ["begun", 7])
            worker.send("shutdown", {"grace_us": 1000000})
            self.assertEqual((worker.wait(), worker.stderr.text()), (0, ""))

    def test_anything_awaitable_is_awaited(self):
        app = """
            class Later:
                def __await__(self):
                    return 5
                    yield
            def handler(event, context):
                return Later()
        """
        package, worker = ready(app)
        with package, worker:
            self.assertEqual(worker.invoke(), 5)

    def test_large_payloads(self):
        package, worker = ready(max_payload=20 << 20)
        with package, worker:
            event = "x" * (16 << 20)
            self.assertEqual(worker.invoke(event), event)
            self.assertEqual(worker.invoke(1), 1)

    def test_results_beyond_the_limit_do_not_end_it(self):
        package, worker = ready("def handler(e, c):\n    return 'x' * e\n", max_payload=100)
        with package, worker:
            self.assertEqual(worker.invoke_raw(b"99")[1]["code"], "payload.too_large")
            self.assertEqual(worker.invoke(98), "x" * 98)

    def test_events_that_are_no_json(self):
        package, worker = ready()
        with package, worker:
            for payload in (b"", b"{", b"NaN", b"\xff", b"[" * 100000):
                self.assertEqual(worker.invoke_raw(payload)[1]["code"], "payload.invalid_json")
            self.assertEqual(worker.invoke(1), 1)

    def test_after_a_failure_it_goes_on(self):
        app = """
            def handler(event, context):
                if event == "memory":
                    return bytearray(1 << 62)
                if event == "deep":
                    value = []
                    for _ in range(100000):
                        value = [value]
                    return value
                if event == "odd":
                    raise GeneratorExit
                if event == "long":
                    raise ValueError("\\x00" * 10_000_000)
                if event == "surrogate":
                    raise ValueError("\\udcff")
                return event
        """
        package, worker = ready(app)
        with package, worker:
            codes = {"memory": "function.out_of_memory", "deep": "function.result_not_json"}
            for event in ("memory", "deep", "odd", "long", "surrogate"):
                kind, body = worker.invoke_raw(json.dumps(event).encode())
                self.assertEqual((kind, body["code"]), ("failure", codes.get(event, "function.raised")), event)
            self.assertEqual(worker.invoke("fine"), "fine")

    def test_traces_are_of_user_code(self):
        app = """
            def handler(event, context):
                try:
                    inner()
                except KeyError as error:
                    raise ValueError("outer") from error
            def inner():
                raise KeyError("inner")
        """
        package, worker = ready(app)
        with package, worker:
            trace = worker.invoke_raw(b"1")[1]["trace"]
        self.assertTrue(trace[0].endswith(", in handler"), trace)
        self.assertIn("caused by KeyError: 'inner'", trace)
        self.assertEqual(trace[-1], '  raise KeyError("inner")')

    def test_streams_that_user_code_broke(self):
        package, worker = ready("import sys\nsys.stdout = None\nsys.stderr.close()\n" + ECHO)
        with package, worker:
            self.assertEqual(worker.invoke(1), 1)


class BrokenHosts(unittest.TestCase):
    def end(self, worker, code):
        kind, body = worker.receive()
        self.assertEqual((kind, body and body["code"]), ("failure", code))
        self.assertEqual(worker.wait(), 70)
        self.assertIn(code, worker.stderr.text())

    def test_garbage(self):
        good = frames.encode_header("prewarm", 1, 2)
        cases = {
            b"GET / HTTP/1.1\r\n\r\n": "protocol.bad_magic",
            good[:2] + b"\x7f" + good[3:] + b"{}": "protocol.unknown_kind",
            good[:3] + b"\x01" + good[4:] + b"{}": "protocol.bad_flags",
            frames.encode_header("prewarm", 1, 0xFFFFFFFF): "protocol.frame_too_large",
            good + b"[]": "protocol.bad_body",
            good + b"{}": "protocol.unexpected_message",
            frames.encode_header("result", 1, 1) + b"1": "protocol.unexpected_message",
            frames.encode_header("specialize", 1, 2) + b"{}": "protocol.bad_body",
        }
        for data, code in cases.items():
            with self.subTest(code), Worker() as worker:
                worker.socket.sendall(data)
                self.end(worker, code)

    def test_truncation(self):
        for data in (b"HS", frames.encode_header("prewarm", 1, 2) + b"{"):
            with self.subTest(data), Worker() as worker:
                worker.socket.sendall(data)
                worker.socket.shutdown(socket.SHUT_WR)
                self.end(worker, "protocol.truncated")

    def test_versions(self):
        with Worker(welcome=False) as worker:
            worker.send("welcome", {"version": 2, "role": "worker", "max_payload": 1})
            self.end(worker, "protocol.version_unsupported")

    def test_fields(self):
        bad = ({"role": "worker", "max_payload": 1}, {"version": True, "role": "worker", "max_payload": 1})
        bad += ({"version": 1, "role": "x", "max_payload": 1}, {"version": 1, "role": "worker", "max_payload": -1})
        for fields in bad:
            with self.subTest(fields), Worker(welcome=False) as worker:
                worker.send("welcome", fields)
                self.end(worker, "protocol.bad_body")

    def test_an_invocation_too_early(self):
        with Worker() as worker:
            worker.send_raw("invoke", 2, bytes(16) + b"1")
            self.end(worker, "protocol.unexpected_message")

    def test_a_failed_function_ends_the_worker(self):
        app = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nraise ValueError\n"
        package, worker = ready(app)
        with package, worker:
            self.assertEqual(worker.specialized[1]["code"], "function.import_failed")
            self.assertEqual((worker.receive(), worker.wait()), ((None, None), 1))

    def test_a_package_that_is_gone(self):
        with Worker() as worker:
            kind, body = worker.specialize("/nonexistent")
            self.assertEqual((kind, body["code"]), ("failure", "function.import_failed"))


if __name__ == "__main__":
    unittest.main()
