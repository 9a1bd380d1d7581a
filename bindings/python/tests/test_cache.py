"""The cache in one process, through the installed package and its native part."""

import copy
import gc
import importlib.util
import inspect
import pickle
import threading
import time
import unittest
import warnings
import weakref
from datetime import timedelta

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Cache, cached


class Counter:
    """A function that counts how often it ran."""

    def __init__(self, result=lambda *args, **kwargs: (args, kwargs), pause=0):
        self.calls = 0
        self.result = result
        self.pause = pause
        self.lock = threading.Lock()

    def __call__(self, *args, **kwargs):
        with self.lock:
            self.calls += 1
        time.sleep(self.pause)
        return self.result(*args, **kwargs)


def in_threads(number, function):
    """What `function` returned or raised in each of so many threads."""
    results = []

    def run():
        try:
            results.append(function())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def eventually(condition, within=5):
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true")
        time.sleep(0.005)


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

    def test_what_was_being_computed_when_its_tag_ended_is_not_served_later(self):
        function = Counter(lambda: function.calls, pause=0.1)
        load = cached(tags=["users"])(function)
        thread = threading.Thread(target=load)
        thread.start()
        eventually(lambda: function.calls == 1)
        load.invalidate_tag("users")
        thread.join()
        self.assertEqual(load(), 2)

    def test_exceptions_are_not_remembered_and_old_values_stand_in(self):
        answers = iter([1, KeyError("no"), 3, KeyError("no")])

        def answer():
            value = next(answers)
            if isinstance(value, Exception):
                raise value
            return value

        load = cached(ttl="20ms", stale_on_error="1h")(answer)
        self.assertEqual(load(), 1)
        time.sleep(0.04)
        self.assertEqual(load(), 1)
        self.assertEqual(load(), 3)
        load.cache_clear()
        with self.assertRaisesRegex(KeyError, "no"):
            load()

    def test_none_is_a_value_unless_it_has_a_time_of_its_own(self):
        function = Counter(lambda: None)
        load = cached(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 1])
        load = cached(negative_ttl=0)(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 3])
        load = cached(negative_ttl="1h", ttl=0)(function)
        self.assertEqual([load(), load(), function.calls], [None, None, 4])

    def test_a_value_that_is_known_to_be_gone_does_not_come_back(self):
        answers = iter([1, None, KeyError("no")])

        def answer():
            value = next(answers)
            if isinstance(value, Exception):
                raise value
            return value

        load = cached(ttl="20ms", stale_on_error="1h", negative_ttl=0)(answer)
        self.assertEqual(load(), 1)
        time.sleep(0.04)
        self.assertIsNone(load())
        with self.assertRaises(KeyError):
            load()

    def test_what_was_being_computed_when_its_key_was_forgotten_is_not_served_later(self):
        answers = iter(range(100))
        begun, go_on = threading.Event(), threading.Event()

        def slow(key):
            answer = next(answers)
            if answer in (0, 2, 4, 6):
                begun.set()
                go_on.wait(10)
            return answer

        load = cached(slow)
        cache = Cache("forgotten")
        ways = (
            (lambda: load("key"), lambda: load.invalidate("key"), 1),
            (lambda: load("key"), load.cache_clear, 3),
            (lambda: load(Counter), lambda: load.invalidate(Counter), 5),
        )
        for ask, forget, expected in ways:
            load.cache_clear()
            begun.clear()
            go_on.clear()
            thread = threading.Thread(target=ask)
            thread.start()
            begun.wait()
            forget()
            go_on.set()
            thread.join()
            self.assertEqual(ask(), expected)
        begun.clear()
        go_on.clear()
        thread = threading.Thread(target=cache.get_or_compute, args=("key", lambda: slow("key")))
        thread.start()
        begun.wait()
        cache["key"] = "new"
        go_on.set()
        thread.join()
        self.assertEqual(cache["key"], "new")

    def test_a_refresh_that_began_before_its_tag_ended_is_not_served_later(self):
        begun, go_on = threading.Event(), threading.Event()
        answers = iter(range(100))

        def slow():
            answer = next(answers)
            if answer == 1:
                begun.set()
                go_on.wait(10)
            return answer

        load = cached(tags=["users"])(slow)
        load()
        thread = threading.Thread(target=load.refresh)
        thread.start()
        begun.wait()
        load.invalidate_tag("users")
        go_on.set()
        thread.join()
        self.assertEqual(load(), 2)

    def test_the_end_of_the_program_is_no_failure(self):
        for end in (KeyboardInterrupt, SystemExit):
            answers = iter([1, end()])

            def answer():
                value = next(answers)
                if isinstance(value, BaseException):
                    raise value
                return value

            load = cached(ttl=0, stale_on_error="1h")(answer)
            self.assertEqual(load(), 1)
            with self.assertRaises(end):
                load()

    def test_an_old_value_that_ended_while_computing_failed_is_not_served(self):
        answers = iter([1, OSError()])

        def answer():
            value = next(answers)
            if isinstance(value, Exception):
                time.sleep(0.2)
                raise value
            return value

        load = cached(ttl=0, stale_on_error="100ms")(answer)
        self.assertEqual(load(), 1)
        with self.assertRaises(OSError):
            load()

    def test_what_can_be_used_once_is_not_kept(self):
        load = cached(lambda: iter([1, 2]))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.assertEqual([list(load()), list(load())], [[1, 2], [1, 2]])
        self.assertEqual(len(told), 1)

    def test_objects_as_keys_are_let_go_of(self):
        class Key:
            pass

        def fail(key):
            raise OSError

        load = cached(fail)
        keys = [Key() for _ in range(20)]
        references = [weakref.ref(key) for key in keys]
        for key in keys:
            self.assertRaises(OSError, load, key)
        del keys, key
        gc.collect()
        self.assertEqual([one for one in references if one() is not None], [])

        def make():
            class Local:
                @cached
                def method(self):
                    return [self]

            Local().method()
            return weakref.ref(Local)

        local = make()
        gc.collect()
        self.assertIsNone(local())

    def test_keys_have_a_weight_and_forgotten_ones_take_no_place(self):
        load = cached(max_bytes="1MiB")(len)
        for number in range(100):
            load("%d" % number + "x" * 100_000)
        self.assertLess(load.cache_info().currsize, 11)
        load = cached(max_entries=100)(lambda key: [key])
        for number in range(50):
            load(number)
        for _ in range(1_000):
            load.invalidate("often")
            load("often")
        info = load.cache_info()
        self.assertEqual((info.currsize, info.evictions), (51, 0))

    def test_calls_whose_arguments_are_no_key_can_be_refreshed_and_forgotten(self):
        load = cached(sum)
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            self.assertEqual((load.refresh([1, 2]), load.invalidate([1, 2])), (3, False))

    def test_stale_values_are_served_while_one_is_computed_elsewhere(self):
        function = Counter(lambda: (function.calls, threading.current_thread().name), pause=0.05)
        load = cached(ttl="20ms", stale="1h")(function)
        self.assertEqual(load()[0], 1)
        time.sleep(0.04)
        begun = time.monotonic()
        self.assertEqual({load()[0] for _ in range(5)}, {1})
        self.assertLess(time.monotonic() - begun, 0.05)
        eventually(lambda: load()[0] > 1)
        self.assertEqual(load()[1], "headstart-refresh")

    def test_a_refresh_that_fails_leaves_the_old_value_and_is_told_of(self):
        answers = iter([1])
        load = cached(ttl="1ms", stale="1h")(lambda: next(answers))
        self.assertEqual(load(), 1)
        time.sleep(0.01)
        with self.assertLogs("headstart.cache", "WARNING") as told:
            self.assertEqual(load(), 1)
            eventually(lambda: told.output)
        self.assertIn("StopIteration", told.output[0])

    def test_values_are_refreshed_ahead(self):
        function = Counter(lambda: function.calls)
        load = cached(ttl="1h", refresh_ahead="1h")(function)
        self.assertEqual(load(), 1)
        eventually(lambda: load() == 2)

    def test_the_oldest_that_nobody_asks_for_make_room(self):
        load = cached(max_entries=100)(Counter(lambda key: key))
        for number in range(1_000):
            load(number)
            load("often")
        info = load.cache_info()
        self.assertLessEqual(info.currsize, 101)
        self.assertEqual(info.evictions, 1_001 - info.currsize)
        self.assertEqual(info.misses, 1_001)

    def test_bytes_are_bounded(self):
        load = cached(max_bytes="1MiB")(lambda key: b"x" * 100_000)
        for number in range(50):
            load(number)
        info = load.cache_info()
        self.assertTrue(5 <= info.currsize <= 11 and 500_000 < info.bytes <= 2**20, info)
        self.assertEqual(len(cached(max_bytes=1_000)(lambda: b"x" * 2_000)()), 2_000)

    def test_sixteen_threads_compute_once(self):
        function = Counter(lambda key: [key], pause=0.1)
        for load in (cached(function), cached(scope="process")(function)):
            results = in_threads(16, lambda: load("cold"))
            self.assertTrue(all(result is results[0] for result in results))
        results = in_threads(16, lambda: load(Counter))
        self.assertEqual((len({id(result) for result in results}), function.calls), (1, 3))

    def test_one_who_fails_releases_the_others(self):
        lock = threading.Lock()
        state = {"calls": 0}

        def often_bad():
            with lock:
                state["calls"] += 1
                number = state["calls"]
            time.sleep(0.02)
            if number <= 3:
                raise OSError(number)
            return number

        results = in_threads(8, cached(often_bad))
        errors = [result for result in results if isinstance(result, OSError)]
        self.assertEqual((len(errors), results.count(4), state["calls"]), (3, 5, 4))

    def test_one_who_hangs_is_waited_for_no_longer_than_said(self):
        go_on = threading.Event()
        first = threading.Event()

        def hang():
            if not first.is_set():
                first.set()
                go_on.wait(20)
            return threading.current_thread().name

        load = cached(wait="100ms")(hang)
        thread = threading.Thread(target=load)
        thread.start()
        first.wait()
        begun = time.monotonic()
        self.assertEqual(load(), threading.current_thread().name)
        self.assertTrue(0.09 < time.monotonic() - begun < 5)
        self.assertEqual(load.cache_info().overdue, 1)
        go_on.set()
        thread.join()

    def test_functions_may_call_themselves_and_each_other(self):
        @cached
        def fibonacci(number):
            return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)

        self.assertEqual(fibonacci(80), 23416728348467685)
        self.assertEqual(fibonacci.cache_info().misses, 81)

    def test_keys_and_values_may_ask_the_cache_themselves(self):
        class Odd:
            def __hash__(self):
                return 1

            def __eq__(self, other):
                load("inner")
                return False

            def __del__(self):
                load("last")

        load = cached(max_entries=2)(lambda key: Odd())
        for number in range(50):
            load(number)
            load(Odd())
        self.assertLessEqual(load.cache_info().currsize, 4)

    def test_a_function_that_nobody_has_is_collected(self):
        class Value:
            pass

        def make():
            load = cached(lambda: Value())
            value = load()
            value.load = load
            return weakref.ref(value)

        found = make()
        gc.collect()
        self.assertIsNone(found())

    def test_snapshots_hold_no_secrets_and_restores_end_what_was_for_one_epoch(self):
        from headstart import _hooks
        from headstart._cache import options

        secrets, tokens, others = Counter(lambda: [1]), Counter(lambda: [2]), Counter(lambda: [3])
        load_secrets = cached(no_snapshot=True)(secrets)
        load_tokens = cached(refresh_on_restore=True)(tokens)
        load_others = cached(others)
        loads = (load_secrets, load_tokens, load_others)
        for load in loads:
            load()
        self.assertIs(_hooks.registry["before_snapshot"][0], options.before_snapshot)
        options.before_snapshot()
        held = weakref.ref(load_secrets)
        self.assertEqual((held().cache_info().currsize, load_tokens.cache_info().currsize), (0, 1))
        self.addCleanup(setattr, _hooks, "epoch", _hooks.epoch)
        _hooks.epoch += 7
        options.after_restore()
        for load in loads:
            load()
        self.assertEqual((secrets.calls, tokens.calls, others.calls), (2, 2, 1))

    def test_signals_end_a_wait(self):
        import signal

        go_on, first = threading.Event(), threading.Event()

        def hang():
            first.set()
            go_on.wait(20)

        load = cached(wait="20s")(hang)
        thread = threading.Thread(target=load)
        thread.start()
        first.wait()
        old = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
        self.addCleanup(signal.signal, signal.SIGALRM, old)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with self.assertRaises(TimeoutError):
            load()
        go_on.set()
        thread.join()


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
