"""The pages that a child of a zygote writes to for its first event.

A forked child shares every page with its zygote until it writes to it; then the kernel copies the page, and a
first event in a child that shares much spends more time on that than on itself. Which pages these are is much
the same for every child. The first child records them after its first event, and a child that waits for its
function (a spare) makes its own copies of them meanwhile. Nothing is read or changed: a wrong page in the
record costs a copy.

Linux only, from 5.14 (MADV_POPULATE_WRITE); elsewhere nothing is recorded.
"""

import array
import mmap
import os
import struct

MADV_POPULATE_WRITE = 23
# Bits of an entry in /proc/PID/pagemap.
PRESENT, EXCLUSIVE, FILE = 1 << 63, 1 << 56, 1 << 61
WANTED, MASK = PRESENT | EXCLUSIVE, PRESENT | EXCLUSIVE | FILE

MOST_RANGES = 1 << 14
# A larger record would make a waiting child cost as much as a busy one.
MOST_PAGES = (64 << 20) // mmap.PAGESIZE
COUNT = struct.Struct("<Q")
RANGE = struct.Struct("<QQ")


class WorkingSet:
    """The record, shared by a zygote and its children."""

    def __init__(self):
        self.shared = mmap.mmap(-1, COUNT.size + MOST_RANGES * RANGE.size)
        self.madvise = _madvise()

    def record(self):
        """To be called after the first event; the first child's record stays."""
        if self.madvise is None or self._count():
            return
        try:
            ranges = list(_written())
        except (OSError, ValueError, OverflowError, MemoryError):
            # The kernel does not tell, or there is no room to listen; children then copy pages as they go.
            return
        if len(ranges) > MOST_RANGES or sum(end - start for start, end in ranges) > MOST_PAGES:
            return
        for position, (start, end) in enumerate(ranges):
            RANGE.pack_into(self.shared, COUNT.size + position * RANGE.size, start, end)
        COUNT.pack_into(self.shared, 0, len(ranges))

    def prefault(self):
        """Makes own copies of the recorded pages."""
        for position in range(min(self._count(), MOST_RANGES)):
            start, end = RANGE.unpack_from(self.shared, COUNT.size + position * RANGE.size)
            # A part of the address space that this child does not have is refused, and of no concern.
            self.madvise(start * mmap.PAGESIZE, (end - start) * mmap.PAGESIZE, MADV_POPULATE_WRITE)

    def _count(self):
        return COUNT.unpack_from(self.shared)[0]


def _madvise():
    """The C library's function, or None."""
    try:
        import ctypes

        function = ctypes.CDLL(None).madvise
        function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        return function
    except (ImportError, OSError, AttributeError):
        return None


def _written():
    """Ranges of page numbers that are this process's alone."""
    with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
        for first, last in _private_areas():
            entries = array.array("Q")
            entries.frombytes(os.pread(pagemap.fileno(), (last - first) * entries.itemsize, first * entries.itemsize))
            start = None
            for page, entry in enumerate(entries, first):
                if entry & MASK == WANTED:
                    start = page if start is None else start
                elif start is not None:
                    yield start, page
                    start = None
            if start is not None:
                yield start, first + len(entries)


def _private_areas():
    """Page numbers of the areas that are written to privately, but for the stack."""
    with open("/proc/self/maps") as maps:
        lines = maps.readlines()
    for line in lines:
        area, access = line.split(None, 2)[:2]
        if access == "rw-p" and "[stack" not in line:
            start, end = (int(address, 16) // mmap.PAGESIZE for address in area.split("-"))
            yield start, end
