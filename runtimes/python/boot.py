# What a host runs: PYTHON [flags] DIRECTORY/boot.py DESCRIPTOR. It stays small, because a main script is
# compiled at every start, and it parses on every Python, so that an old one can be told.
import sys
import time

OLDEST = (3, 9)


def boot(entered_ns):
    import os

    directory = os.path.dirname(os.path.abspath(__file__))
    # User code must not find the launcher's directory first, or at all.
    sys.path[:] = [directory] + [entry for entry in sys.path if entry != directory]
    if sys.argv[1:] == ["--probe"]:
        # A probe is there to leave bytecode behind, in a directory of the launcher's own.
        sys.dont_write_bytecode = False
    from headstart_launcher import main

    del sys.path[0]
    sys.path_importer_cache.pop(directory, None)
    return main.main(sys.argv[1:], entered_ns)


# Programs that start further interpreters (multiprocessing) import this file under another name.
if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "headstart: Python %d.%d or newer is needed, this is %d.%d\n" % (OLDEST + sys.version_info[:2])
        )
        sys.exit(3)
    sys.exit(boot(time.monotonic_ns()))
