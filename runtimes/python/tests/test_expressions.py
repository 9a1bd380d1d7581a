"""Regular expressions that come from an image are those that the interpreter would have compiled."""

import importlib.util
import marshal
import os
import shutil
import sys
import textwrap
import unittest

from images import Baked, Deferred
from support import ROOT
from test_image import ImageTest

# Patterns of many kinds, and those of the interpreter's own tests where they are installed: text and bytes, with flags.
CORPUS = r"""
    import re, warnings

    KEYS = [(r"(?P<year>\d{4})-(?P<month>\d\d)", 0), (r"(?P<b>x)(?P<a>y)(?P=b)", re.I), (r"(?<!a)(?<=bc)d(?=e)(?!f)", 0),
            (r"(a)?(?(1)b|c)", 0), (r"(?i:ä|K|ſ)\w+", 0), (r"[^\W\d_]+|[\u4e00-\u9fff]", re.I), (r"(?s:.)(?-i:b)", re.I),
            (r"a  b # c", re.X), (rb"(?P<n>[\x80-\xff]*)\s", re.I), (r"(?u)\bä\b", re.I | re.U), (r"(?a)\w", re.M), ("", 0),
            (r"(?:ab|ac|ad)*?$", re.S | re.M), (r"a{2,5}?b{3}c+?", 0), (r"(?:a*+b++|c?+d{1,2}+)(?>ab|a)c", 0),
            (r"[[a]", 0), (r"a(?i)b", 0), (r"(", 0), (r"(?P<a>x)(?P<a>y)", 0), ("\\N{DIGIT ONE}+", 0), (b"\\u1234", 0)]
    try:
        from test.re_tests import tests
    except ImportError:
        tests = ()
    for pattern in dict.fromkeys(test[0] for test in tests):
        KEYS += [(pattern, flags) for flags in (0, re.I, re.I | re.A, re.M | re.S | re.X)]
        KEYS += [(pattern.encode("utf-8"), flags) for flags in (0, re.I)]

    def attempt(compile, pattern, flags):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                found = compile(pattern, flags)
            except Exception as error:
                found = type(error), str(error)
        return found, [(str(it.message), it.category) for it in warned]

    for key in KEYS:
        attempt(re.compile, *key)

    def handler(event, context):
        return len(KEYS)
"""
# Tells which patterns the interpreter compiles from here on.
WATCH = """
    import re, sys
    compiler = sys.modules.get("re._compiler") or sys.modules["sre_compile"]
    anew = []
    def watch(frame, event, argument):
        if event == "call" and frame.f_code is compiler.compile.__code__:
            anew.append(frame.f_locals["p"])
    sys.setprofile(watch)
"""
SMALL = """
    import re
    WORD = re.compile(r"(?P<first>\\w)(\\w*)", re.I)
    OCTETS = re.compile(b"(a)|b")

    def handler(event, context):
        return [WORD.match("abc").groupdict()["first"], len(re.split("[,;] *", "a, b;c"))]
"""


def has_own_tests():
    """Whether the interpreter's own tests are installed."""
    try:
        return importlib.util.find_spec("test.re_tests") is not None
    except ModuleNotFoundError:
        return False


def program(text, watch=True):
    """A program that tells what is compiled anew, unless that is not asked."""
    return textwrap.dedent(WATCH if watch else "import re, sys\n") + textwrap.dedent(text)


class ExpressionsTest(ImageTest):
    app = SMALL

    def setUp(self):
        super().setUp()
        self.package.write("app.py", self.app)
        self.bake()

    def same(self, text):
        """What a program prints, which has to be the same without the image."""
        text = program(text, watch=False)
        told = self.run_program(text)
        self.assertEqual(told, self.run_program(text, image=False))
        return told[0]

    def anew(self, text):
        """Which patterns a program has compiled."""
        told, complaints = self.run_program(program(text + "\nsys.setprofile(None)\nprint(anew)"))
        self.assertEqual(complaints, "")
        return told


