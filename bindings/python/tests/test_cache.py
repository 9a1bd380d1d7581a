"""The cache in one process: keys, options, what a cached function looks like."""

import copy
import importlib.util
import inspect
import pickle
import time
import unittest
import warnings
from datetime import timedelta

from cache_support import Counter, in_threads

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Cache, cached


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Functions(unittest.TestCase):
    def test_a_call_is_computed_once_and_gives_the_same_object(self):
        function = Counter(lambda *args: list(args))
        load = cached(function)
        self.assertIs(load("a", 1), load("a", 1))
        self.assertEqual((load("a", 2), load("b", 1), load()), (["a", 2], ["b", 1], []))
        self.assertEqual(function.calls, 4)
        info = load.cache_info()
        self.assertEqual((info.hits, info.misses, info.currsize, info.maxsize), (1, 4, 4, 10_000))

    def test_arguments_of_different_types_are_different(self):
        load = cached(lambda value: (type(value), repr(value)))
        values = [1, 1.0, True, "1", b"1", 0, 0.0, -0.0, False, None, "", (), (1,), (True,), ("1",), 2**70, -1]
        for value in values * 2:
            with self.subTest(value):
                self.assertEqual(load(value), (type(value), repr(value)))
        self.assertEqual(load.cache_info().misses, len(values))

    def test_one_tuple_is_not_its_items(self):
        load = cached(lambda *args, **kwargs: (args, kwargs))
        calls = [((("a", "b"),), {}), (("a", "b"), {}), (("a",), {"b": "b"}), ((), {"a": "a", "b": "b"}), (("a", "k", "b"), {})]
        for args, kwargs in calls:
            self.assertEqual(load(*args, **kwargs), (args, kwargs))
        self.assertIs(load(a=1, b=2)[1], load(b=2, a=1)[1])

    def test_objects_are_told_apart_by_their_own_equality(self):
        class Point:
            def __init__(self, x):
                self.x = x

            def __hash__(self):
                return 7

            def __eq__(self, other):
                return self.x == other.x

        function = Counter(lambda point: point.x)
        load = cached(function)
        self.assertEqual([load(Point(1)), load(Point(2)), load(Point(1))], [1, 2, 1])
        self.assertEqual(function.calls, 2)

    def test_what_cannot_be_a_key_is_computed_and_warned_of_once(self):
        load = cached(sum)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.assertEqual([load([1, 2]), load([1, 2]), load([3])], [3, 3, 3])
        self.assertEqual(len(told), 1)
        self.assertIn("unhashable", str(told[0].message))
        self.assertEqual(cached(key=tuple)(sum)([1, 2]), 3)

    def test_methods(self):
        class Table:
            def __init__(self, name):
                self.name = name

            @cached
            def rows(self, number=1):
                """Rows."""
                return [self.name] * number

            @classmethod
            @cached
            def kind(cls):
                return [cls]

            @staticmethod
            @cached
            def fixed(value):
                return [value]

        one, other = Table("one"), Table("other")
        self.assertEqual((one.rows(2), other.rows(2)), (["one", "one"], ["other", "other"]))
        self.assertIs(one.rows(2), one.rows(2))
        self.assertIs(Table.kind(), Table.kind())
        self.assertIs(one.fixed(1), Table.fixed(1))
        self.assertTrue(Table.rows.invalidate(one, 2))
        self.assertIn("number=1", str(inspect.signature(Table.rows)))

    def test_it_looks_like_the_function(self):
        self.assertEqual((documented.__name__, documented.__doc__), ("documented", "What it says."))
        self.assertEqual(str(inspect.signature(documented)), "(one: int, *, two=2) -> list")
        self.assertIs(pickle.loads(pickle.dumps(documented)), documented)
        self.assertIs(copy.copy(documented), documented)
        self.assertIs(copy.deepcopy(documented), documented)
        self.assertIn("documented", repr(documented))
        self.assertTrue(callable(documented.__wrapped__))

    def test_generators_and_what_cannot_be_called_are_refused(self):
        def generator():
            yield 1

        async def asynchronous():
            yield 1

        for wrong in (generator, asynchronous, 5):
            with self.assertRaises(TypeError):
                cached(ttl=5)(wrong)

    def test_options_are_checked(self):
        for options in ({"ttl": "5 parsecs"}, {"ttl": -1}, {"scope": "galaxy"}, {"max_entries": 0}, {"codec": "xml"}):
            with self.subTest(options), self.assertRaises(ValueError):
                cached(**options)
        with self.assertRaises(TypeError):
            cached(tll=5)
        with self.assertRaises(TypeError):
            cached(tags="users")
        for ttl in (5, 0.5, "5m", "250ms", "1.5 h", timedelta(seconds=3)):
            self.assertEqual(cached(ttl=ttl)(abs)(-1), 1)

    def test_values_end_with_their_time(self):
        function = Counter()
        load = cached(ttl="50ms")(function)
        load("a")
        load("a")
        self.assertEqual(function.calls, 1)
        time.sleep(0.08)
        load("a")
        self.assertEqual(function.calls, 2)

    def test_invalidate_refresh_and_clear(self):
        numbers = iter(range(100))
        load = cached(lambda key: next(numbers))
        self.assertEqual([load("a"), load("a"), load.refresh("a"), load("a")], [0, 0, 1, 1])
        self.assertTrue(load.invalidate("a"))
        self.assertFalse(load.invalidate("a"))
        self.assertEqual([load("a"), load("b")], [2, 3])
        load.cache_clear()
        self.assertEqual([load("a"), load.cache_info().currsize], [4, 1])

    def test_tags(self):
        numbers = iter(range(100))
        load = cached(tags=lambda user, kind: ["users", "user %s" % user])(lambda user, kind: next(numbers))
        self.assertEqual([load(1, "a"), load(1, "b"), load(2, "a")], [0, 1, 2])
        load.invalidate_tag("user 1")
        self.assertEqual([load(1, "a"), load(1, "b"), load(2, "a")], [3, 4, 2])
        load.invalidate_tag("users")
        self.assertEqual(load(2, "a"), 5)

    def test_none_is_a_value_unless_it_has_a_time_of_its_own(self):
        function = Counter(lambda: None)
        load = cached(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 1])
        load = cached(negative_ttl=0)(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 3])
        load = cached(negative_ttl="1h", ttl=0)(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 4])

    def test_calls_whose_arguments_are_no_key_can_be_refreshed_and_forgotten(self):
        load = cached(sum)
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            self.assertEqual((load.refresh([1, 2]), load.invalidate([1, 2])), (3, False))


