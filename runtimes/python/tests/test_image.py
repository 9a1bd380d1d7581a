"""A function that starts from an image is the function that it was, and what does not fit is noticed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from images import Baked, Deferred
from support import ROOT, VECTORS, Package, Worker

from headstart_launcher.image import reading

APP = """
    import json, sqlite3 as unused_extension, xml.dom.minidom
    import alone, pkg.deep.leaf, spread.part
    from pkg import data

    def handler(event, context):
        return [alone.VALUE, pkg.deep.leaf.VALUE, data()]
"""
FILES = {
    "alone.py": "VALUE = 'alone'\n",
    "pkg/__init__.py": "import os\ndef data():\n    with open(os.path.join(__path__[0], 'data.txt')) as file:\n        return file.read()\n",
    "pkg/data.txt": "data",
    "pkg/deep/__init__.py": "",
    "pkg/deep/leaf.py": '"""Words."""\nVALUE = 1\n\ndef fail():\n    raise ValueError("on purpose")\n',
    "spread/part.py": "VALUE = 'part'\n",
}
ANSWER = ["alone", 1, "data"]
# Asks what code can ask of modules.
QUESTIONS = """
    import importlib, importlib.util, importlib.resources, inspect, pkgutil, sys, traceback
    import app, pkg.deep.leaf as leaf

    def told(module):
        spec = module.__spec__
        path = None if spec.submodule_search_locations is None else list(spec.submodule_search_locations)
        return [module.__name__, module.__file__, getattr(module, "__cached__", None), module.__package__, spec.origin, spec.cached,
                spec.has_location, path, spec.parent, spec.loader is module.__loader__,
                getattr(spec.loader, "path", None), sorted(vars(module))]

    for name in sorted(sys.modules):
        if name.split(".")[0] in ("app", "alone", "pkg", "json", "xml", "_sqlite3"):
            print(told(sys.modules[name]))
    from importlib.machinery import SourceFileLoader
    print(isinstance(leaf.__loader__, SourceFileLoader), leaf.__loader__.get_filename(), leaf.__loader__.name)
    print(inspect.getsource(leaf.fail), inspect.getdoc(leaf), leaf.__loader__.get_source(leaf.__name__))
    print(leaf.fail.__code__.co_filename, leaf.__loader__.is_package(leaf.__name__))
    print([module.name for module in pkgutil.iter_modules(sys.modules["pkg"].__path__)])
    print(pkgutil.get_data("pkg", "data.txt"), importlib.util.find_spec("pkg.deep.leaf").origin)
    if sys.version_info >= (3, 10):
        print(importlib.resources.files("pkg").joinpath("data.txt").read_text())
    try:
        leaf.fail()
    except ValueError:
        traceback.print_exc(file=sys.stdout)
    print(importlib.reload(leaf) is leaf, list(sys.modules["spread"].__path__))
    try:
        import pkg.missing
    except ImportError as error:
        print(type(error), error, error.name)