class Corpus(ExpressionsTest):
    app = CORPUS

    def test_they_are_those_that_are_compiled(self):
        told, complaints = self.run_program(
            program(
                """
                import app
                count = 0
                for pattern, flags in app.KEYS:
                    re.purge()
                    before = len(anew)
                    found, warned = app.attempt(re.compile, pattern, flags)
                    if len(anew) == before:
                        count += 1
                        assert not warned, pattern
                    other, others = app.attempt(compiler.compile, pattern, int(flags))
                    assert found == other and warned == others, (found, other)
                    if isinstance(found, re.Pattern):
                        assert hash(found) == hash(other) and repr(found) == repr(other)
                        assert list(found.groupindex.items()) == list(other.groupindex.items())
                        assert (found.flags, found.groups, type(found.flags)) == (other.flags, other.groups, int)
                        assert found.pattern is pattern
                    else:
                        assert len(anew) > before
                print(count)
                """
            )
        )
        self.assertEqual(complaints, "")
        texts, octets = marshal.loads(self.baked.expressions)
        fewer = 16 if has_own_tests() else 14
        self.assertGreater(len(texts), fewer)
        self.assertGreater(int(told), fewer)

    def test_the_caches_keep_to_their_limits(self):
        self.same("import app\nprint(len(re._cache), len(getattr(re, '_cache2', ())), list(re._cache) == list(dict(re._cache)))")
        self.same("import app\nprint([key[1:] for key in re._cache])")

    def test_groups_match_as_before(self):
        self.same(
            """
            import app
            for pattern, flags in app.KEYS:
                found = app.attempt(re.compile, pattern, flags)[0]
                if isinstance(found, re.Pattern):
                    text = "abc ABC 1999-12 xyx bcde" if isinstance(pattern, str) else b"abc ABC 1999-12 xyx bcde"
                    print([(match.span(), match.groups(), match.groupdict(), match.lastgroup) for match in found.finditer(text)])
            """
        )

    def test_threads_get_the_same(self):
        told, complaints = self.run_program(
            """
            import threading, app, re
            re.purge()
            wrong, keys = [], app.KEYS[:300]
            known = [key for key in keys if app.attempt(re.compile, *key)[1] == []]
            plain = {key: app.attempt(re.compile, *key)[0] for key in known}
            re.purge()
            def work():
                for key in known:
                    try:
                        found = re.compile(*key)
                    except Exception as error:
                        found = type(error), str(error)
                    if found != plain[key]:
                        wrong.append(key)
            threads = [threading.Thread(target=work) for _ in range(20)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(wrong)
            """
        )
        self.assertEqual((told, complaints), ("[]\n", ""))


class Left(ExpressionsTest):
    """What is not baked."""

    app = """
        import re, warnings
        PLAIN = re.compile("plain")
        re.compile(b"locale", re.L), re.compile(b"(?L)inline")
        class Text(str): pass
        re.compile(Text("subclass"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile("[[nested]")
        try:
            re.compile("(broken")
        except re.error:
            pass
        def handler(event, context):
            return len(re.findall("[e]vent", "event"))
    """

    def test_what_depends_on_more_or_is_told_of(self):
        texts, octets = marshal.loads(self.baked.expressions)
        self.assertLessEqual({("plain", 0), ("[e]vent", 0)}, set(texts))
        self.assertFalse([key for key in texts if key[0] in ("subclass", "[[nested]", "(broken")])
        self.assertFalse(octets)
        left = [b"locale", b"(?L)inline", "subclass", "[[nested]", "(broken"]
        self.assertEqual(self.anew("import app\nre.findall('[e]vent', '')"), "%r\n" % left)

    def test_debugging_is_printed(self):
        self.package.write("app.py", "import re\nre.compile('a', re.DEBUG)\ndef handler(e, c): return 1\n")
        self.baked = Baked(self.package.path)
        self.assertEqual(self.baked.expressions, b"")

    def test_warnings_come_from_where_they_came(self):
        self.package.write("warns.py", "import re\nre.compile('plain')\nre.compile('[[another]')\nre.compile('[[other]')\n")
        told = self.same(
            """
            import warnings
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                import app, warns
            print([(str(it.message), it.category, it.filename, it.lineno) for it in warned])
            """
        )
        self.assertEqual(told.count("warns.py"), 2, told)

    def test_without_expressions_nothing_is_done(self):
        self.package.write("app.py", "import alone\ndef handler(e, c): return 1\n")
        self.bake()
        self.assertEqual(self.baked.expressions, b"")
        text = "import app, sys\nprint('re' in sys.modules)"
        self.assertEqual(self.run_program(text), self.run_program(text, image=False))

    def test_re_is_not_loaded_for_it(self):
        self.assertNotEqual(self.baked.expressions, b"")
        text = "import alone, sys\nprint([it for it in ('re', 'enum', 'functools') if it in sys.modules])"
        self.assertEqual(self.run_program(text), self.run_program(text, image=False))


