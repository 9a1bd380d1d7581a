"""The record of written pages: a child that uses it copies fewer pages for the same work."""

import os
import resource
import unittest

from headstart_launcher.pages import WorkingSet

PAGE = resource.getpagesize()
PAGES = 400


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


class WorkingSetTest(unittest.TestCase):
    def setUp(self):
        self.memory = bytearray(b"x") * (PAGES * PAGE)
        self.pages = WorkingSet()

    def child(self, prefault, record):
        """Touches the inherited memory in a child; how many faults that took."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                if prefault:
                    self.pages.prefault()
                before = faults()
                for offset in range(0, len(self.memory), PAGE):
                    self.memory[offset] += 1
                spent = faults() - before
                if record:
                    self.pages.record()
                os.write(writer, b"%d" % spent)
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader) as answers:
            spent = int(answers.read())
        os.waitpid(pid, 0)
        return spent

    def test_a_recorded_page_is_copied_in_advance(self):
        if self.pages.madvise is None or tuple(map(int, os.uname().release.split(".")[:2])) < (5, 14):
            self.skipTest("this kernel has no MADV_POPULATE_WRITE")
        without = self.child(prefault=False, record=True)
        self.assertGreaterEqual(without, PAGES // 2)
        self.assertLess(self.child(prefault=True, record=False), PAGES // 10)
        self.assertEqual(self.memory.count(b"x"), len(self.memory), "nothing is changed by it")

    def test_without_a_record_nothing_happens(self):
        self.assertGreaterEqual(self.child(prefault=True, record=False), PAGES // 2)

    def test_a_wrong_record_is_harmless(self):
        from headstart_launcher import pages

        pages.RANGE.pack_into(self.pages.shared, pages.COUNT.size, 1, 1 << 40)
        pages.COUNT.pack_into(self.pages.shared, 0, 1 << 60)
        self.assertGreaterEqual(self.child(prefault=True, record=True), PAGES // 2)


if __name__ == "__main__":
    unittest.main()