"""


class ImageTest(unittest.TestCase):
    def setUp(self):
        self.package = Package(APP)
        self.addCleanup(self.package.directory.cleanup)
        for name, text in FILES.items():
            self.package.write(name, text)
        self.outside = tempfile.TemporaryDirectory()
        self.addCleanup(self.outside.cleanup)
        self.image = os.path.join(self.outside.name, "image")

    def bake(self, **more):
        self.baked = Baked(self.package.path)
        self.put(self.baked.image(**more))

    def put(self, content):
        with open(self.image, "wb") as file:
            file.write(content)

    def worker(self, path=None, **more):
        """A worker that has got the function with the image; what it said, and whether it took the image."""
        worker = Worker()
        self.addCleanup(worker.close)
        kind, ready = worker.specialize(path or self.package.path, image={"path": self.image}, **more)
        self.assertEqual(kind, "ready", ready)
        warnings = ready.get("warnings", []) + [log["message"] for log in worker.logs if log["level"] == "warning"]
        return worker, ready.get("image", False), warnings

    def expect(self, is_used, warnings, answer=None, **more):
        worker, used, said = self.worker(**more)
        self.assertEqual((used, len(said)), (is_used, warnings), said)
        self.assertEqual(worker.invoke(), answer or ANSWER)
        return said

    def run_program(self, text, image=True):
        """What a program prints that has the package on its path, with or without the image."""
        install = (
            "from headstart_launcher import image, jsontext\n"
            "refused = image.install(%r, %r, jsontext.loads, lambda text: sys.stderr.write(text + chr(10)))\n"
            "assert refused is None, refused\n" % (self.image, self.package.path)
        )
        install = install if image else "\n" * install.count("\n")
        begin = "import sys\nsys.path[0] = %r\n%ssys.path[0] = %r\n" % (ROOT, install, self.package.path)
        done = subprocess.run(
            [sys.executable, "-c", begin + textwrap.dedent(text)],
            cwd=self.package.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
        )
        return done.stdout.decode(), done.stderr.decode()


class What(ImageTest):
    def test_every_module_is_found_that_was_found(self):
        self.bake()
        names = self.baked.names()
        self.assertLessEqual({"app", "alone", "pkg", "pkg.deep", "pkg.deep.leaf", "spread.part", "json"}, set(names))
        self.assertNotIn("headstart_launcher.worker", names)
        self.assertIn(["spread", "it is a namespace"], self.baked.report["left"])
        self.assertEqual(self.baked.said, "")

    def test_the_function_answers_as_before(self):
        self.bake()
        self.expect(True, 0)

    def test_code_comes_from_the_image(self):
        self.bake()
        told, _ = self.run_program("import app\nprint(type(app.__loader__).__module__)")
        self.assertEqual(told, "headstart_launcher.image.finder\n")

    def test_nothing_that_can_be_asked_is_another(self):
        self.bake()
        without, complaints = self.run_program(QUESTIONS, image=False)
        self.assertEqual(complaints, "")
        self.assertGreater(len(without), 5000)
        self.assertEqual(self.run_program(QUESTIONS), (without, ""))

    def test_failures_are_those_without(self):
        for app, code in (
            ("import alone\nraise ValueError('no')\ndef handler(e, c): pass\n", "function.import_failed"),
            ("import alone\nhandler = 3\n", "function.handler_not_callable"),
            ("import alone\ndef handler(:\n", "function.syntax_error"),
            ("import alone\nimport sys\nsys.exit(3)\n", None),
        ):
            self.package.write("app.py", "import alone, pkg\ndef handler(e, c): pass\n")
            self.bake()
            self.package.write("app.py", app)
            with Worker() as one, Worker() as other:
                plain = one.specialize(self.package.path)
                baked = other.specialize(self.package.path, image={"path": self.image})
                self.assertEqual(plain, baked)
                self.assertEqual((plain[1] or {}).get("code"), code, plain)


class Changes(ImageTest):
    def test_an_edited_source_is_noticed(self):
        self.bake()
        self.package.write("alone.py", "VALUE = 'edited'\n")
        self.package.write("pkg/deep/leaf.py", "VALUE = 2\n")
        said = self.expect(True, 1, ["edited", 2, "data"])
        self.assertIn("alone.py has changed since the image was baked", said[0])

    def test_an_edit_of_the_same_size_is_noticed(self):
        self.bake()
        time.sleep(0.01)
        self.package.write("alone.py", "VALUE = 'enola'\n")
        self.expect(True, 1, ["enola", 1, "data"])

    def test_other_times_alone_are_nothing(self):
        self.bake()
        for year in (1980, 2098):
            for name in FILES:
                os.utime(os.path.join(self.package.path, name), (0, (year - 1970) * 31556952))
            told, said = self.run_program("import alone\nprint(type(alone.__loader__).__name__)")
            self.assertEqual((told, said), ("Loader\n", ""))

    def test_what_counts_is_what_lies_on_disk(self):
        # A cold archive has `os.stat` tell of the true source where a placeholder lies.
        patch = "import os\nreal = os.stat\nos.stat = lambda path, *more, **how: real(__file__ if str(path).endswith('alone.py') else path, *more, **how)\n"
        self.package.write("app.py", patch + textwrap.dedent(APP))
        self.bake()
        self.expect(True, 0)

    def test_by_content_the_time_tells_nothing(self):
        self.bake(check="digest")
        path = os.path.join(self.package.path, "alone.py")
        before = os.stat(path)
        self.package.write("alone.py", "VALUE = 'enola'\n")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.expect(True, 1, ["enola", 1, "data"])

    def test_trusted_sources_are_not_looked_at(self):
        self.bake(check="trusted")
        self.package.write("alone.py", "VALUE = 'edited'\n")
        self.expect(True, 0)

    def test_a_removed_source_is_missed(self):
        self.bake()
        os.remove(os.path.join(self.package.path, "alone.py"))
        with Worker() as worker:
            _, failure = worker.specialize(self.package.path, image={"path": self.image})
            self.assertEqual(failure["code"], "function.import_failed")
            self.assertIn("alone", failure["message"])

    def test_the_package_may_be_elsewhere(self):
        self.bake()
        moved = os.path.join(self.outside.name, "moved")
        shutil.copytree(self.package.path, moved)
        self.package.write("alone.py", "raise SystemExit\n")
        worker, used, said = self.worker(path=moved)
        self.assertEqual((used, said, worker.invoke()), (True, [], ANSWER))
        self.package.path = moved
        told, _ = self.run_program("import pkg.deep.leaf as it\nprint(it.fail.__code__.co_filename, it.__file__)")
        path = os.path.join(moved, "pkg/deep/leaf.py")
        self.assertEqual(told, "%s %s\n" % (path, path))

    def test_a_module_that_now_comes_first_is_taken(self):
        self.bake()
        with tempfile.TemporaryDirectory() as layer:
            with open(os.path.join(layer, "alone.py"), "w") as file:
                file.write("VALUE = 'layer'\n")
            first = "import sys\nsys.path.insert(0, %r)\nimport alone\nprint(alone.VALUE)\n" % layer
            self.assertEqual(self.run_program(first), ("layer\n", ""))
        # In the package, before the standard library.
        self.package.write("xml.py", "VALUE = 'mine'\n")
        self.assertEqual(self.run_program("import xml\nprint(xml.VALUE)"), ("mine\n", ""))

    def test_a_package_that_is_spread_further_is_searched(self):
        self.bake()
        with tempfile.TemporaryDirectory() as other:
            with open(os.path.join(other, "leaf.py"), "w") as file:
                file.write("VALUE = 'other'\n")
            text = "import pkg.deep\npkg.deep.__path__.insert(0, %r)\nfrom pkg.deep import leaf\nprint(leaf.VALUE)"
            self.assertEqual(self.run_program(text % other), ("other\n", ""))


class Refused(ImageTest):
    def refuse(self, content, why=None):
        self.put(content)
        said = self.expect(False, 1)
        self.assertIn(why or "is not used", said[0])

    def test_another_interpreter(self):
        self.bake()
        self.refuse(self.baked.image(interpreter="cpython; 3.8.0"), "it was baked by cpython; 3.8.0")
        self.refuse(self.baked.image(language="nodejs"))

    def test_what_is_no_image(self):
        self.bake()
        good = self.baked.image()
        self.refuse(b"", "it is no image")
        self.refuse(b"x" * 100, "it is no image")
        self.refuse(good[:8] + b"\2" + good[9:], "version 2")
        for length in (31, 32, 100, len(good) // 2, len(good) - 1):
            self.refuse(good[:length])
        for at in (12, 17, 21, 25, 29, 40, len(good) // 2000):
            self.refuse(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])

    def test_an_identity_that_makes_no_sense(self):
        self.bake()
        for field, value in (("roots", 7), ("roots", [["moon", ""]]), ("searched", [[99]]), ("check", None)):
            self.put(self.baked.image(**{field: value}))
            self.expect(field == "check", 0 if field == "check" else 1)

    def test_damaged_code_is_loaded_from_its_source(self):
        self.bake()
        good = self.baked.image()
        at = good.index(b"on purpose")
        self.put(good[:at] + b"X" + good[at + 1 :])
        said = self.expect(True, 1)
        self.assertIn("the image is damaged: module/pkg.deep.leaf does not match its checksum", said[0])

    def test_what_others_may_write(self):
        self.bake()
        os.chmod(self.image, 0o666)
        self.assertIn("others may write to it", self.expect(False, 1)[0])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to give files away")
    def test_what_belongs_to_another(self):
        self.bake()
        os.chown(self.image, 12345, 12345)
        self.assertIn("it belongs to another user", self.expect(False, 1)[0])
        # Whoever owns the package has its code run anyway.
        os.chown(self.package.path, 12345, 12345)
        self.expect(True, 0)

    def test_what_is_no_file(self):
        os.mkfifo(self.image)
        self.assertIn("it is no regular file", self.expect(False, 1)[0])
        os.remove(self.image)
        self.assertIn("No such file", self.expect(False, 1)[0])
        os.mkdir(self.image)
        self.expect(False, 1)


class Vectors(unittest.TestCase):
    def test_images_good_and_bad(self):
        directory = os.path.join(VECTORS, "images")
        for name in sorted(os.listdir(directory)):
            with open(os.path.join(directory, name, "image.hex")) as file:
                content = bytes.fromhex(file.read())
            with open(os.path.join(directory, name, "expected.json")) as file:
                expected = json.load(file)
            with self.subTest(name), tempfile.NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                if "error" in expected:
                    with self.assertRaises(reading.ImageError):
                        self.read(file.name)
                else:
                    self.assertEqual(self.read(file.name), expected)

    def read(self, path):
        image = reading.Image.open(path, os.path.dirname(path))
        kinds = {1: "code", 2: "table", 3: "file", 6: "found"}
        entries = {
            name: {"kind": kinds[image.records[4 * number + 3]], "text": bytes(image.data(number)).decode()}
            for number, name in enumerate(image.names)
        }
        return {"identity": json.loads(image.identity), "entries": entries}


LAZY = """
    import sys
    from rare import seldom
    from pkg.deep import leaf
    import pkg

    def handler(event, context):
        if event == "now":
            return seldom()
        if event == "fail":
            return leaf.fail()
        if isinstance(event, list):
            return [name in sys.modules for name in event]
        return pkg.data()
