# What a host runs to bake a function's init image: PYTHON bake.py LAUNCHER/boot.py DESCRIPTOR. Writes `bake.json` and
# `bake.code` beside itself when the process ends in an orderly way; else it is boot.py.
import os
import sys

DIRECTORY = os.path.dirname(os.path.abspath(__file__))


def borrow(name, directory):
    """A module from a directory that does not stay on the path."""
    path = [entry for entry in sys.path if entry != directory]
    sys.path[:] = [directory] + path
    try:
        return __import__(name, fromlist=["*"])
    finally:
        sys.path[:] = path
        sys.path_importer_cache.pop(directory, None)


def main():
    """Is boot.py, with an eye on what the finder of the search path finds."""
    found = borrow("found", DIRECTORY)
    del sys.modules["found"], sys.argv[0]
    boot = os.path.abspath(sys.argv[0])
    recorder = found.Recorder()
    recorder.begin()
    try:
        with open(boot, "rb") as file:
            code = compile(file.read(), boot, "exec")
        exec(code, {"__name__": "__main__", "__file__": boot, "__builtins__": __builtins__})
    finally:
        recorder.end()
        baked = borrow("baked", DIRECTORY)
        image = borrow("headstart_launcher.image", os.path.dirname(boot))
        baked.write(recorder.found, image, os.getcwd(), DIRECTORY)


if __name__ == "__main__":
    main()
