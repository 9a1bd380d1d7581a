"""Computing values in one process: once for all who ask, and what is served meanwhile and where it fails."""

import importlib.util
import threading
import time
import unittest
import warnings

from cache_support import Counter, eventually, in_threads

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Cache, cached


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Computing(unittest.TestCase):
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


if __name__ == "__main__":
    unittest.main()
