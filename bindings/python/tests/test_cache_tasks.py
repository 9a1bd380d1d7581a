"""The cache for coroutine functions."""

import asyncio
import importlib.util
import inspect
import threading
import time
import unittest
import warnings

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Cache, cached


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Tasks(unittest.TestCase):
    def test_sixteen_tasks_compute_once(self):
        calls = []

        @cached(ttl="1h")
        async def load(key):
            """Loads."""
            calls.append(key)
            await asyncio.sleep(0.05)
            return [key]

        async def main():
            return await asyncio.gather(*(load("cold") for _ in range(16)))

        results = asyncio.run(main())
        self.assertTrue(all(result is results[0] for result in results))
        self.assertIs(asyncio.run(load("cold")), results[0])
        self.assertEqual(calls, ["cold"])
        self.assertTrue(inspect.iscoroutinefunction(load) and asyncio.iscoroutinefunction(load))
        self.assertEqual((load.__name__, load.__doc__), ("load", "Loads."))
        info = load.cache_info()
        self.assertEqual((info.misses, info.waits, info.hits, info.currsize), (16, 15, 1, 1))

    def test_a_task_that_is_cancelled_releases_the_others(self):
        calls = []

        @cached
        async def load():
            calls.append(1)
            await asyncio.sleep(30 if len(calls) == 1 else 0.01)
            return len(calls)

        async def main():
            first = asyncio.ensure_future(load())
            await asyncio.sleep(0.02)
            others = [asyncio.ensure_future(load()) for _ in range(5)]
            await asyncio.sleep(0.02)
            first.cancel()
            return await asyncio.wait_for(asyncio.gather(*others), 5)

        self.assertEqual(asyncio.run(main()), [2] * 5)

    def test_one_who_fails_releases_the_others(self):
        calls = []

        @cached
        async def load():
            calls.append(1)
            number = len(calls)
            await asyncio.sleep(0.01)
            if number < 3:
                raise OSError(number)
            return number

        async def main():
            return await asyncio.gather(*(load() for _ in range(6)), return_exceptions=True)

        results = asyncio.run(main())
        self.assertEqual((results.count(3), len(calls)), (4, 3))

    def test_one_who_hangs_is_waited_for_no_longer_than_said(self):
        calls = []

        @cached(wait="50ms")
        async def load():
            calls.append(1)
            number = len(calls)
            await asyncio.sleep(30 if number == 1 else 0)
            return number

        async def main():
            first = asyncio.ensure_future(load())
            await asyncio.sleep(0.01)
            result = await load()
            first.cancel()
            return result

        begun = time.monotonic()
        self.assertEqual(asyncio.run(main()), 2)
        self.assertLess(time.monotonic() - begun, 5)

    def test_the_loop_goes_on_while_a_thread_computes(self):
        cache = Cache("shared")
        go_on, first = threading.Event(), threading.Event()

        def slow():
            first.set()
            go_on.wait(10)
            return "slow"

        thread = threading.Thread(target=cache.get_or_compute, args=("key", slow))
        thread.start()
        first.wait()

        async def never():
            raise AssertionError("it is computed already")

        async def main():
            waiting = asyncio.ensure_future(cache.get_or_compute_async("key", never))
            await asyncio.sleep(0.05)
            self.assertFalse(waiting.done())
            go_on.set()
            return await asyncio.wait_for(waiting, 5)

        self.assertEqual(asyncio.run(main()), "slow")
        thread.join()

    def test_stale_values_are_served_while_a_task_computes(self):
        calls = []

        @cached(ttl="20ms", stale="1h")
        async def load():
            calls.append(1)
            await asyncio.sleep(0.02)
            return len(calls)

        async def main():
            self.assertEqual(await load(), 1)
            await asyncio.sleep(0.04)
            self.assertEqual([await load() for _ in range(3)], [1, 1, 1])
            await asyncio.sleep(0.03)
            return await load()

        self.assertEqual(asyncio.run(main()), 2)

    def test_what_cannot_be_a_key_is_computed(self):
        @cached
        async def load(items):
            return sum(items)

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.assertEqual([asyncio.run(load([1])), asyncio.run(load([1]))], [1, 1])
        self.assertEqual(len([one for one in told if "unhashable" in str(one.message)]), 1)

    def test_methods_refresh_and_invalidate(self):
        class Table:
            def __init__(self):
                self.calls = 0

            @cached
            async def rows(self):
                self.calls += 1
                return self.calls

        table = Table()

        async def main():
            results = [await table.rows(), await table.rows(), await Table.rows.refresh(table), await table.rows()]
            Table.rows.invalidate(table)
            results.append(await table.rows())
            Table.rows.cache_clear()
            return results + [await table.rows()]

        self.assertEqual(asyncio.run(main()), [1, 1, 2, 2, 3, 4])


if __name__ == "__main__":
    unittest.main()
