# What a host runs to bake a function's init image: PYTHON bake.py LAUNCHER/boot.py DESCRIPTOR. Writes `bake.json`,
# `bake.code` and `bake.expressions` beside itself when the process ends in an orderly way; else it is boot.py.
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
    """Is boot.py, with an eye on what the finder of the search path finds, and on what `re` compiles."""
    found, expressions = borrow("found", DIRECTORY), borrow("expressions", DIRECTORY)
    del sys.modules["found"], sys.modules["expressions"], sys.argv[0]
    boot = os.path.abspath(sys.argv[0])
    compiled = expressions.Recorder()
    recorder = found.Recorder(compiled.look)
    compiled.begin()
    recorder.begin()
    try:
        with open(boot, "rb") as file:
            code = compile(file.read(), boot, "exec")
        exec(code, {"__name__": "__main__", "__file__": boot, "__builtins__": __builtins__})
    finally:
        recorder.end()
        # Before anything here compiles some of its own.
        compiled.end()
        baked = borrow("baked", DIRECTORY)
        image = borrow("headstart_launcher.image", os.path.dirname(boot))
        compiled.write(recorder, DIRECTORY)
        baked.write(recorder.found, image, os.getcwd(), DIRECTORY)


if __name__ == "__main__":
    main()
