"""The cache in workers: cold ones, forked ones, frozen ones, and ones that were restored from a snapshot."""

import importlib.util
import os
import shutil
import sys
import tempfile
import unittest

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Host

# What is cached is filled while the module is imported: before a freeze, before a snapshot.
HANDLER = """
import os

import headstart

calls = []


def counted(name, **options):
    @headstart.cached(ttl="1h", **options)
    def load():
        calls.append(name)
        return calls.count(name)

    return load


plain = counted("plain")
token = counted("token", refresh_on_restore=True)
secret = counted("secret", no_snapshot=True)
loads = (plain, token, secret)
before = [load() for load in loads]


@headstart.cached(scope="node", namespace="shared")
def shared(key):
    return os.getpid()


def handler(event, context):
    return {"values": [load() for load in loads], "shared": shared("key"), "pid": os.getpid()}
"""


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Workers(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        # Apart from what the tests write: a snapshot fits the package that it was taken of.
        self.package = os.path.join(self.directory, "package")
        os.mkdir(self.package)
        with open(os.path.join(self.package, "app.py"), "w") as file:
            file.write(HANDLER)

    def invoke(self, tier, times=2):
        """What so many events gave, each served by an instance of a tier."""
        environment = {
            "HEADSTART_CACHE_DIR": os.path.join(self.directory, "cache"),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path[1:])),
        }
        replies = []
        for _ in range(times):
            with Host(os.path.join(self.directory, "state")) as host:
                function = host.register(
                    self.package, "app.handler", runtime="python3", interpreter=sys.executable, environment=environment
                )
                if tier != "cold":
                    host.prewarm(function, tier)
                reply = host.invoke(function, None, timeout=60)
                self.assertEqual((reply.tier, reply.stderr), (tier, b""))
                replies.append(reply.value)
        return replies

    def check_shared(self, replies):
        first = replies[0]
        self.assertEqual([reply["shared"] for reply in replies], [first["shared"]] * len(replies))
        self.assertNotEqual(replies[1]["pid"], first["pid"])

    def test_cold(self):
        replies = self.invoke("cold")
        self.assertEqual([reply["values"] for reply in replies], [[1, 1, 1]] * 2)
        self.check_shared(replies)

    def test_frozen(self):
        replies = self.invoke("frozen")
        self.assertEqual([reply["values"] for reply in replies], [[1, 1, 1]] * 2)
        self.check_shared(replies)

    def test_forked_from_a_zygote(self):
        replies = self.invoke("zygote")
        self.assertEqual([reply["values"] for reply in replies], [[1, 1, 1]] * 2)
        self.check_shared(replies)

    @unittest.skipUnless(os.geteuid() == 0, "only root restores snapshots")
    @unittest.skipUnless(shutil.which(os.environ.get("HEADSTART_CRIU", "criu")), "CRIU is not there")
    def test_restored_from_a_snapshot(self):
        for reply in self.invoke("snapshot"):
            self.assertEqual(reply["values"], [1, 2, 2])


if __name__ == "__main__":
    unittest.main()
