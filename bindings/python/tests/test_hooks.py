"""The hooks of the package, without a host."""

import asyncio
import importlib.util
import os
import sys
import unittest

if importlib.util.find_spec("headstart") is None:
    # Not installed: the sources will do for what has no native part.
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python"))

import headstart  # noqa: E402
from headstart import _hooks  # noqa: E402

KINDS = ("prewarm", "before_freeze", "after_thaw", "before_snapshot", "after_restore", "shutdown")


class Hooks(unittest.TestCase):
    def setUp(self):
        self.addCleanup(_hooks.registry.clear)

    def test_every_kind_is_a_decorator_that_changes_nothing(self):
        for kind in KINDS:
            with self.subTest(kind):

                def function():
                    return kind

                self.assertIs(getattr(headstart, kind)(function), function)
                self.assertEqual(_hooks.registry[kind], [function])
                self.assertTrue(getattr(headstart, kind).__doc__)

    def test_coroutine_functions_stay_what_they_are(self):
        @headstart.prewarm
        async def connect():
            return 5

        self.assertTrue(asyncio.iscoroutinefunction(connect))
        self.assertEqual(asyncio.run(connect()), 5)

    def test_registered_twice_is_there_twice_and_in_order(self):
        def first():
            pass

        def second():
            pass

        for function in (first, second, first):
            headstart.shutdown(function)
        self.assertEqual(_hooks.registry["shutdown"], [first, second, first])

    def test_what_cannot_be_called_is_refused_at_once(self):
        for value in (None, 5, "connect"):
            with self.assertRaises(TypeError):
                headstart.prewarm(value)
        self.assertEqual(_hooks.registry, {})

    def test_methods_and_objects(self):
        class Pool:
            def __call__(self):
                pass

            def close(self):
                pass

        pool = Pool()
        headstart.shutdown(pool.close)
        headstart.shutdown(pool)
        self.assertEqual(len(_hooks.registry["shutdown"]), 2)


class Names(unittest.TestCase):
    def test_everything_is_listed(self):
        self.assertLessEqual(set(headstart.__all__), set(dir(headstart)))
        self.assertEqual(headstart.__version__, "0.1.0")

    def test_errors_load_on_first_use(self):
        self.assertTrue(issubclass(headstart.errors.FunctionError, headstart.Error))

    def test_unknown_names_are_unknown(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'nothing'"):
            headstart.nothing


if __name__ == "__main__":
    unittest.main()