"""


class Waiting(ImageTest):
    """Imports that wait, by the plan of a bake."""

    def setUp(self):
        super().setUp()
        self.package.write("app.py", LAZY)
        self.package.write("rare.py", "def seldom():\n    return 'rare'\n")
        self.baked = Deferred(self.package.path, [None, 1])
        self.put(self.baked.image())

    def test_what_waits_comes_when_it_is_needed(self):
        self.assertIn("rare", self.baked.plan["deferred"])
        worker, used, said = self.worker()
        self.assertEqual((used, said), (True, []))
        answers = [worker.invoke(event) for event in (None, ["rare"], "now", ["rare"])]
        self.assertEqual(answers, ["data", [False], "rare", [True]])

    def test_whoever_asks_for_code_gets_that_of_the_source(self):
        told, said = self.run_program(
            """
            import app, inspect, sys
            print("__headstart__" in app.__loader__.get_code("app").co_names, app.__loader__.get_filename())
            print("rare" in sys.modules, app.seldom(), "rare" in sys.modules)
            print(inspect.getsource(app.handler).splitlines()[1].strip(), type(app.__loader__).__mro__[2].__name__)
            print(type(app))
            """
        )
        path = os.path.join(self.package.path, "app.py")
        expected = 'False %s\nFalse rare True\nif event == "now": SourceFileLoader\n<class \'module\'>\n' % path
        self.assertEqual((told, said), (expected, ""))

    def test_an_edited_source_is_loaded_as_it_is(self):
        self.package.write("app.py", LAZY + "    # edited\n")
        worker, used, said = self.worker()
        self.assertEqual((used, len(said)), (True, 1))
        self.assertEqual(worker.invoke(["rare"]), [True])
        self.package.write("rare.py", "def seldom():\n    return 'edited'\n")
        worker, _, _ = self.worker()
        self.assertEqual(worker.invoke("now"), "edited")

    def test_tracebacks_show_none_of_it(self):
        self.package.write("rare.py", "raise ValueError('of its own')\n")
        text = "import traceback\ntry:\n    import rare\nexcept ValueError:\n    traceback.print_exc(file=sys.stdout)"
        told, _ = self.run_program(text)
        self.assertEqual(told.count("File "), 2, told)

    def test_a_failure_in_a_function_is_where_it_was(self):
        worker, _, _ = self.worker()
        with Worker() as plain:
            plain.specialize(self.package.path)
            self.assertEqual(worker.invoke_raw(b'"fail"'), plain.invoke_raw(b'"fail"'))


class Collector(ImageTest):
    def gc(self, at_import=""):
        self.package.write("app.py", "import gc\n%s\ndef handler(e, c):\n" % at_import)
        with open(os.path.join(self.package.path, "app.py"), "a") as file:
            file.write("    return [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 0]\n")
        self.bake()
        worker, used, _ = self.worker()
        self.assertTrue(used)
        return worker.invoke()

    def test_it_is_as_it_was_after_init(self):
        import gc

        self.assertEqual(self.gc(), [True, list(gc.get_threshold()), True])

    def test_what_the_function_says_stays(self):
        self.assertEqual(self.gc("gc.disable()")[0], False)
        self.assertEqual(self.gc("gc.set_threshold(9, 8, 7)")[1][:2], [9, 8])


if __name__ == "__main__":
    unittest.main()
