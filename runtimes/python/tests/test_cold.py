"""Cold files are served as if they had never been taken out."""

import hashlib
import lzma
import os
import py_compile
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
import zlib

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, RUNTIME)

from headstart_launcher.cold import sources  # noqa: E402

CODECS = {1: zlib.compress, 2: lzma.compress}


def pack(files, codec=1, block_size=200):
    """A cold archive in memory: blocks of about `block_size` bytes."""
    blocks, entries, names, offset, open_block = [], b"", b"", 0, b""
    for name, content in sorted((name.encode(), content) for name, content in files.items()):
        if open_block and len(open_block) + len(content) > block_size:
            blocks.append(open_block)
            open_block = b""
        fields = (len(names), len(name), len(blocks), len(open_block), len(content), 0o644, zlib.crc32(content), 0)
        entries += struct.pack("<8I", *fields)
        names += name
        open_block += content
    blocks.append(open_block)
    packed = [CODECS[codec](block) for block in blocks]
    offset = 64 + 16 * len(blocks) + len(entries) + len(names)
    table = b""
    for block, data in zip(blocks, packed):
        table += struct.pack("<QII", offset, len(data), len(block))
        offset += len(data)
    index = table + entries + names
    counts = (codec, len(blocks), len(entries) // 32, len(names), offset)
    header = b"HSCOLD\r\n" + struct.pack("<HHIIIQ", 1, *counts) + hashlib.sha256(index).digest()
    return header + index + b"".join(packed)


HOT = {
    "app.py": "import pkg\n",
    "pkg/__init__.py": "",
    "pkg/hot.py": "NAME = __name__\n",
    "pkg/data/hot.txt": "hot",
    "half/sub/hot.py": "x = 1\n",
}
COLD = {
    "pkg/cold.py": "from . import hot\nimport os\nDATA = open(os.path.join(os.path.dirname(__file__), 'data/cold.txt')).read()\n",
    "pkg/deep/__init__.py": "from .more import value\n",
    "pkg/deep/more.py": "value = 42\n",
    "pkg/data/cold.txt": "cold",
    "pkg/data/more/x.bin": "x" * 500,
    "space/inner/thing.py": "import pkg.hot as hot\n",
    "half/__init__.py": "",
    "half/sub/__init__.py": "import half.sub.hot\n",
    "top.py": "import app\n",
}


class TheDirectoryOfASlimmedPackage(unittest.TestCase):
    def test_has_one_name(self):
        code = "import sys; sys.path.insert(0, %r); from headstart_launcher import cold, worker\n" % RUNTIME
        code += "assert cold.OWN_DIRECTORY == worker.OWN_DIRECTORY"
        subprocess.run([sys.executable, "-I", "-c", code], check=True)


class ColdCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.package = os.path.join(directory.name, "package")
        self.temporary = os.path.join(directory.name, "tmp")
        os.mkdir(self.temporary)
        for name, content in HOT.items():
            path = os.path.join(self.package, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(content)
        self.archive = os.path.join(self.package, ".headstart", "cold")
        os.mkdir(os.path.dirname(self.archive))
        self.write_archive(pack({name: content.encode() for name, content in COLD.items()}))

    def write_archive(self, content):
        with open(self.archive, "wb") as file:
            file.write(content)

    def run_code(self, code, **environment):
        """Runs code with the fallback installed; what it printed."""
        start = """
            import sys
            sys.path.insert(0, %r)
            from headstart_launcher import cold
            del sys.path[0]
            sys.path.insert(0, %r)
            assert cold.install(sys.path[0])
            ROOT = sys.path[0]
        """
        program = textwrap.dedent(start) % (RUNTIME, self.package) + textwrap.dedent(code)
        variables = dict(os.environ, TMPDIR=self.temporary, PYTHONDONTWRITEBYTECODE="1", **environment)
        done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, timeout=60)
        self.stderr = done.stderr
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def overlay(self):
        own = os.path.join(self.temporary, "headstart-cold-%d" % os.geteuid())
        (name,) = os.listdir(own)
        return os.path.join(own, name)

    # Modules.

    def test_modules_are_imported(self):
        told = self.run_code(
            """
            import pkg.cold, pkg.deep, top, space.inner.thing
            print(pkg.cold.DATA, pkg.deep.value, pkg.cold.hot is sys.modules["pkg.hot"], pkg.deep.__spec__.name)
            print(space.__path__ is not None, cold.served())
            """
        )
        served = ["pkg/cold.py", "pkg/data/cold.txt", "pkg/deep/__init__.py", "pkg/deep/more.py", "space/inner/thing.py"]
        self.assertEqual(told, "cold 42 True pkg.deep\nTrue %r\n" % (served + ["top.py"]))
        self.assertEqual(self.stderr, "")

    def test_source_and_traceback_are_there(self):
        told = self.run_code(
            """
            import inspect, traceback, pkg.deep.more as more
            print(inspect.getsource(more))
            exec(compile("\\n\\ndef f(): raise KeyError(1)", more.__file__, "exec"))
            """
        )
        self.assertIn("value = 42", told)

    def test_what_does_not_exist_is_still_missing(self):
        self.run_code(
            """
            for name in ("nothing", "pkg.nothing", "pkg.hot.nothing"):
                try:
                    __import__(name)
                except ModuleNotFoundError as error:
                    assert error.name == name, error.name
                else:
                    raise SystemExit("it was found")
            import importlib.util
            assert importlib.util.find_spec("pkg.cold") and importlib.util.find_spec("pkg.nope") is None
            """
        )

    def test_threads_import_one_module(self):
        self.run_code(
            """
            import threading
            seen = []
            def work():
                import pkg.cold, pkg.deep
                seen.append((id(pkg.cold), id(pkg.deep)))
            threads = [threading.Thread(target=work) for _ in range(50)]
            [thread.start() for thread in threads]
            [thread.join(20) for thread in threads]
            assert len(seen) == 50 and len(set(seen)) == 1, seen
            """
        )

    def test_a_cold_module_comes_before_another_of_its_name(self):
        """The runtime has packages of its own behind the function's."""
        later = os.path.join(self.temporary, "site")
        for name in ("top.py", "pkg/deep/__init__.py", "space/inner/thing.py", "space/inner/more.py", "other.py", "app.py"):
            os.makedirs(os.path.dirname(os.path.join(later, name)), exist_ok=True)
            with open(os.path.join(later, name), "w") as file:
                file.write("value = 'another'\n")
        with open(os.path.join(self.package, ".headstart", "whole"), "w") as file:
            file.write("top\nspace\n")
        told = self.run_code(
            """
            import importlib.util
            sys.path.append(%r)
            import top, other, app, pkg.deep
            print(hasattr(top, "value"), other.value, hasattr(app, "value"), pkg.deep.value)
            import space.inner.thing, space.inner.more
            print(hasattr(space.inner.thing, "value"), space.inner.more.value)
            sys.path.insert(0, sys.path[-1])
            del sys.modules["top"]
            import top
            print(top.value)
            """
            % later
        )
        self.assertEqual(told, "False another False 42\nFalse another\nanother\n")

    # Files.

    def test_files_are_opened_seen_and_listed(self):
        self.run_code(
            """
            import glob, io, os, pathlib
            data = os.path.join(ROOT, "pkg", "data")
            path = os.path.join(data, "cold.txt")
            assert open(path).read() == "cold" == io.open(path).read() == pathlib.Path(path).read_text()
            assert os.path.exists(path) and os.path.isfile(path) and os.access(path, os.R_OK)
            assert os.stat(path).st_size == 4 and os.path.getsize(os.path.join(data, "more/x.bin")) == 500
            descriptor = os.open(path, os.O_RDONLY)
            assert os.read(descriptor, 9) == b"cold"
            assert sorted(os.listdir(data)) == ["cold.txt", "hot.txt", "more"], os.listdir(data)
            assert sorted(os.listdir(data.encode())) == [b"cold.txt", b"hot.txt", b"more"]
            with os.scandir(data) as entries:
                assert {entry.name: entry.is_dir() for entry in entries} == {"cold.txt": 0, "hot.txt": 0, "more": 1}
            assert [os.path.basename(it) for it in sorted(glob.glob(data + "/*.txt"))] == ["cold.txt", "hot.txt"]
            walked = [(os.path.relpath(at, data), sorted(files)) for at, _, files in os.walk(data)]
            assert walked == [(".", ["cold.txt", "hot.txt"]), ("more", ["x.bin"])], walked
            os.chdir(data)
            assert open("cold.txt").read() == open(b"cold.txt").read() == open("../data/cold.txt").read() == "cold"
            """
        )

    def test_resources(self):
        self.run_code(
            """
            import importlib.resources, pkgutil, pkg
            assert pkgutil.get_data("pkg", "data/cold.txt") == b"cold"
            assert importlib.resources.files("pkg").joinpath("data/cold.txt").read_text() == "cold"
            names = {module.name for module in pkgutil.iter_modules(pkg.__path__)}
            assert names >= {"cold", "deep", "hot"}, names
            """
        )

    def test_missing_files_and_new_files(self):
        self.run_code(
            """
            import os
            data = os.path.join(ROOT, "pkg", "data")
            for call in (open, os.stat, os.listdir, os.scandir, lambda path: os.open(path, os.O_RDONLY)):
                try:
                    call(os.path.join(data, "nothing"))
                except FileNotFoundError as error:
                    assert error.filename == os.path.join(data, "nothing")
                else:
                    raise SystemExit("it was found")
            with open(os.path.join(data, "cold.txt"), "w") as file:
                file.write("mine")
            assert open(os.path.join(data, "cold.txt")).read() == "mine"
            assert not os.path.exists("/nowhere") and not os.access(data + "/nothing", os.F_OK)
            """
        )

    def test_files_are_found_through_links(self):
        for name, target in (("alias.txt", "pkg/data/cold.txt"), ("more", "pkg/data/more"), ("circle", "circle"), ("out", "../x")):
            os.symlink(target, os.path.join(self.package, name))
        self.run_code(
            """
            import os
            os.chdir(ROOT)
            assert open("alias.txt").read() == "cold" and len(open("more/x.bin").read()) == 500
            assert os.listdir("more") == ["x.bin"] and os.path.isdir("more")
            assert not os.path.exists("circle") and not os.path.exists("circle/x") and not os.path.exists("out")
            """
        )

    def test_functions_keep_their_nature(self):
        self.run_code(
            """
            import builtins, io, os
            class Reader:
                opener = open
                look = os.stat
            assert io.open is builtins.open and Reader().opener(os.devnull).read() == ""
            assert Reader().look(os.devnull).st_mode
            assert open.__name__ == "open" and os.stat.__doc__ and os.stat in os.supports_follow_symlinks
            import pickle
            assert os.stat(os.open(os.devnull, os.O_RDONLY)).st_mode and os.listdir(os.open("/", os.O_RDONLY))
            """
        )

    # Sources whose bytecode is in the package.

    def replace_source(self, name, source):
        """Compiles a source into the package and leaves a placeholder where it was."""
        path = os.path.join(self.package, name)
        with open(path, "w") as file:
            file.write(source)
        py_compile.compile(path, dfile=name, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        with open(path, "wb") as file:
            file.write(sources.PLACEHOLDER)
        self.write_archive(pack({name: content.encode() for name, content in {**COLD, name: source}.items()}))

    SOURCE = '"""Doc."""\nfrom __future__ import annotations\nimport sys\n\n\ndef fail(event: dict) -> int:\n    raise KeyError(event)\n'

    def test_a_module_without_its_source_is_what_it_was(self):
        self.replace_source("pkg/hot.py", self.SOURCE)
        told = self.run_code(
            """
            import inspect, linecache, os, pathlib, pkgutil, tokenize, traceback
            import pkg.hot as hot
            from headstart_launcher import cold
            assert not cold.served() and hot.__file__ == os.path.join(ROOT, "pkg", "hot.py")
            print(inspect.getsource(hot.fail), inspect.getsourcefile(hot) == hot.__file__, hot.__doc__)
            try:
                hot.fail(1)
            except KeyError:
                print(traceback.format_exc())
            true = pathlib.Path(hot.__file__).read_text()
            descriptor = os.open(hot.__file__, os.O_RDONLY)
            read = [open(hot.__file__).read(), os.read(descriptor, 9999).decode(), hot.__loader__.get_source("pkg.hot")]
            read += [pkgutil.get_data("pkg", "hot.py").decode(), open(file=hot.__file__.encode()).read()]
            assert all(text == true for text in read), read
            assert os.path.getsize(hot.__file__) == os.lstat(hot.__file__).st_size == len(true)
            """
        )
        self.assertIn("def fail(event: dict) -> int:\n    raise KeyError(event)\n True Doc.", told)
        self.assertIn("line 7, in fail\n    raise KeyError(event)", told)

    def test_an_uncaught_exception_shows_its_line(self):
        self.replace_source("pkg/hot.py", self.SOURCE)
        self.run_code(
            """
            import atexit, os, pkg.hot
            try:
                pkg.hot.fail(1)
            except KeyError:
                sys.excepthook(*sys.exc_info())
            """
        )
        self.assertIn("raise KeyError(event)", self.stderr)

    def test_a_placeholder_runs_the_source(self):
        """Where the bytecode is another version's, is damaged, or where nothing serves cold files."""
        self.replace_source("pkg/hot.py", self.SOURCE)
        shutil.copytree(os.path.join(RUNTIME, "headstart_launcher", "cold"), os.path.join(self.package, "headstart_cold"))
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); import pkg.hot as hot, runpy\n"
            "assert hot.__doc__ == 'Doc.' and hot.fail.__annotations__ == {'event': 'dict', 'return': 'int'}, vars(hot)\n"
            "assert hot.fail.__code__.co_filename == hot.__file__ and hot.fail.__code__.co_firstlineno == 6\n"
            "assert runpy.run_path(hot.__file__)['fail'].__doc__ is None\n"
        )
        for remove in (False, True):
            if remove:
                shutil.rmtree(os.path.join(self.package, "pkg", "__pycache__"))
            command = [sys.executable, "-I", "-B", "-c", code, self.package]
            done = subprocess.run(command, env={"TMPDIR": self.temporary}, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.archive, "wb"):
            pass
        done = subprocess.run(command, env={"TMPDIR": self.temporary}, capture_output=True, text=True, timeout=60)
        self.assertIn("ImportError: the cold archive that has the source of", done.stderr)

    def test_a_source_that_was_edited_is_the_one_that_counts(self):
        self.replace_source("pkg/hot.py", self.SOURCE)
        with open(os.path.join(self.package, "pkg", "hot.py"), "w") as file:
            file.write("edited = 1\n")
        self.run_code("import pathlib; assert pathlib.Path(ROOT, 'pkg', 'hot.py').read_text() == 'edited = 1\\n'")

    def test_a_placeholder_is_written_over(self):
        self.replace_source("pkg/hot.py", self.SOURCE)
        self.run_code(
            """
            import os
            path = os.path.join(ROOT, "pkg", "hot.py")
            with open(path, "a") as file:
                file.write("more = 1\\n")
            assert open(path).read().endswith("more = 1\\n")
            """
        )

    # Where it is unpacked.

    def test_the_package_may_be_read_only_and_stays_as_it_was(self):
        before = sorted(os.listdir(os.path.join(self.package, "pkg")))
        self.run_code("import pkg.cold, pkg.deep")
        self.assertEqual(sorted(os.listdir(os.path.join(self.package, "pkg"))), before)
        self.assertEqual(stat.S_IMODE(os.stat(self.overlay()).st_mode), 0o700)

    def test_a_directory_that_others_may_write_to_is_refused(self):
        own = os.path.join(self.temporary, "headstart-cold-%d" % os.geteuid())
        os.mkdir(own)
        os.chmod(own, 0o777)
        told = self.run_code("import importlib.util; print(importlib.util.find_spec('pkg.cold'))")
        self.assertEqual(told, "None\n")
        self.assertEqual(self.stderr.count("warning"), 1, self.stderr)

    def test_an_archive_beside_the_package(self):
        os.rename(self.archive, self.package + ".cold")
        self.assertEqual(self.run_code("import pkg.deep; print(pkg.deep.value)"), "42\n")

    def test_a_report_names_what_was_served(self):
        report = os.path.join(self.temporary, "report")
        self.run_code("import pkg.deep, pkg.deep", HEADSTART_COLD_REPORT=report)
        with open(report) as file:
            self.assertEqual(file.read(), "pkg/deep/__init__.py\npkg/deep/more.py\n")

    def test_forks_serve_too(self):
        self.run_code(
            """
            import os, pkg.deep
            child = os.fork()
            if not child:
                import pkg.cold
                os._exit(0 if pkg.cold.DATA == "cold" else 1)
            assert os.waitpid(child, 0)[1] == 0
            """
        )

    # Damage.

    def test_damage_is_told_once_and_is_no_crash(self):
        good = pack({name: content.encode() for name, content in COLD.items()})
        ends = [0, 10, 70, len(good) - 1]
        flips = [0, 9, 12, 30, 40, 80, 200, len(good) - 3]
        bad = [good[:end] for end in ends] + [good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :] for at in flips]
        for content in bad:
            with self.subTest(size=len(content)):
                self.write_archive(content)
                code = """
                    for name in ("pkg.cold", "pkg.deep", "top", "space.inner.thing"):
                        try:
                            __import__(name)
                        except ImportError:
                            pass
                    import pkg.hot
                """
                self.run_code(code)
                self.assertLessEqual(self.stderr.count("warning"), 1, self.stderr)

    def test_xz(self):
        self.write_archive(pack({name: content.encode() for name, content in COLD.items()}, codec=2))
        self.assertEqual(self.run_code("import pkg.deep; print(pkg.deep.value)"), "42\n")


if __name__ == "__main__":
    unittest.main()
