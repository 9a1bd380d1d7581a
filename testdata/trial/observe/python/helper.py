"""Ways to open a file."""

import ctypes
import importlib
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading


def read(here, name):
    return len(pathlib.Path(here, name).read_bytes())


def read_relative(here, name):
    with open(name, "rb", buffering=0) as file:
        return len(file.read())


def write(here, name):
    with open(os.path.join(os.environ.get("TMPDIR", "/tmp"), name), "w") as file:
        return file.write("x")


def list_directory(here, name):
    return sorted(os.listdir(os.path.join(here, name)))


def plug_in(here, name):
    return importlib.import_module(name).NAME


def load(here, name):
    try:
        ctypes.CDLL(os.path.join(here, name))
    except OSError:
        return "refused"


def in_thread(here, name):
    thread = threading.Thread(target=read, args=(here, name))
    thread.start()
    thread.join()


def in_fork(here, name):
    return _in_process("fork", here, name)


def in_spawn(here, name):
    return _in_process("spawn", here, name)


def in_program(here, name):
    command = [sys.executable, "-c", "import sys; print(len(open(sys.argv[1]).read()))", os.path.join(here, name)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def fail(here, name):
    read(here, name)
    raise ValueError(name)


def end(here, name):
    read(here, name)
    os._exit(3)


def _in_process(method, here, name):
    process = multiprocessing.get_context(method).Process(target=read, args=(here, name))
    process.start()
    process.join()
    return process.exitcode
