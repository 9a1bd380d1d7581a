"""`boot.py --probe`: says what the interpreter is, and leaves the launcher's bytecode behind."""

import os
import sys
import sysconfig

from . import jsontext


def main():
    """Imports every module of the launcher and prints one line of JSON; the exit code."""
    for name in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if name.endswith(".py") and name != "__init__.py":
            __import__("%s.%s" % (__package__, name[:-3]))
    facts = {
        "implementation": sys.implementation.name,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "executable": sys.executable,
        "soabi": sysconfig.get_config_var("SOABI") or "",
        "prefix": sys.prefix,
    }
    sys.stdout.write(jsontext.control(facts).decode() + "\n")
    return 0
