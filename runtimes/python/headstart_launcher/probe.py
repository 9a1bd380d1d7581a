"""`boot.py --probe`: says what the interpreter is, and leaves the launcher's bytecode behind."""

import os
import sys
import sysconfig

from . import jsontext


def main():
    """Imports every module of the launcher and prints one line of JSON; the exit code."""
    _import_all(__package__, os.path.dirname(os.path.abspath(__file__)))
    facts = {
        "implementation": sys.implementation.name,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "executable": sys.executable,
        "soabi": sysconfig.get_config_var("SOABI") or "",
        "prefix": sys.prefix,
    }
    sys.stdout.write(jsontext.control(facts).decode() + "\n")
    return 0


def _import_all(package, directory):
    __import__(package)
    for name in sorted(os.listdir(directory)):
        stem, dot, ending = name.partition(".")
        if ending == "py" and stem != "__init__":
            __import__("%s.%s" % (package, stem))
        elif not dot and os.path.exists(os.path.join(directory, name, "__init__.py")):
            _import_all("%s.%s" % (package, name), os.path.join(directory, name))
