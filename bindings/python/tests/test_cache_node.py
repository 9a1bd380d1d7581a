"""The cache that all processes of one user share."""

import asyncio
import importlib.util
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
import warnings

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Cache, _hooks, cached

VALUES = [
    None,
    True,
    0,
    -1,
    127,
    128,
    -33,
    2**31,
    2**63,
    2**64 - 1,
    -(2**63),
    2**200,
    -(2**70),
    1.5,
    float("inf"),
    -0.0,
    "",
    "text é \U0001f600",
    "x" * 70_000,
    b"",
    b"\x00\xff" * 300,
    [],
    [1, [2, (3, "4")], {}],
    (),
    (1, (2,), [3]),
    {"a": {"b": [None]}, 5: "five", (1, 2): b"pair", None: 0, False: 1.0},
    list(range(70_000)),
    {str(number): number for number in range(300)},
]


def _hooks_tell():
    """What the launcher does before it freezes an instance, as far as caches go."""
    for hook in _hooks.registry["before_freeze"]:
        hook()


@unittest.skipUnless(NATIVE, "the native part is not installed")
class OnNode(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = os.path.join(directory.name, "cache")

    def cache(self, name="test", **options):
        return Cache(name, scope="node", directory=self.directory, **options)

    def python(self, code, **more):
        """Starts a process that has `directory`."""
        code = "directory = %r\n%s" % (self.directory, textwrap.dedent(code))
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **more)

    def entries(self):
        return [
            os.path.join(path, name)
            for path, _, names in os.walk(self.directory)
            for name in names
            if len(name) == 64
        ]

    def test_what_is_read_is_what_was_written(self):
        one, other = self.cache(), self.cache()
        for number, value in enumerate(VALUES):
            with self.subTest(repr(value)[:40]):
                one[number] = value
                found = other[number]
                self.assertEqual((type(found), repr(found)), (type(value), repr(value)))
        self.assertEqual(other.cache_info().node_hits, len(VALUES))

    def test_what_has_no_form_is_kept_in_the_process_and_warned_of_once(self):
        loop = []
        loop.append(loop)
        for value in ({1, 2}, loop, Cache, "\ud800", type("Str", (str,), {})("x")):
            cache = self.cache()
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                cache["key"] = cache["other"] = value
            self.assertIs(cache["key"], value)
            self.assertNotIn("key", self.cache())
            self.assertEqual(len(told), 1, told)
            self.assertIn("in this process alone", str(told[0].message))

    def test_forms_by_name(self):
        values = {"json": {"a": [1, None, "x"]}, "bytes": b"raw", "pickle": {1, (2, 3)}}
        for codec, value in values.items():
            with self.subTest(codec):
                self.cache(codec=codec)["key"] = value
                self.assertEqual(self.cache(codec=codec)["key"], value)
                self.assertNotIn("key", self.cache())
        for value in ((1, 2), {1: 2}, float("nan"), True, b"x"):
            cache = self.cache("exact", codec="json")
            with warnings.catch_warnings(record=True):
                warnings.simplefilter("always")
                cache[repr(value)] = value
            self.assertEqual(repr(value) in self.cache("exact", codec="json"), value is True)

    def test_a_form_of_ones_own(self):
        class Reversed:
            name = "reversed"
            dumps = staticmethod(lambda text: text[::-1].encode())
            loads = staticmethod(lambda data: data.decode()[::-1])

        self.cache(codec=Reversed)["key"] = "text"
        self.assertEqual(self.cache(codec=Reversed)["key"], "text")

    def test_a_planted_pickle_is_not_run(self):
        self.cache()["key"] = "value"
        (path,) = self.entries()
        target = os.path.join(self.directory, "run")
        with open(path, "r+b") as file:
            content = file.read()
            file.seek(0)
            file.write(content.replace(b"value", b"cos\nsystem\n(S'touch %s'\ntR." % target.encode()))
        self.assertNotIn("key", self.cache())
        self.assertFalse(os.path.exists(target))

    def test_damaged_files_are_misses(self):
        for damage in (lambda data: data[:-1], lambda data: data[:10], lambda data: bytes([data[-1] ^ 1]).join([data[:-1], b""]), lambda data: b""):
            self.cache()["key"] = ["value"]
            (path,) = self.entries()
            with open(path, "rb") as file:
                content = file.read()
            os.unlink(path)
            with open(path, "wb") as file:
                file.write(damage(content))
            cache = self.cache()
            self.assertIsNone(cache.get("key"))
            self.assertEqual(cache.get_or_compute("key", lambda: "new"), "new")
            cache.clear()

    def test_functions_share_values_where_they_are_the_same(self):
        def make(factor, path="a.py"):
            source = "def load(number, plus=%d):\n    return [number * %d + plus]\n" % (factor, factor)
            path = os.path.join(os.path.dirname(self.directory), path)
            if not os.path.exists(path):
                with open(path, "w") as file:
                    file.write(source)
            names = {"__name__": "app"}
            exec(compile(source, path, "exec"), names)
            return cached(scope="node", directory=self.directory)(names["load"])

        self.assertEqual([make(2)(5), make(3)(5), make(2, "b.py")(5)], [[12], [18], [12]])
        again = make(2)
        self.assertEqual((again(5), again.cache_info().node_hits), ([12], 1))
        self.assertEqual(len(self.entries()), 3)

    def test_functions_that_cannot_be_told_apart_share_nothing(self):
        def make(factor):
            @cached(scope="node", directory=self.directory)
            def load(number):
                return number * factor(1)

            return load

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            one, other = make(lambda it: it + 1), make(lambda it: it + 2)
            self.assertEqual((one(5), other(5)), (10, 15))
        self.assertIn("namespace=", str(told[0].message))

        class Client:
            def __init__(self, account):
                self.account = account

            def fetch(self, key):
                return [self.account, key]

        texts = []
        for tenant in ("a", "b"):
            names = {"tenant": tenant}
            exec("def load():\n    return tenant", names)
            texts.append(names["load"])
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            on_node = cached(scope="node", directory=self.directory)
            fetches = [on_node(Client(account).fetch)(1) for account in ("a", "b")]
            loads = [on_node(text)() for text in texts]
        self.assertEqual((fetches, loads, len(told)), ([["a", 1], ["b", 1]], ["a", "b"], 4))
        self.assertEqual(self.entries(), [])
        keyed = [
            cached(scope="node", directory=self.directory, key=key)(lambda pair: list(pair))
            for key in (lambda pair: pair[0], lambda pair: pair[1])
        ]
        self.assertEqual([keyed[0]((7, 1)), keyed[1]((1, 7))], [[7, 1], [1, 7]])
        named = cached(scope="node", directory=self.directory, namespace="users")(lambda key: ["function"])
        self.cache("users")["7"] = "cache"
        self.assertEqual(named("7"), ["function"])
        for cache in (named, *keyed):
            cache.cache_clear()
        self.cache("users").clear()

        def plain(factor):
            @cached(scope="node", directory=self.directory)
            def load(number):
                return number * factor

            return load

        self.assertEqual((plain(2)(5), plain(3)(5), len(self.entries())), (10, 15, 2))

    def test_names_and_versions_do_not_meet(self):
        self.cache("a")["key"] = 1
        for other in (self.cache("b"), self.cache("a", version="2"), self.cache("A")):
            self.assertNotIn("key", other)
        for key in ("../x", "x\0", "k" * 10_000, "é", "e\u0301"):
            self.cache("a")[key] = key
            self.assertEqual(self.cache("a")[key], key)

    def test_four_processes_compute_once(self):
        code = """
            import os, sys, time
            from headstart import cached

            @cached(scope="node", directory=directory, namespace="test")
            def load(key):
                with open(directory + ".log", "a") as log:
                    log.write("computed\\n")
                time.sleep(0.3)
                return [key]

            sys.stdout.write(repr(load("cold")))
        """
        processes = [self.python(code) for _ in range(4)]
        self.assertEqual([process.communicate()[0] for process in processes], ["['cold']"] * 4)
        with open(self.directory + ".log") as log:
            self.assertEqual(log.read(), "computed\n")

    def test_four_processes_of_tasks_compute_once(self):
        code = """
            import asyncio, sys
            from headstart import cached

            @cached(scope="node", directory=directory, namespace="test")
            async def load(key):
                with open(directory + ".log", "a") as log:
                    log.write("computed\\n")
                await asyncio.sleep(0.3)
                return [key]

            async def main():
                return (await asyncio.gather(load("cold"), load("cold")))[0]

            sys.stdout.write(repr(asyncio.run(main())))
        """
        processes = [self.python(code) for _ in range(4)]
        self.assertEqual([process.communicate()[0] for process in processes], ["['cold']"] * 4)
        with open(self.directory + ".log") as log:
            self.assertEqual(log.read(), "computed\n")

    def test_who_is_killed_while_it_computes_is_not_waited_for(self):
        process = self.python(
            """
            import sys, time
            from headstart import Cache

            def hang():
                sys.stdout.write("computing\\n")
                sys.stdout.flush()
                time.sleep(60)

            Cache("test", scope="node", directory=directory).get_or_compute("key", hang)
            """
        )
        self.assertEqual(process.stdout.readline(), "computing\n")
        killer = subprocess.Popen(
            [sys.executable, "-c", "import os, time; time.sleep(0.3); os.kill(%d, %d)" % (process.pid, signal.SIGKILL)]
        )
        begun = time.monotonic()
        self.assertEqual(self.cache(wait="30s").get_or_compute("key", lambda: 5), 5)
        self.assertTrue(0.1 < time.monotonic() - begun < 10)
        killer.wait()
        process.communicate()

    def test_a_forked_child_goes_on(self):
        cache = self.cache()
        cache["before"] = 1
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                cache["child"] = 2
                ok = cache["before"] == 1 and cache.get_or_compute("computed", lambda: 3) == 3
                status = 0 if ok else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual((cache["child"], cache["computed"]), (2, 3))

    def told(self):
        """What all processes have told that they have done: hits of theirs, hits on the node, misses."""
        (namespace,) = os.listdir(os.path.join(self.directory, "1"))
        with open(os.path.join(self.directory, "1", namespace, "figures"), "rb") as file:
            return struct.unpack("<8s9Q", file.read())[1:4]

    def test_what_was_done_is_told_at_the_end(self):
        cache = self.cache()
        cache["key"] = 1
        self.assertEqual([cache["key"] for _ in range(5)], [1] * 5)
        pid = os.fork()
        if pid == 0:
            cache["key"]
            os._exit(0 if cache.get("absent") is None and _hooks_tell() is None else 1)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual(self.told(), (1, 0, 1), "of the child, which is not told what its parent has done")
        process = self.python(
            """
            from headstart import Cache

            cache = Cache("test", scope="node", directory=directory)
            cache["key"], cache["key"], cache.get("absent")
            """
        )
        process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.told(), (2, 1, 2))
        _hooks_tell()
        self.assertEqual(self.told(), (7, 1, 2))
        del cache
        self.assertEqual(self.told(), (7, 1, 2))

    def test_a_child_that_only_awaits_tells_what_it_has_done(self):
        cache = self.cache()

        async def compute():
            return 1

        pid = os.fork()
        if pid == 0:
            value = asyncio.run(cache.get_or_compute_async("key", compute))
            _hooks_tell()
            os._exit(0 if value == 1 else 1)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual(self.told(), (0, 0, 1))

    def test_clearing_and_tags_reach_other_processes(self):
        one, other = self.cache(tags=["all"]), self.cache(tags=["all"])
        one["key"] = 1
        self.assertEqual(other["key"], 1)
        one.invalidate("all")
        self.assertNotIn("key", other)
        one["key"] = 2
        self.assertEqual(other["key"], 2)
        one.clear()
        time.sleep(1.1)
        self.assertNotIn("key", other)

    def test_a_directory_that_others_may_write_to_is_not_used(self):
        os.mkdir(self.directory, 0o777)
        os.chmod(self.directory, 0o777)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            cache = self.cache()
        self.assertEqual(len(told), 1)
        cache["key"] = 1
        self.assertEqual((cache["key"], os.listdir(self.directory)), (1, []))
        self.assertIn(self.directory, cache.problem)

    def test_secrets_are_in_no_file(self):
        cache = self.cache(no_snapshot=True)
        cache["key"] = "secret"
        self.assertEqual((cache["key"], self.entries()), ("secret", []))

    def test_the_command_line_knows_the_default_place(self):
        code = """
            import json, os
            os.environ["HEADSTART_CACHE_DIR"] = directory
            from headstart import Cache
            cache = Cache("test", scope="node")
            cache["key"] = 1
            print(json.dumps(cache.cache_info()._asdict()))
        """
        info = json.loads(self.python(code).communicate()[0])
        self.assertEqual((info["errors"], len(self.entries())), (0, 1))


if __name__ == "__main__":
    unittest.main()
