"""Stops this process for a snapshot, with nothing open that leads to the host."""

import gc
import os
import signal
import sys

# A restored process has no time to load what its hooks need.
from . import hooks, randomness  # noqa: F401


def park(channel, files):
    """Puts files in place of the connection and of the output and stops; returns once the process was restored.

    There is another connection then, and other pipes, under the same numbers.
    """
    # What nobody refers to need not be kept on disk.
    gc.collect()
    for path, descriptor in ((files["socket"], channel.descriptor), (files["stdout"], 1), (files["stderr"], 2)):
        opened = os.open(path, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, descriptor, inheritable=descriptor in (1, 2))
        os.close(opened)
    os.kill(os.getpid(), signal.SIGSTOP)
    _tell_number()


def _tell_number():
    """The process has another number than before, and so has its first thread."""
    threading = sys.modules.get("threading")
    if threading is not None:
        tell = getattr(threading.main_thread(), "_set_native_id", None)
        if tell is not None:
            tell()