class Unchanged(ExpressionsTest):
    """What can be asked of `re` and of its patterns."""

    def test_nothing_is_compiled(self):
        self.assertEqual(self.anew("import app\napp.handler(0, 0)"), "[]\n")
        worker, used, said = self.worker()
        self.assertEqual((used, said, worker.invoke()), (True, [], ["a", 3]))

    def test_the_same_pattern_is_the_same_object_until_it_is_purged(self):
        self.same(
            """
            import app
            text = "(?P<first>\\\\w)(\\\\w*)"
            again = re.compile(text, re.I)
            print(again is app.WORD, re.compile(text, 2) is again, re.compile(again) is again)
            re.purge()
            print(len(re._cache), re.compile(text, re.I) is again, re.compile(text, re.I) == again)
            """
        )

    def test_patterns_are_pickled_and_copied(self):
        self.same(
            """
            import app, copy, pickle
            for it in (app.WORD, app.OCTETS):
                again = pickle.loads(pickle.dumps(it))
                print(again == it, hash(again) == hash(it), again is it, copy.copy(it) is it, copy.deepcopy([it])[0] is it)
                print(it, it.flags, it.groupindex, type(it.groupindex), it.pattern, pickle.dumps(it))
            """
        )

    def test_odd_arguments_are_what_they_were(self):
        self.same(
            """
            class Text(str): pass
            class Odd(Text):
                __hash__ = str.__hash__
                def __eq__(self, other): raise KeyError("no")
            import app
            for pattern in ("[,;] *", b"(a)|b", Text("[,;] *"), Odd("[,;] *"), 7, None, ["[,;] *"], app.WORD, "("):
                for flags in (False, True, 0, 0.0, re.I, 2, "x", None, 1 << 40, -1):
                    re.purge()
                    try:
                        found = re.compile(pattern, flags)
                        print(found, found.flags, type(found.pattern))
                    except Exception as error:
                        print(type(error), error)
            """
        )

    def test_errors_have_the_same_tracebacks(self):
        told = self.same(
            """
            import app, traceback
            try:
                re.compile("(?P<a>x")
            except re.error as error:
                traceback.print_exc(file=sys.stdout)
                print(error.pos, error.msg, error.__context__)
            """
        )
        self.assertIn("missing ), unterminated subpattern", told)

    def test_the_compiler_is_as_it_was(self):
        self.same(
            """
            import app, inspect
            compiler = sys.modules.get("re._compiler") or sys.modules["sre_compile"]
            print(inspect.signature(compiler.compile), compiler.compile.__module__, compiler.compile.__qualname__)
            print(compiler.compile.__code__.co_filename, sorted(vars(re)), sorted(vars(compiler)))
            print(isinstance(re._cache, dict), re.Scanner([("[,;] *", None), ("a", "b")]).scan("a, a"))
            print(inspect.getsource(re._compile))
            """
        )

    def test_it_can_be_loaded_again(self):
        reload = "import importlib, app\nre = importlib.reload(re)\nanew.clear()\nre.compile('[,;] *')"
        self.assertEqual(self.anew(reload), "[]\n")
        second = "import app\ndel sys.modules['re']\nimport re\nanew.clear()\nre.compile('[,;] *')"
        self.assertEqual(self.anew(second), "[]\n")

    def test_whoever_replaces_the_compiler_is_asked(self):
        for name in ("compile", "_code"):
            self.same(
                """
                import app
                compiler = sys.modules.get("re._compiler") or sys.modules["sre_compile"]
                original = compiler.%s
                def other(*arguments):
                    print(arguments[0])
                    return original(*arguments)
                compiler.%s = other
                re.compile("[,;] *")
                """
                % (name, name)
            )

    def test_where_re_is_loaded_already(self):
        text = """
            import sys, re
            sys.path.insert(0, %r)
            from headstart_launcher.image import alone
            del sys.path[0]
            assert alone.begin(%r, %r)
        """ % (ROOT, self.package.path, self.image)
        told = self.run_program(textwrap.dedent(text) + program("import app, alone\nprint(anew, alone.VALUE)"), image=False)
        self.assertEqual(told, ("[] alone\n", ""))

    def test_without_the_launcher(self):
        shutil.copytree(os.path.join(ROOT, "headstart_launcher/image"), os.path.join(self.package.path, "headstart_image"))
        text = "from headstart_image import alone\nassert alone.begin(%r, %r)\n" % (self.package.path, self.image)
        told = self.run_program(text + program("import app\nprint(anew)"), image=False)
        self.assertEqual(told, ("[]\n", ""))


