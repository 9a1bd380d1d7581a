# What a host runs to time a function's imports: PYTHON profile.py LAUNCHER/boot.py DESCRIPTOR. Writes
# `profile.json` beside itself when the process ends in an orderly way; else it is boot.py.
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


def main(sample=None):
    """Is boot.py, watched; `sample` gives the bytes that the process holds."""
    imports = borrow("imports", DIRECTORY)
    del sys.modules["imports"], sys.argv[0]
    boot = os.path.abspath(sys.argv[0])
    launcher = os.path.dirname(boot)
    recorder = imports.Recorder(sample)
    imports.watch_launcher(
        recorder, borrow("headstart_launcher.entry", launcher), borrow("headstart_launcher.invoke", launcher)
    )
    recorder.begin()
    try:
        with open(boot, "rb") as file:
            code = compile(file.read(), boot, "exec")
        exec(code, {"__name__": "__main__", "__file__": boot, "__builtins__": __builtins__})
    finally:
        recorder.write(os.path.join(DIRECTORY, "profile.json"))


if __name__ == "__main__":
    main()
