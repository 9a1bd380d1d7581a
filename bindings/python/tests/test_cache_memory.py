"""What the cache of a process holds, for how long, and what it lets go of."""

import gc
import importlib.util
import unittest
import weakref

from cache_support import Counter

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import cached


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Memory(unittest.TestCase):
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


if __name__ == "__main__":
    unittest.main()