if NATIVE:

    @cached
    def documented(one: int, *, two=2) -> list:
        """What it says."""
        return [one, two]


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Mapping(unittest.TestCase):
    def test_it_is_like_a_dictionary(self):
        cache = Cache("users", ttl="1h")
        value = object()
        cache["a"] = value
        cache.set(("b", 1), 2, ttl="1h", tags=["numbers"])
        self.assertIs(cache["a"], value)
        self.assertEqual((cache.get("c"), cache.get("c", 5), cache.get(("b", 1)), len(cache)), (None, 5, 2, 2))
        self.assertTrue("a" in cache and "c" not in cache and cache)
        self.assertEqual((cache.pop("a"), cache.pop("a", None)), (value, None))
        for missing in (lambda: cache["a"], lambda: cache.pop("a"), lambda: cache.__delitem__("a")):
            self.assertRaises(KeyError, missing)
        cache.invalidate("numbers")
        self.assertNotIn(("b", 1), cache)
        cache["d"] = None
        self.assertTrue("d" in cache and cache.delete("d") and not cache.delete("d"))
        cache["e"] = 1
        cache.clear()
        self.assertEqual((len(cache), "e" in cache, cache.problem), (0, False, None))
        self.assertRaises(TypeError, cache.get, [])

    def test_values_are_computed_once(self):
        cache = Cache("users")
        function = Counter(lambda: [1], pause=0.05)
        results = in_threads(8, lambda: cache.get_or_compute("key", function))
        self.assertTrue(all(result is results[0] for result in results))
        self.assertEqual(function.calls, 1)
        self.assertEqual(cache.get_or_compute("other", lambda: 5, ttl=0), 5)
        self.assertNotIn("other", cache)


if __name__ == "__main__":
    unittest.main()
