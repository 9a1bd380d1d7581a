"""The host, through the installed package and its native part."""

import importlib.util
import os
import sys
import tempfile
import textwrap
import unittest
import warnings

HANDLER = """
import sys

import headstart

ready = []


@headstart.prewarm
def connect():
    ready.append("yes")


@headstart.before_freeze
def rest():
    ready.append("rested")


@headstart.after_thaw
def wake():
    ready.append("woken")


def handler(event, context):
    print("working")
    print("talking", file=sys.stderr)
    if event == "fail":
        raise KeyError("no such row")
    return {"event": event, "ready": ready}
"""


@unittest.skipUnless(importlib.util.find_spec("headstart._native"), "the package is not installed")
class HostTest(unittest.TestCase):
    def setUp(self):
        import headstart

        self.headstart = headstart
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        with open(os.path.join(directory.name, "app.py"), "w") as file:
            file.write(textwrap.dedent(HANDLER))
        self.package = directory.name
        self.host = headstart.Host(max_workers=4)
        self.addCleanup(self.host.stop, 1.0)

        # The function runs on this very interpreter, which has the package.
        self.function = self.host.register(
            self.package, "app.handler", runtime="python", interpreter=sys.executable
        )

    def test_an_event_and_its_reply(self):
        reply = self.host.invoke(self.function, {"a": "ä"})
        self.assertEqual(reply.value, {"event": {"a": "ä"}, "ready": []})
        self.assertEqual((reply.tier, reply.stdout, reply.stderr), ("cold", b"working\n", b"talking\n"))
        self.assertGreater(reply.timings["ready_us"], 0)

    def test_hooks_run_when_an_instance_is_prewarmed(self):
        self.host.prewarm(self.function, "warm", 1)
        reply = self.host.invoke_json(self.function, b"null")
        self.assertEqual((reply.tier, reply.value["ready"]), ("warm", ["yes"]))

    def test_frozen_instances_come_back_with_their_hooks_run(self):
        for tier in ("frozen", "frozen-paged"):
            self.host.prewarm(self.function, tier, 1)
            self.host.prewarm(self.function, "paged-in", 1)
            reply = self.host.invoke(self.function)
            self.assertEqual((reply.tier, reply.value["ready"][-2:]), ("frozen", ["rested", "woken"]))

    def test_forks(self):
        self.host.prewarm(self.function, "zygote")
        self.assertEqual(self.host.invoke(self.function).tier, "zygote")

    def test_an_exception_of_the_function_is_an_error_with_its_code(self):
        with self.assertRaises(self.headstart.errors.FunctionRaised) as caught:
            self.host.invoke(self.function, "fail")
        error = caught.exception
        self.assertIsInstance(error, self.headstart.Error)
        self.assertIsInstance(error, self.headstart.errors.FunctionError)
        self.assertEqual((error.code, error.type, error.retryable), ("function.raised", "KeyError", False))
        self.assertIn("in handler", "\n".join(error.trace))
        self.assertEqual((error.stdout, error.stderr), (b"working\n", b"talking\n"))
        self.assertTrue(str(error).startswith("failed to invoke "))

    def test_other_errors(self):
        errors = self.headstart.errors
        cases = [
            (errors.FunctionNotFound, lambda: self.host.register("/no/such/package", "app.handler")),
            (errors.FunctionEntryInvalid, lambda: self.host.register(self.package, "handler")),
            (errors.RuntimeUnknown, lambda: self.host.register(self.package, "app.handler", runtime="ruby")),
            (errors.FunctionNotRegistered, lambda: self.host.invoke(999)),
            (errors.PayloadInvalidJson, lambda: self.host.invoke_json(self.function, "{")),
            (errors.ConfigInvalid, lambda: self.host.prewarm(self.function, "hot")),
            (errors.ConfigInvalid, lambda: self.host.invoke(self.function, timeout=-1)),
        ]
        for wanted, call in cases:
            with self.assertRaises(wanted) as caught:
                call()
            self.assertEqual(caught.exception.code, wanted.code)

    def test_a_forked_child_may_let_go_of_the_host(self):
        host = self.headstart.Host(max_workers=2)
        function = host.register(self.package, "app.handler", runtime="python", interpreter=sys.executable)
        first = host.invoke(function, 1)
        with warnings.catch_warnings():
            # That there are threads is the case that is tested.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            del host
            os._exit(0)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        second = host.invoke(function, 2)
        host.stop(1.0)
        self.assertEqual((first.tier, second.tier), ("cold", "warm"), "the instance lives on")

    def test_a_stopped_host_says_so(self):
        self.host.stop()
        with self.assertRaises(self.headstart.errors.HostStopped):
            self.host.invoke(self.function)


class ErrorClassesTest(unittest.TestCase):
    def test_every_code_has_a_class(self):
        from headstart import errors

        for code, one in errors.BY_CODE.items():
            self.assertEqual(one.code, code)
            self.assertTrue(issubclass(one, errors.Error))
            self.assertTrue(one.__doc__)


if __name__ == "__main__":
    unittest.main()
