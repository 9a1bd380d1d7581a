"""Deferred imports: what is rewritten, and what a program sees of it."""

import ast
import inspect
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
import traceback
import types
import unittest
from importlib import machinery, util
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from headstart_bake.defer.graph import predecessors  # noqa: E402
from headstart_bake.defer.rewrite import is_faithful, rewrite  # noqa: E402
from headstart_bake.defer.rounds import Rounds  # noqa: E402
from headstart_bake.defer.scan import LATE_ANNOTATIONS, scan  # noqa: E402
from headstart_launcher.image import deferred  # noqa: E402


def scanned(text, name="m", is_package=False):
    return scan(ast.parse(textwrap.dedent(text)), name, is_package)


class ScanTest(unittest.TestCase):
    def needed(self, text):
        return scanned(text).needed

    def test_names_used_in_functions_only_are_not_needed(self):
        self.assertNotIn("a", self.needed("from x import a\ndef f(): return a\nasync def g(): return [a for _ in a]"))

    def test_names_that_the_execution_reads_are_needed(self):
        for text in (
            "a.b", "class C(a): pass", "@a\ndef f(): pass", "def f(x=a): pass", "class C:\n  y = a",
            "def f(x: a): pass", "x: a = 1", "lambda y=a: 1", "[a for _ in ()]", "class C:\n  def f(self, x=a): pass",
        ):  # fmt: skip
            self.assertIn("a", self.needed("from x import a\n" + text), text)

    def test_names_that_are_local_elsewhere_are_not_the_modules(self):
        text = "from x import a\ndef f(a): return a\ndef g():\n  a = 1\n  def h(): return a\n  return [a for a in ()]"
        self.assertNotIn("a", scanned(text).read)

    def test_names_bound_by_functions_are_needed(self):
        self.assertIn("a", self.needed("from x import a\ndef f():\n  global a\n  a = 1"))

    def test_annotations_as_text(self):
        head = "from __future__ import annotations\nfrom x import a\n"
        self.assertEqual("a" in self.needed(head + "def f(x: a): pass"), LATE_ANNOTATIONS)
        self.assertIn("a", scanned(head + "def f(x: a): pass").mentioned)
        self.assertIn("a", self.needed(head + "@route\ndef f(x: a): pass"))
        self.assertIn("a", self.needed(head + "class C:\n  x: a"))

    @unittest.skipUnless(LATE_ANNOTATIONS, "annotations are evaluated where they stand")
    def test_annotations_that_are_evaluated_late(self):
        for text in ("def g():\n  def f(x: a): pass", "def g():\n  class C:\n    x: a", "x = cast('a', 1)"):
            self.assertIn("a", self.needed("from x import a\n" + text), text)

    def test_relative_names(self):
        found = scanned("from . import a\nfrom .b import c\nfrom .. import d", "p.q", True)
        self.assertEqual([part[0][1] for part in found.statements], ["p.q", "p.q.b", "p"])


class RewriteTest(unittest.TestCase):
    def rewritten(self, text, deferred_names, extra=()):
        text = textwrap.dedent(text)
        written = compile(text, "m.py", "exec", dont_inherit=True)
        tree = rewrite(ast.parse(text), deferred_names, {}, extra)
        made = compile(tree, "m.py", "exec", dont_inherit=True)
        self.assertTrue(is_faithful(written, made, set().union(*deferred_names.values(), extra)))
        return tree, made

    def test_reads_become_reads_of_the_module(self):
        text = "from x import a, b\nb\ndef f(c=1): return a(c), [a for _ in a], (lambda a: a)"
        tree, _ = self.rewritten(text, {0: {"a"}})
        got = ast.unparse(tree)
        self.assertIn("from x import b", got)
        self.assertIn("__headstart__.__defer__(0)", got)
        self.assertIn("(__headstart__.a(c), [__headstart__.a for _ in __headstart__.a], lambda a: a)", got)

    def test_places_stay(self):
        text = "from x import a\n\ndef f():\n    return 1 + a.b(2)\n"
        _, made = self.rewritten(text, {0: {"a"}})
        function = next(one for one in made.co_consts if isinstance(one, types.CodeType))
        self.assertEqual(function.co_firstlineno, 3)
        if hasattr(function, "co_positions"):
            columns = {place[2:] for place in function.co_positions() if place[0] == 4}
            written = compile(text, "m.py", "exec")
            plain = next(one for one in written.co_consts if isinstance(one, types.CodeType))
            self.assertLessEqual(columns, {place[2:] for place in plain.co_positions()} | {(None, None)})

    def test_globals_have_everything(self):
        tree, _ = self.rewritten("from x import a\ndef f(): return globals()['a'], vars(a)", {0: {"a"}})
        self.assertIn("__headstart__.__dict__['a']", ast.unparse(tree))

    def test_a_star_import_takes_what_there_is(self):
        tree = rewrite(ast.parse("from half import *"), {0: {"late"}}, {0: ["now", "late", "later"]}, ())
        half = types.ModuleType("half")
        half.now = 1
        module = types.SimpleNamespace(__defer__=lambda number: None)
        for later, expected in ((False, {"now"}), (True, {"now", "later"})):
            if later:
                half.later = 2
            names = {"__headstart__": module}
            with mock.patch.dict(sys.modules, half=half):
                exec(compile(tree, "m.py", "exec"), names)
            self.assertEqual(names.keys() - {"__headstart__", "__builtins__"}, expected)

    def test_methods_and_closures(self):
        text = """
            from x import a
            class C:
                def f(self):
                    def g(): return a
                    class D(a): b = a
                    return g, D
        """
        tree, _ = self.rewritten(text, {0: {"a"}})
        self.assertEqual(ast.unparse(tree).count("__headstart__.a"), 3)


