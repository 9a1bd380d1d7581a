"""The threads of this process, and which module of a preload set started each."""

import os
import sys
import time
import warnings

TASKS = "/proc/self/task"
# A joined thread can be seen for a moment longer.
PATIENCE = 20
PAUSE_SECONDS = 0.001


def others():
    """The kernel's numbers of all threads but the main one."""
    try:
        numbers = set(map(int, os.listdir(TASKS)))
    except OSError:
        threading = sys.modules.get("threading")
        numbers = {thread.native_id for thread in threading.enumerate()} if threading else set()
    numbers.discard(os.getpid())
    return numbers


def settle():
    """Forks once in vain and tells which threads remain.

    Libraries that own threads and can do without them for a while (OpenBLAS) end them before a fork.
    """
    with warnings.catch_warnings():
        # That threads are alive is what this is to find out.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
        if pid == 0:
            os._exit(0)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        # User code has told the kernel to reap children.
        pass
    remaining = others()
    for _ in range(PATIENCE):
        if not remaining:
            break
        time.sleep(PAUSE_SECONDS)
        remaining = others()
    return remaining


class Witness:
    """Remembers after which module's import each thread was first seen."""

    def __init__(self):
        self.modules = dict.fromkeys(others(), "")

    def look(self, module):
        """To be called after each import."""
        for number in others():
            self.modules.setdefault(number, module)

    def culprits(self, numbers, places):
        """What the protocol says of threads; `places` has the lines that started them, as far as they are known."""
        return [self._culprit(number, places.get(number)) for number in sorted(numbers)]

    def _culprit(self, number, place):
        culprit = {"module": self.modules.get(number, ""), "thread": name_of(number)}
        return culprit if place is None else dict(culprit, place=place)


def name_of(number):
    """The name that Python knows the thread by, else the kernel's."""
    threading = sys.modules.get("threading")
    for thread in threading.enumerate() if threading else ():
        if thread.native_id == number:
            return thread.name
    try:
        with open("%s/%d/comm" % (TASKS, number)) as file:
            return file.read().strip()
    except OSError:
        return "thread %d" % number
