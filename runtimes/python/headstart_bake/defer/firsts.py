"""Carries out each import that waits, each in a process of its own, as if it were the first to be asked for.

Started as a program: `firsts.py ORDER FOUND`, both marshalled. The function is run with deferral, then the process
is forked for one import after the other: that it succeeds there, whatever has not been loaded, is the proof, and
how long it takes is what its first use will cost.
"""

import marshal
import os
import select
import signal
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]

from headstart_bake.defer import serve, trial  # noqa: E402
from headstart_launcher.image import deferred  # noqa: E402

sys.path.pop(0)

SECONDS = 30


def main():
    with open(sys.argv[1], "rb") as file:
        order = marshal.load(file)
    serve.Finder.codes, serve.Finder.table, serve.Finder.modules = order["codes"], order["table"], order["modules"]
    sys.meta_path.insert(0, serve.Finder)
    trial.run(order, lambda phase: None)
    found = [in_child(*one) for one in imports()]
    with open(sys.argv[2], "wb") as file:
        marshal.dump(found, file)
    # Threads that the function left are nobody's concern.
    os._exit(0)


def imports():
    """One missing name for each thing that is not loaded: [state, name, what it is taken from]."""
    seen = set()
    for state in list(serve.states()):
        for name, wanted in sorted(state.missing.items()):
            module, attribute = wanted[-1]
            full = "%s.%s" % (module, attribute) if attribute else module
            target = full if full in serve.Finder.modules else module
            if name not in state.names and target not in sys.modules and target not in seen:
                seen.add(target)
                yield state, name, target


def in_child(state, name, target):
    """What became of the import in a fork of this process."""
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        os.close(readable)
        signal.alarm(SECONDS)
        told = measured(state, name)
        os.write(writable, marshal.dumps(told))
        os._exit(0)
    os.close(writable)
    told = receive(readable, child)
    microseconds, loads, error = marshal.loads(told) if told else (0, 0, "the process ended")
    where = state.names["__name__"]
    return {"module": where, "name": name, "from": target, "us": microseconds, "loads": loads, "error": error}


def receive(readable, child):
    told = b""
    try:
        while select.select([readable], [], [], SECONDS + 5)[0]:
            piece = os.read(readable, 65536)
            if not piece:
                break
            told += piece
        else:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(readable)
        os.waitpid(child, 0)
    return told


def measured(state, name):
    """Microseconds, the number of modules that are loaded, and the error, if there is one."""
    before, start = len(sys.modules), time.perf_counter()
    try:
        state.get(name)
        error = ""
    except BaseException as failure:
        error = "%s: %s" % (type(failure).__name__, failure)
    return int((time.perf_counter() - start) * 1e6), len(sys.modules) - before, error


if __name__ == "__main__":
    main()
