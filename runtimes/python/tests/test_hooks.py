"""Hooks: their order, their failures, and those of the snapshot_restore_py package."""

import os
import unittest

from support import ROOT, Package, Worker

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(ROOT)), "bindings", "python", "python")

REGISTRY = """
    registry = {}
    def add(kind):
        def register(function):
            registry.setdefault(kind, []).append(function)
            return function
        return register
"""
WAKE = {"wall_clock_ns": 1790000000000000000, "epoch": 3}


class Hooks(unittest.TestCase):
    def start(self, app, **files):
        package = Package(None)
        self.addCleanup(package.__exit__)
        package.write("headstart/__init__.py", "")
        package.write("headstart/_hooks.py", REGISTRY)
        package.write("app.py", app)
        for name, text in files.items():
            package.write(name + ".py", text)
        worker = Worker()
        self.addCleanup(worker.close)
        self.assertEqual(worker.specialize(package.path)[0], "ready")
        return worker

    def test_order(self):
        worker = self.start(
            """
            from headstart import _hooks
            called = []
            for kind in ("prewarm", "before_freeze", "after_thaw", "before_snapshot", "after_restore"):
                for number in (1, 2):
                    _hooks.add(kind)(lambda kind=kind, number=number: called.append([kind, number]))
            def handler(event, context):
                return [called, _hooks.epoch, _hooks.woken_ns]
            """
        )
        for kind in ("prewarm", "before_freeze", "after_thaw", "before_snapshot", "after_restore"):
            answer = worker.ask(kind, WAKE if kind.startswith("after") else {})
            self.assertEqual((answer[0], answer[1]["state"], answer[1]["hooks_failed"]), ("ready", "instance", []))
            self.assertIn("hooks", answer[1]["timings_us"])
        orders = {"prewarm": [1, 2], "before_freeze": [2, 1], "after_thaw": [1, 2]}
        orders.update(before_snapshot=[2, 1], after_restore=[1, 2])
        wanted = [[kind, number] for kind, numbers in orders.items() for number in numbers]
        self.assertEqual(worker.invoke(), [wanted, 3, WAKE["wall_clock_ns"]])

    def test_the_package_and_the_launcher_fit(self):
        app = "import headstart\ncalled = []\n@headstart.prewarm\ndef connect():\n    called.append(1)\n"
        with Package(app + "def handler(e, c):\n    return called\n") as package, Worker() as worker:
            worker.specialize(package.path, environment={"PYTHONPATH": PACKAGE})
            self.assertEqual(worker.ask("prewarm")[1]["hooks_failed"], [])
            self.assertEqual(([log["hook"] for log in worker.logs], worker.invoke()), (["app.connect"], [1]))

    def test_one_that_raises_is_named_and_the_others_run(self):
        worker = self.start(
            """
            from headstart import _hooks
            called = []
            @_hooks.add("prewarm")
            def broken():
                raise OSError("no network")
            _hooks.add("prewarm")(broken)
            @_hooks.add("prewarm")
            async def fine():
                called.append(1)
            def handler(event, context):
                return called
            """
        )
        _, answer = worker.ask("prewarm")
        failed = answer["hooks_failed"]
        self.assertEqual([it["hook"] for it in failed], ["app.broken", "app.broken"])
        self.assertEqual(
            (failed[0]["code"], failed[0]["type"], failed[0]["message"]), ("hook.failed", "OSError", "no network")
        )
        self.assertEqual([log["hook"] for log in worker.logs], ["app.broken", "app.broken", "app.fine"])
        self.assertEqual(worker.invoke(), [1])

    def test_shutdown_hooks_run_before_atexit(self):
        worker = self.start(
            """
            import atexit
            from headstart import _hooks
            atexit.register(print, "atexit")
            @_hooks.add("shutdown")
            def broken():
                raise ValueError("late")
            @_hooks.add("shutdown")
            async def second():
                print("second")
            @_hooks.add("shutdown")
            async def third():
                print("third")
            def handler(event, context):
                return None
            """
        )
        worker.send("shutdown", {"grace_us": 1000000})
        self.assertEqual((worker.receive(), worker.wait()), ((None, None), 0))
        self.assertEqual(worker.stdout.text(), "third\nsecond\natexit\n")
        self.assertIn("app.broken", worker.stderr.text())

    def test_snapshot_restore_py_is_honoured(self):
        module = """
            before, after = [], []
            def get_before_snapshot():
                return before
            def get_after_restore():
                return after
        """
        worker = self.start(
            """
            import random, tempfile
            import snapshot_restore_py as hooks
            called = []
            random.seed(1)
            for n in (1, 2):
                hooks.before.append((called.append, (n,), {}))
                hooks.after.append((called.append, (-n,), {}))
            def handler(event, context):
                return [called, random.random()]
            """,
            snapshot_restore_py=module,
        )
        self.assertEqual(worker.ask("before_snapshot")[0], "ready")
        self.assertEqual(worker.ask("after_restore", WAKE)[0], "ready")
        called, number = worker.invoke()
        self.assertEqual(called, [2, 1, -1, -2])
        self.assertNotAlmostEqual(number, 0.13436424411240122)


if __name__ == "__main__":
    unittest.main()
