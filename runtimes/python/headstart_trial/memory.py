# As profile.py, with what each import adds to the memory of the process. A run of its own: asking the kernel
# takes as long as many an import.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import profile  # noqa: E402

sys.path.pop(0)
del sys.modules["profile"]

PAGE = os.sysconf("SC_PAGE_SIZE")


def sampler():
    """A function that gives the resident bytes, or the most that they have been where that is all there is."""
    try:
        descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        import resource

        scale = 1 if sys.platform == "darwin" else 1024
        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    pread = os.pread
    return lambda: int(pread(descriptor, 64, 0).split()[1]) * PAGE


if __name__ == "__main__":
    profile.main(sampler())
