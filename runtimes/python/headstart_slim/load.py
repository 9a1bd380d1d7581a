"""Loads shared objects in the interpreter that will load them: their paths on standard input, a line each. Answers
each with a line of its own, which begins with a newline because what is loaded may print. One that ends the process
has no answer."""

import os
import sys
from _ctypes import dlopen


def main():
    for line in sys.stdin:
        os.write(1, b"\nheadstart: loaded\n" if loads(line.rstrip("\n")) else b"\nheadstart: not loaded\n")


def loads(path):
    try:
        # As the import system does.
        dlopen(path, sys.getdlopenflags())
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
