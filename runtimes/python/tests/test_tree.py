"""Zygotes that fork zygotes: what is added, what is told, what their children are, and who lives on."""

import os
import signal
import unittest

from support import Branch, Child, Package, Worker

ECHO = "def handler(event, context):\n    return event\n"
HOLDS = """
    import os, sys
    def handler(event, context):
        return {name: name in sys.modules for name in event}
"""
LIVES = """
    import time, threading
    threading.Thread(target=time.sleep, args=(60,), name="flusher", daemon=True).start()
"""


def root(**more):
    return Worker("zygote", {"modules": [], "tell": True}, **more)


def names(branch):
    return {module["name"]: module["places"] for module in branch.ready["loaded"]["modules"]}


class Trees(unittest.TestCase):
    def test_a_branch_has_what_its_way_has_loaded(self):
        with Package(HOLDS) as package, Package(one="", two="") as shared, root() as parent:
            first = Branch(parent, "one", paths=[shared.path])
            second = Branch(first, "two", paths=[shared.path])
            self.assertEqual((first.said, first.ready["state"]), ("ready", "zygote"))
            place = lambda name: [os.path.join(shared.path, name + ".py")]  # noqa: E731
            self.assertEqual(names(first)["one"], place("one"))
            self.assertNotIn("two", names(first))
            self.assertEqual((names(second)["one"], names(second)["two"]), (place("one"), place("two")))
            self.assertEqual(second.ready["loaded"]["path"], parent.ready["loaded"]["path"])
            for zygote, expected in ((parent, [False, False]), (first, [True, False]), (second, [True, True])):
                child = Child(zygote)
                child.specialize(package.path)
                self.assertEqual(list(child.invoke(["one", "two"]).values()), expected)

    def test_a_child_looks_where_a_cold_start_does(self):
        app = "import os, sys\ndef handler(e, c):\n    return [sys.path, os.getcwd(), dict(os.environ)]\n"
        with Package(app) as package, Package(one="") as shared, Package() as other, root() as parent:
            environment = {"PYTHONPATH": os.pathsep.join([other.path, shared.path]), "PATH": os.environ["PATH"]}
            child = Child(Branch(parent, "one", paths=[shared.path]))
            child.specialize(package.path, environment=environment)
            with Worker(env=environment) as cold:
                cold.specialize(package.path, environment=environment)
                self.assertEqual(child.invoke(), cold.invoke())

    def test_random_numbers_of_grandchildren_differ(self):
        app = "import random, secrets\ndef handler(e, c):\n    return [random.random(), secrets.token_hex(8)]\n"
        with Package(app) as package, root() as parent:
            values = []
            for branch in (Branch(parent, "random"), Branch(Branch(parent, "random"), "uuid")):
                for _ in range(20):
                    child = Child(branch)
                    child.specialize(package.path)
                    values.append(child.invoke())
            for column in zip(*values):
                self.assertEqual(len(set(column)), len(values))

    def test_a_thread_is_refused_by_the_module_that_started_it(self):
        with Package(lives=LIVES) as shared, root() as parent:
            branch = Branch(Branch(parent, "json"), "lives", paths=[shared.path])
            self.assertEqual(len(branch.ready["warnings"]), 1)
            child = Child(branch)
            self.assertEqual((child.kind, child.answer["code"]), ("refused", "zygote.thread_alive"))
            (culprit,) = child.answer["culprits"]
            self.assertEqual((culprit["module"], culprit["thread"]), ("lives", "flusher"))

    def test_a_branch_outlives_its_parent(self):
        with Package(ECHO) as package, root() as parent:
            branch = Branch(parent, "json")
            parent.process.send_signal(signal.SIGKILL)
            parent.wait()
            child = Child(branch)
            child.specialize(package.path)
            self.assertEqual(child.invoke("alive"), "alive")

    def test_the_end_of_a_branch_is_told_by_its_parent(self):
        with root() as parent:
            branch = Branch(parent)
            branch.send("shutdown", {"grace_us": 1000000})
            self.assertEqual(branch.receive(), (None, None))
            parent.socket.settimeout(0.5)
            with self.assertRaises(OSError):
                parent.receive()
            self.assertEqual(parent.exited, [{"pid": branch.answer["pid"], "code": 0}])

    def test_names_that_no_path_leads_to_have_no_place(self):
        package = Package(shim="__path__ = []\n")
        package.write("pack/__init__.py", "import sys\nfrom . import part\nsys.modules['alias'] = part\n")
        package.write("pack/part.py", "import sys, types\nsys.modules['made'] = types.ModuleType('made')\n")
        with package as shared, root() as parent:
            found = names(Branch(parent, "pack", "shim", "multiprocessing", paths=[shared.path]))
            self.assertEqual(found.get("__mp_main__", []), [])
            self.assertEqual((found["alias"], found["made"]), ([], []))
            self.assertEqual(found["pack"], [os.path.join(shared.path, "pack")])
            self.assertEqual(found["shim"], [os.path.join(shared.path, "shim.py")])

    def test_what_cannot_be_imported_is_told(self):
        with root() as parent:
            branch = Branch(parent, "json", "not_there")
            self.assertEqual([it["module"] for it in branch.ready["preload_failed"]], ["not_there"])
            self.assertIn("json", names(branch))

    def test_output_while_modules_are_added_is_the_branchs(self):
        with Package(loud="print('loud')") as shared, root() as parent:
            branch = Branch(parent, "loud", paths=[shared.path])
            branch.send("shutdown", {"grace_us": 1000000})
            branch.receive()
            self.assertEqual(branch.stdout.text(), "loud\n")


class Environment(unittest.TestCase):
    READS = """
        import os
        os.environ.get("WANTED"); os.getenv("GETENV"); "ASKED" in os.environ
        if hasattr(os, "environb"):
            os.environb.get(b"BYTES")
    """

    def test_what_was_read_is_told(self):
        with Package(reads=self.READS) as shared, root() as parent:
            branch = Branch(parent, "reads", paths=[shared.path])
            read = branch.ready["loaded"]["environment"]
            self.assertLessEqual({"WANTED", "GETENV", "ASKED", "BYTES"}, set(read))
            self.assertNotIn("*", read)
            self.assertEqual(Branch(branch, "json").ready["loaded"]["environment"], read)

    def test_what_goes_through_all_of_it_is_told(self):
        with Package(copies="import os\nkept = dict(os.environ)\n") as shared, root() as parent:
            self.assertIn("*", Branch(parent, "copies", paths=[shared.path]).ready["loaded"]["environment"])

    def test_what_a_module_sets_is_set_in_children_as_in_a_cold_start(self):
        sets = "import os\nos.environ['SET'] = '1'\nos.environ.pop('GONE', None)\n"
        app = "import os, sets\ndef handler(e, c):\n    return [os.environ.get('SET'), os.environ.get('GONE'), type(os.environ).__name__]\n"
        environment = {"GONE": "x", "PATH": os.environ["PATH"]}
        with Package(app) as package, Package(sets=sets) as shared, root(env=environment) as parent:
            child = Child(Branch(Branch(parent, "sets", paths=[shared.path]), "json"))
            child.specialize(package.path, environment=dict(environment, PYTHONPATH=shared.path))
            self.assertEqual(child.invoke(), ["1", None, "_Environ"])


if __name__ == "__main__":
    unittest.main()
