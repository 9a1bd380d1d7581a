"""What the recorder of a trial sees by itself, without the kernel's help; a script stands in for boot.py."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "headstart_trial")


class ObserveTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = os.path.realpath(directory.name)
        shutil.copytree(SCRIPTS, os.path.join(self.root, "trial"))
        for name in ("data.txt", "other.txt"):
            self.write(name, name)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))
        return path

    def run_script(self, text):
        """Runs a program under the recorder; what it printed."""
        script = self.write("app/main.py", text)
        command = [sys.executable, os.path.join(self.root, "trial", "observe.py"), script, "argument"]
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.stderr.decode(), "")
        return done.stdout.decode()

    def recorded(self):
        """What stands in the record: letters and paths below the root."""
        with open(os.path.join(self.root, "trial", "record"), "rb") as record:
            entries = record.read().decode().split("\0")
        below = self.root + os.sep
        return {(entry[:1], os.path.normpath(entry[1:])[len(below) :]) for entry in entries if below in entry}

    def test_the_script_is_the_main_program(self):
        told = self.run_script(
            """
            import sys
            print(__name__, __file__ == sys.argv[0], sys.argv[1:])
            print([entry for entry in sys.path if entry.endswith("trial")])
            print([name for name in sys.modules if "record" in name or "observe" in name])
            """
        )
        self.assertEqual(told, "__main__ True ['argument']\n[]\n[]\n")

    def test_files_are_seen_however_they_are_opened(self):
        self.run_script(
            """
            import io, os, pathlib
            open("data.txt").close()
            os.close(os.open(b"bytes.txt", os.O_RDWR | os.O_CREAT))
            pathlib.Path("other.txt").read_text()
            open("written.txt", "w").close()
            open(os.open("written.txt", os.O_RDONLY)).close()
            try:
                open("not_there.txt")
            except OSError:
                pass
            """
        )
        files = {name for kind, name in self.recorded() if kind == "f"}
        self.assertLessEqual({"data.txt", "bytes.txt", "other.txt", "written.txt", "not_there.txt"}, files)

    def test_what_is_only_written_is_not_read(self):
        self.run_script('open("written.txt", "w").close()')
        self.assertNotIn(("f", "written.txt"), self.recorded())

    def test_modules_and_who_lists_directories(self):
        self.write("app/package/__init__.py", "")
        self.write("app/package/module.py", "")
        self.run_script(
            """
            import os, sys
            sys.path.insert(0, os.path.join(os.getcwd(), "app"))
            import importlib.metadata, package.module
            list(importlib.metadata.distributions(path=[os.getcwd()]))
            os.listdir("app/package")
            list(os.scandir(b"app"))
            """
        )
        seen = self.recorded()
        self.assertEqual({name for kind, name in seen if kind == "d"}, {"app/package", "app"})
        self.assertIn(("c", "app/package/module.py"), seen)
        self.assertNotIn(("f", "app/package/module.py"), seen)

    def test_sources_that_are_read_and_not_only_imported(self):
        for name in ("inspected", "loaded", "imported"):
            self.write("app/%s.py" % name, "x = 1\n")
        self.run_script(
            """
            import os, sys
            sys.path.insert(0, os.path.join(os.getcwd(), "app"))
            import imported, inspect, inspected, loaded
            inspect.getsource(inspected)
            loaded.__loader__.get_source("loaded")
            """
        )
        names = {"app/inspected.py", "app/loaded.py", "app/imported.py"}
        read = {name for kind, name in self.recorded() if kind == "f"}
        self.assertEqual(read & names, {"app/inspected.py", "app/loaded.py"})

    def test_a_library_that_is_asked_for(self):
        self.run_script(
            """
            import ctypes
            for name in ("./data.txt", None, "libc.so.none"):
                try:
                    ctypes.CDLL(name)
                except OSError:
                    pass
            """
        )
        self.assertEqual({name for kind, name in self.recorded() if kind == "s"}, {"data.txt"})

    def test_processes_without_a_new_program_are_seen(self):
        self.write("app/reads.py", "def read(name):\n    open(name).close()\n")
        for method, name in (("fork", "data.txt"), ("spawn", "other.txt")):
            self.run_script(
                """
                import multiprocessing, os, sys
                sys.path.insert(0, os.path.join(os.getcwd(), "app"))
                if __name__ == "__main__":
                    import reads
                    process = multiprocessing.get_context("%s").Process(target=reads.read, args=("%s",))
                    process.start()
                    process.join()
                """
                % (method, name)
            )
            self.assertIn(("f", name), self.recorded())

    def test_closed_descriptors_end_nothing(self):
        self.run_script('import os\nos.closerange(3, 1024)\nopen("data.txt").close()')
        self.assertIn(("f", "data.txt"), self.recorded())


if __name__ == "__main__":
    unittest.main()
