# What a host runs to watch a function: PYTHON observe.py LAUNCHER/boot.py DESCRIPTOR. Records which files are
# opened and which directories are listed, then is boot.py.
import os
import sys

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "record")


def install():
    """Begins to record, in this process and in those that are forked from it."""
    path, directory = sys.path[:], os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, directory)
    try:
        import recorder
    finally:
        sys.path[:] = [entry for entry in path if entry != directory]
        sys.path_importer_cache.pop(directory, None)
    del sys.modules["recorder"]
    sys.addaudithook(recorder.Recorder(RECORD).note)


if __name__ == "__main__":
    install()
    del sys.argv[0]
    with open(sys.argv[0], "rb") as boot:
        code = compile(boot.read(), sys.argv[0], "exec")
    exec(code, {"__name__": "__main__", "__file__": sys.argv[0], "__builtins__": __builtins__})
elif __name__ == "__mp_main__":
    # A process that multiprocessing started without a fork.
    install()
