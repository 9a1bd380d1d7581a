"""What the profiler of imports sees; a small program stands in for the launcher."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "headstart_trial")
PROGRAM = """
import sys
sys.path.insert(0, %r)
import imports
sys.path[0] = %r
recorder = imports.Recorder(%s)
recorder.begin()
recorder.enter("init")
try:
%s
finally:
    recorder.leave("init")
    recorder.write(%r)
"""


class ProfileTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = os.path.realpath(directory.name)

    def write(self, name, text=""):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))

    def profile(self, statements, sample=None):
        """Runs statements under the profiler; the rows by name, and what was printed on standard error."""
        report = os.path.join(self.root, "report.json")
        statements = textwrap.indent(textwrap.dedent(statements), "    ")
        program = PROGRAM % (SCRIPTS, self.root, sample, statements, report)
        command = [sys.executable, "-S", "-c", program]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        with open(report) as file:
            report = json.load(file)
        rows = report["rows"]
        for row in rows:
            row["within"] = None if row["parent"] is None else rows[row["parent"]]["name"]
        self.assertEqual({row["phase"] for row in rows} - {"init"}, set())
        self.report = report
        return {row["name"]: row for row in rows}, done.stderr.decode()

    def test_imports_stand_below_what_imports_them(self):
        self.write("outer.py", "import inner\nimport inner\n")
        self.write("inner.py", "import time\ntime.sleep(0.03)\n")
        rows, complaint = self.profile("import outer")
        self.assertEqual(complaint, "")
        self.assertEqual((rows["outer"]["within"], rows["inner"]["within"]), (None, "outer"))
        self.assertGreaterEqual(rows["inner"]["self_ns"], 30000000)
        self.assertLess(rows["outer"]["self_ns"], 30000000)
        spent = sum(row["self_ns"] for row in self.report["rows"])
        self.assertLessEqual(spent, self.report["phases"]["init"])
        self.assertEqual(rows["inner"]["file"], os.path.join(self.root, "inner.py"))

    def test_packages_namespaces_and_extensions(self):
        self.write("space/package/__init__.py")
        self.write("space/package/module.py", "from . import other\n")
        self.write("space/package/other.py")
        rows, _ = self.profile("import space.package.module\nimport importlib\nimportlib.import_module('_ctypes')")
        self.assertLessEqual({"space", "space.package", "space.package.module", "space.package.other"}, set(rows))
        self.assertEqual(rows["space.package.other"]["within"], "space.package.module")
        self.assertIsNone(rows["space"]["file"])
        self.assertIn("_ctypes", rows)

    def test_failing_imports_are_rows_and_leave_clean_tracebacks(self):
        self.write("broken.py", "1 / 0\n")
        rows, complaint = self.profile("try:\n    import not_there\nexcept ImportError:\n    pass\nimport broken")
        self.assertTrue(rows["not_there"]["failed"] and rows["broken"]["failed"])
        self.assertNotIn("imports.py", complaint)
        self.assertNotIn("importlib", complaint)
        self.assertIn("ZeroDivisionError", complaint)

    def test_threads_have_trees_of_their_own(self):
        self.write("slow.py", "import time\ntime.sleep(0.05)\nimport below\n")
        self.write("below.py")
        self.write("quick.py")
        rows, _ = self.profile(
            """
            import threading
            thread = threading.Thread(target=__import__, args=("slow",))
            thread.start()
            import quick
            thread.join()
            """
        )
        self.assertEqual((rows["quick"]["within"], rows["below"]["within"]), (None, "slow"))

    def test_memory_is_sampled_around_each(self):
        self.write("outer.py", "import inner\n")
        self.write("inner.py")
        rows, _ = self.profile("import outer", sample="iter((1, 10, 40, 100)).__next__")
        self.assertEqual((rows["outer"]["self_bytes"], rows["inner"]["self_bytes"]), (69, 30))

    def test_a_module_that_is_no_module_is_not_asked(self):
        self.write("odd.py", "import sys\nclass Odd:\n    def __getattr__(self, name): raise SystemExit(9)\n")
        with open(os.path.join(self.root, "odd.py"), "a") as file:
            file.write("sys.modules[__name__] = Odd()\n")
        rows, complaint = self.profile("import odd")
        self.assertEqual((rows["odd"]["file"], complaint), (None, ""))


if __name__ == "__main__":
    unittest.main()