class GraphTest(unittest.TestCase):
    def test_what_was_started_first_comes_first(self):
        edges = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
        self.assertEqual(predecessors(edges, {"b": 0, "c": 1, "a": 2, "d": 3}), {"c": ["b"], "a": ["b", "c"]})


class DeferredCase(unittest.TestCase):
    """Modules in a directory; `m` is loaded with deferral."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = os.path.realpath(directory.name)
        sys.path.insert(0, self.root)
        before = set(sys.modules)
        self.addCleanup(lambda: [sys.modules.pop(name) for name in set(sys.modules) - before])
        self.addCleanup(sys.path.remove, self.root)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))
        return path

    def load(self, text, deferred_names, submodules=(), kept=(), name="m", path="m.py", has_annotations=False):
        path = self.write(path, text)
        text = textwrap.dedent(text)
        found = scanned(text, name, path.endswith("__init__.py"))
        tree = rewrite(ast.parse(text), deferred_names, {}, set(found.unbound) & set(submodules))
        statements = [
            tuple((*part, False) for part in statement if part[0] in deferred_names.get(number, ()))
            for number, statement in enumerate(found.statements)
        ]
        entry = (statements, submodules, kept, has_annotations, (), ())
        code = compile(tree, path, "exec", dont_inherit=True)

        class Loader(machinery.SourceFileLoader):
            def exec_module(self, module):
                deferred.execute(module, code, entry)

        spec = util.spec_from_file_location(name, path, loader=Loader(name, path))
        module = util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module


class DeferredTest(DeferredCase):
    def test_first_use_imports(self):
        self.write("x.py", "a = 1\nb = 2")
        m = self.load("from x import a, b as c\ndef f(): return a + c", {0: {"a", "c"}})
        self.assertNotIn("x", sys.modules)
        self.assertEqual(m.f(), 3)
        self.assertIs(type(m), types.ModuleType)
        self.assertEqual((m.a, vars(m)["c"]), (1, 2))

    def test_whoever_asks_gets_the_name(self):
        self.write("x.py", "a = 1")
        for ask in (
            "m.a == 1", "vars(m)['a'] == 1", "m.__dict__['a'] == 1", "'a' in dir(m)", "getattr(m, 'a') == 1",
            "__import__('m', fromlist=['a']).a == 1", "dict(__import__('inspect').getmembers(m))['a'] == 1",
        ):  # fmt: skip
            sys.modules.pop("x", None)
            m = self.load("from x import a", {0: {"a"}})
            self.assertTrue(eval(ask, {"m": m}), ask)

    def test_star_import(self):
        self.write("x.py", "a = 1")
        self.load("from x import a\n_b = 2", {0: {"a"}})
        names = {}
        exec("from m import *", names)
        self.assertEqual(names["a"], 1)

    def test_what_is_set_wins(self):
        self.write("x.py", "a = 1")
        m = self.load("from x import a\ndef f(): return a", {0: {"a"}})
        m.a = 5
        self.assertEqual((m.f(), m.a), (5, 5))
        self.assertNotIn("x", sys.modules)

    def test_patching(self):
        self.write("x.py", "a = 1")
        m = self.load("from x import a\ndef f(): return a", {0: {"a"}})
        with mock.patch.object(m, "a", 7), mock.patch("m.a", 8):
            self.assertEqual(m.f(), 8)
        self.assertEqual(m.f(), 1)

    def test_deleting(self):
        self.write("x.py", "a = 1")
        m = self.load("from x import a", {0: {"a"}})
        del m.a
        self.assertFalse(hasattr(m, "a"))

    def test_a_name_that_is_missing(self):
        m = self.load("from x import a", {0: {"a"}})
        with self.assertRaisesRegex(AttributeError, "module 'm' has no attribute 'z'"):
            m.z

    def test_own_getattr(self):
        self.write("x.py", "a = 1")
        m = self.load("from x import a\ndef __getattr__(name): return name.upper()", {0: {"a"}})
        self.assertEqual((m.a, m.other), (1, "OTHER"))

    def test_a_failing_import_fails_each_time(self):
        self.write("x.py", "raise ValueError('no')")
        m = self.load("from x import a\ndef f(): return a", {0: {"a"}})
        for _ in range(2):
            with self.assertRaisesRegex(ValueError, "no"):
                m.f()
        self.write("y.py", "")
        m = self.load("from y import a\ndef f(): return a", {0: {"a"}})
        for _ in range(2):
            with self.assertRaisesRegex(ImportError, "cannot import name 'a' from 'y'"):
                m.f()

    def test_dotted_imports(self):
        self.write("p/__init__.py", "")
        self.write("p/a.py", "v = 1")
        self.write("p/b.py", "v = 2")
        text = "import p.a\nimport p.b\nimport p.a as q\ndef f(): return p.a.v + p.b.v + q.v"
        m = self.load(text, {0: {"p"}, 1: {"p"}, 2: {"q"}})
        self.assertNotIn("p", sys.modules)
        self.assertEqual(m.f(), 4)

    def test_submodules_are_attributes(self):
        self.write("p/sub.py", "v = 1")
        p = self.load("from . import sub\ndef f(): return sub.v", {0: {"sub"}}, ["sub"], (), "p", "p/__init__.py")
        self.assertNotIn("p.sub", sys.modules)
        self.assertEqual(p.f(), 1)
        self.assertIs(p.sub, sys.modules["p.sub"])

    def test_a_function_named_like_its_submodule(self):
        self.write("p/sub.py", "def sub(): return 1")
        p = self.load("from .sub import sub", {0: {"sub"}}, [], ["sub"], "p", "p/__init__.py")
        __import__("p.sub")
        self.assertEqual(p.sub(), 1)
        q = self.load("def sub(): return 2", {}, [], ["sub"], "p", "p/__init__.py")
        sys.modules.pop("p.sub")
        __import__("p.sub")
        self.assertEqual(q.sub(), 2)

    @unittest.skipIf(LATE_ANNOTATIONS, "what annotations mention does not wait")
    def test_annotations_are_evaluated(self):
        import typing

        self.write("x.py", "class A: pass")
        text = "from __future__ import annotations\nfrom x import A\ndef f(x: A) -> len: pass"
        m = self.load(text, {0: set(), 1: {"A"}}, has_annotations=True)
        self.assertEqual(m.f.__annotations__["x"], "A")
        hints = typing.get_type_hints(m.f)
        self.assertIs(hints["x"], sys.modules["x"].A)
        self.assertIs(hints["return"], len)

    def test_tracebacks_and_sources(self):
        self.write("x.py", "def a(): raise KeyError(1)")
        text = "from x import a\n\ndef f():\n    return a()\n"
        m = self.load(text, {0: {"a"}})
        self.assertEqual(inspect.getsource(m.f), "def f():\n    return a()\n")
        try:
            m.f()
        except KeyError:
            frames = traceback.extract_tb(sys.exc_info()[2])
        self.assertEqual([(frame.name, frame.lineno) for frame in frames[1:]], [("f", 4), ("a", 1)])

    def test_fifty_threads(self):
        self.write("x.py", "import time\ntime.sleep(0.05)\ncount = []\ncount.append(1)\nclass A: pass")
        m = self.load("from x import A, count\ndef f(): return A, count", {0: {"A", "count"}})
        found, barrier = [], threading.Barrier(50)

        def ask():
            barrier.wait()
            found.append(m.f())

        threads = [threading.Thread(target=ask) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(found), 50)
        self.assertEqual(len({id(one[0]) for one in found}), 1)
        self.assertEqual(sys.modules["x"].count, [1])

    def test_reload_and_pickle(self):
        import importlib
        import pickle

        self.write("x.py", "class A: pass")
        m = self.load("from x import A\ndef f(): return A\nclass B: pass", {0: {"A"}})
        self.assertIs(pickle.loads(pickle.dumps(m.B)), m.B)
        self.assertIs(pickle.loads(pickle.dumps(m.f)), m.f)
        again = importlib.reload(m)
        self.assertIs(again, m)
        self.assertIs(m.f(), sys.modules["x"].A)


class RoundsCase(DeferredCase):
    """Whole functions, planned from a run."""

    def plan(self, events=("{}",)):
        paths = [self.write("events/%d.json" % number, event) for number, event in enumerate(events)]
        rounds = Rounds(self.root, "app.handler", paths)
        self.assertTrue(rounds.settle())
        return rounds

    def loaded(self, rounds):
        modules = rounds.facts["modules"]
        loaded = [name for name in rounds.outcome["loaded"]["events"] if name in rounds.facts["sources"]]
        return {name for name in loaded if modules[name]["origin"].startswith(self.root)}


class RoundsTest(RoundsCase):
    def test_what_is_not_used_waits(self):
        self.write("used.py", "v = 1")
        self.write("unused.py", "v = 2")
        self.write("app.py", "import used, unused\ndef handler(event, context): return unused.v if event else used.v")
        self.assertEqual(self.loaded(self.plan()), {"app", "used"})

    def test_registrations_happen(self):
        self.write("registry.py", "known = {}\ndef register(f):\n  known[f.__name__] = f\n  return f")
        self.write("plugin.py", "from registry import register\n@register\ndef hello(): return 1")
        head = "import registry\nfrom plugin import hello\n"
        self.write("app.py", head + "def handler(event, context): return sorted(registry.known)")
        rounds = self.plan()
        self.assertIn("plugin", self.loaded(rounds))
        self.assertEqual(rounds.outcome["results"], ['["hello"]'])

    def test_modules_under_other_names(self):
        self.write("there.py", "import sys, types\nsys.modules['other'] = types.ModuleType('other')\nv = 1")
        text = "from there import v\ndef handler(event, context):\n  import other\n  return other.__name__"
        self.write("app.py", text)
        self.assertEqual(self.plan().outcome["results"], ['"other"'])

    def test_patches_happen(self):
        self.write("target.py", "value = 1\ndef get(): return value")
        self.write("patch.py", "import target\ntarget.value = 2\nx = 1")
        head = "import target\nfrom patch import x\n"
        self.write("app.py", head + "def handler(event, context): return target.get() if not event else x")
        rounds = self.plan()
        self.assertIn("patch", self.loaded(rounds))
        self.assertEqual(rounds.outcome["results"], ["2"])

    def test_acts_on_the_process_happen(self):
        self.write("actor.py", "import os\nos.environ['ACTED'] = '1'\nx = 1")
        self.write("app.py", "from actor import x\ndef handler(event, context): return 1 if not event else x")
        self.assertIn("actor", self.loaded(self.plan()))

    def test_the_same_branch_is_taken(self):
        self.write("there.py", "v = 1")
        self.write(
            "app.py",
            """
            try:
                from there import v
            except ImportError:
                v = 2
            try:
                from absent import w
            except ImportError:
                w = 3
            def handler(event, context): return [v, w] if event else w
            """,
        )
        rounds = self.plan(["{}"])
        self.assertEqual(self.loaded(rounds), {"app"})
        self.assertEqual(rounds.outcome["results"], ["3"])
        self.assertEqual(self.plan(['{"a": 1}']).outcome["results"], ["[1, 3]"])

    def test_circles_are_entered_where_they_were(self):
        self.write("p/__init__.py", "from .first import A\nfrom .second import B")
        self.write("p/first.py", "from .second import B\nclass A(B): pass\nfrom . import third")
        self.write("p/second.py", "class B: pass\nfrom . import first\ndef f(): return first.A")
        self.write("p/third.py", "from .first import A\nclass C(A): pass")
        self.write("app.py", "from p.third import C\nfrom p import A\ndef handler(event, context): return C.__name__")
        self.assertEqual(self.plan().outcome["results"], ['"C"'])

    def test_who_registers_with_the_process_is_loaded(self):
        for act in (
            "import codecs\ncodecs.register(lambda name: None)", "import copyreg\ncopyreg.pickle(range, repr)",
            "import atexit\natexit.register(print)", "import sys\nsys.meta_path.append(type('Finder', (), {}))",
        ):  # fmt: skip
            self.write("b.py", act + "\nv = 1")
            self.write("app.py", "from b import v\ndef handler(event, context): return 1 if not event else v")
            self.assertIn("b", self.loaded(self.plan()), act)

    def test_subclasses_that_are_asked_for_are_loaded(self):
        self.write("base.py", "class Base:\n  @classmethod\n  def all(cls): return cls.__subclasses__()")
        self.write("sub.py", "from base import Base\nclass Sub(Base): pass")
        head = "from base import Base\nfrom sub import Sub\n"
        self.write("app.py", head + "def handler(event, context): return Sub.__name__ if event else Base.__name__")
        self.assertIn("sub", self.loaded(self.plan()))

    def test_layers(self):
        with tempfile.TemporaryDirectory() as layer:
            with open(os.path.join(layer, "layer.py"), "w") as file:
                file.write("v = 1")
            self.write("app.py", "import layer\ndef handler(event, context): return layer.v")
            with mock.patch.dict(os.environ, PYTHONPATH=layer):
                self.assertEqual(self.plan().outcome["results"], ["1"])


class ProofTest(RoundsCase):
    """What is not seen by the results, but in the interpreter's state."""

    IDLE = "def handler(event, context): return 1 if not event else v"

    def proved(self, **modules):
        for name, text in modules.items():
            self.write(name + ".py", text)
        rounds = self.plan()
        self.assertTrue(rounds.prove())
        return rounds

    def test_nothing_is_different(self):
        rounds = self.proved(
            a="import b\ndef f(): return b.v\nTABLE = [1, 2]",
            b="v = 1",
            app="import a\ndef handler(event, context): return a.TABLE",
        )
        self.assertNotIn("b", self.loaded(rounds))

    def test_what_is_changed_in_another_module(self):
        rounds = self.proved(
            a="TABLE = []", b="import a\na.TABLE.append('text')\nv = 1", app="import a\nfrom b import v\n" + self.IDLE
        )
        self.assertIn("b", self.loaded(rounds))

    def test_what_is_kept_in_slots(self):
        rounds = self.proved(
            a="class Table:\n  __slots__ = ('found',)\nTABLE = Table()\nTABLE.found = {}",
            b="import a\na.TABLE.found['x'] = 2\nv = 1",
            app="import a\nfrom b import v\n" + self.IDLE,
        )
        self.assertIn("b", self.loaded(rounds))

    def test_only_what_differs_is_taken_back(self):
        rounds = self.proved(
            a="SUM = {}\ndef add(key): SUM[key] = 1",
            b="import a\na.add('text')\nv = 1",
            c="v = 2",
            app="import a, c\nfrom b import v\ndef f(): return c\n" + self.IDLE,
        )
        self.assertIn("b", self.loaded(rounds))
        self.assertNotIn("c", self.loaded(rounds))

    def test_order(self):
        rounds = self.proved(
            registry="known = []",
            one="import registry\nregistry.known.append('one')\nv = 1",
            two="import registry\nregistry.known.append('two')\nv = 2",
            app="import registry\nfrom one import v\nfrom two import v as w\ndef handler(event, context): return [w, v]",
        )
        self.assertEqual(rounds.plan.needs["two"], ["one"])

    def test_a_class_that_is_registered(self):
        rounds = self.proved(
            a="class A: pass",
            b="import a, collections.abc\ncollections.abc.Sized.register(a.A)\nv = 1",
            app="import a\nfrom b import v\n" + self.IDLE,
        )
        self.assertIn("b", self.loaded(rounds))

    def test_a_logger_that_is_told_something(self):
        rounds = self.proved(
            b="import logging\nlogging.getLogger('x').setLevel(10)\nv = 1",
            app="import logging\nfrom b import v\n" + self.IDLE,
        )
        self.assertIn("b", self.loaded(rounds))

    def test_packages(self):
        rounds = self.proved(b="v = 1", c="v = 2", app="import c\nfrom b import v\n" + self.IDLE)
        self.assertTrue(rounds.plan.take_back_packages({"b"}))
        self.assertFalse(rounds.plan.take_back_packages({"b"}))
        rounds.serve()
        self.assertIn("b", self.loaded(rounds))

    def test_first_uses(self):
        rounds = self.proved(b="v = 1", app="from b import v\n" + self.IDLE)
        self.assertEqual([(one["from"], one["error"]) for one in rounds.first_uses()], [("b", "")])


if __name__ == "__main__":
    unittest.main()
