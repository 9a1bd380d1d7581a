"""Stopping for a snapshot, as far as it can be seen without one."""

import os
import signal
import tempfile
import time
import unittest

from support import PATIENCE_SECONDS, Package, Worker

APP = """
    import os
    def handler(event, context):
        print("before", flush=True)
        return os.getpid()
"""


def state(pid):
    """The letter that the kernel has for what a process does."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()[0]


class Parking(unittest.TestCase):
    def test_files_take_the_place_of_what_leads_to_the_host(self):
        with tempfile.TemporaryDirectory() as place, Package(APP) as package, Worker() as worker:
            files = {name: os.path.join(place, name) for name in ("socket", "stdout", "stderr")}
            for path in files.values():
                open(path, "w").close()
            self.assertEqual(worker.specialize(package.path)[0], "ready")
            pid = worker.invoke()
            self.assertEqual(worker.ask("before_snapshot", {"park": files})[0], "ready")
            self.assertEqual(worker.receive(), (None, None))
            until = time.monotonic() + PATIENCE_SECONDS
            while state(pid) != "T" and time.monotonic() < until:
                time.sleep(0.01)
            self.assertEqual(state(pid), "T")
            held = {os.readlink("/proc/%d/fd/%s" % (pid, name)) for name in os.listdir("/proc/%d/fd" % pid)}
            self.assertEqual({os.path.realpath(path) for path in files.values()} - held, set())
            self.assertFalse([target for target in held if target.startswith(("socket:", "pipe:"))])
            self.assertEqual(worker.stdout.text(), "before\n")
            # Nobody has restored it: the file ends where the host would speak.
            os.kill(pid, signal.SIGCONT)
            self.assertEqual(worker.wait(), 0)
            self.assertEqual(os.path.getsize(files["socket"]), 0)

    def test_a_wrong_order_is_refused(self):
        with Package(APP) as package, Worker() as worker:
            worker.specialize(package.path)
            kind, body = worker.ask("before_snapshot", {"park": {"socket": "/nowhere"}})
            self.assertEqual((kind, body["code"]), ("failure", "protocol.bad_body"))


if __name__ == "__main__":
    unittest.main()