class Damaged(ExpressionsTest):
    def expect_told(self, content, count=1):
        self.put(content)
        worker, used, said = self.worker()
        self.assertEqual((used, worker.invoke()), (True, ["a", 3]))
        said += [log["message"] for log in worker.logs if log["level"] == "warning" and log["message"] not in said]
        self.assertEqual(len(said), count, said)
        return "".join(said)

    def with_tables(self, tables):
        self.baked.expressions = marshal.dumps(tables)
        return self.expect_told(self.baked.image())

    def test_a_flipped_byte(self):
        good, part = self.baked.image(), self.baked.expressions
        for at in (0, len(part) // 2, len(part) - 1):
            place = good.index(part) + at
            said = self.expect_told(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            self.assertIn("table/expressions does not match its checksum", said)

    def test_what_makes_no_sense(self):
        for tables in (7, ({},), ({}, [])):
            self.assertIn("the image is damaged", self.with_tables(tables))

    def test_code_that_makes_no_sense(self):
        key = ("[,;] *", 0)
        for row in (b"", b"x", marshal.dumps(7), marshal.dumps((0, [1, 2, 3], 0, {}, (None,))), 5):
            self.assertIn("the image is damaged", self.with_tables(({key: row}, {})))

    def test_another_compiler(self):
        name = "re._parser" if sys.version_info >= (3, 11) else "sre_parse"
        for module in self.baked.report["modules"]:
            if module["name"] == name:
                module["size"] += 1
        self.assertIn("has changed since the image was baked", self.expect_told(self.baked.image()))
        told, _ = self.run_program(program("import app\nprint(len(anew) > 0)"))
        self.assertEqual(told, "True\n")


class Waiting(ExpressionsTest):
    app = """
        from rare import seldom
        import re

        def handler(event, context):
            return seldom("x") if event == "now" else len(re.split("[,;] *", "a, b"))
    """

    def setUp(self):
        ImageTest.setUp(self)
        self.package.write("app.py", self.app)
        self.package.write("rare.py", "import re\nRARE = re.compile('x+')\ndef seldom(text):\n    return RARE.findall(text)\n")
        self.baked = Deferred(self.package.path, [None, 1])
        self.put(self.baked.image())

    def test_what_comes_later_has_them_too(self):
        self.assertIn("rare", self.baked.plan["deferred"])
        told = self.anew("import app\nassert 'rare' not in sys.modules\nassert app.handler('now', 0) == ['x']\napp.handler(0, 0)")
        self.assertEqual(told, "[]\n")


if __name__ == "__main__":
    unittest.main()
