"""Serves what slimming took out of a package: modules that are imported and files that are opened after all.

The launcher installs it for packages that have a cold archive; as `headstart_cold` it is part of each slimmed
package, for platforms that do not run our launcher. It therefore imports nothing but the standard library, and
of that at first only what an interpreter has loaded anyway.

Nothing is ever written into the package. A file that is asked for is unpacked into a private directory below
the temporary one (the overlay) and is served from there; a process that comes later finds it there.
"""

import os
import sys

OWN_DIRECTORY = ".headstart"
# Names where the archive is, if it is not in the package.
PLACE_VARIABLE = "HEADSTART_COLD"

_installed = {}


def install(directory, tell=None):
    """Serves the cold files of the package at `directory`, if it has any; whether it has.

    `tell` is called with each name that is served for the first time.
    """
    directory = os.path.realpath(directory)
    if directory in _installed:
        return True
    place = _place(directory)
    if place is None:
        return False
    from .fallback import Fallback
    from .finder import Finder, FinderInOrder
    from .patched import patch

    fallback = Fallback(_root(directory), place, tell)
    _installed[directory] = fallback
    sys.meta_path.append(Finder(fallback))
    _insert(FinderInOrder(fallback, _names(directory)))
    patch(fallback)
    os.register_at_fork(after_in_child=fallback.after_fork)
    return True


def served():
    """The names of all files that this process had to load from a cold archive."""
    return sorted(name for fallback in _installed.values() for name in fallback.served)


def code(file):
    """The code of the module at `file`, where a placeholder stands for its source."""
    from .fallback import Fallback

    directory = _package_around(os.path.realpath(file))
    place = None if directory is None else _place(directory)
    fallback = _installed.get(directory) or (place and Fallback(_root(directory), place, None))
    source = fallback.source(file) if fallback else None
    if source is None:
        raise ImportError("the cold archive that has the source of %s is missing or damaged" % file, path=file)
    with open(source, "rb") as content:
        return compile(content.read(), file, "exec", dont_inherit=True)


def _package_around(path):
    """The directory of the slimmed package that a path lies in."""
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        if os.path.isdir(os.path.join(path, OWN_DIRECTORY)):
            return path
    return None


def resolve(directory):
    """The handler that the package at `directory` was slimmed for."""
    from importlib import import_module

    with open(os.path.join(directory, OWN_DIRECTORY, "entry"), encoding="utf-8") as file:
        module, _, attribute = file.read().strip().rpartition(".")
    return getattr(import_module(module.replace("/", ".")), attribute)


def _insert(finder):
    """Before the finder of the search path, behind those of what the interpreter has built in."""
    names = [getattr(known, "__name__", "") for known in sys.meta_path]
    sys.meta_path.insert(names.index("PathFinder") if "PathFinder" in names else 0, finder)


def _names(directory):
    """The modules outside of any package that are cold."""
    try:
        with open(os.path.join(directory, OWN_DIRECTORY, "whole"), encoding="utf-8") as file:
            return frozenset(file.read().split())
    except FileNotFoundError:
        return frozenset()


def _place(directory):
    named = os.environ.get(PLACE_VARIABLE)
    for place in (os.path.join(directory, OWN_DIRECTORY, "cold"), named, directory + ".cold"):
        if place and os.path.isfile(place):
            return place
    return None


def _root(directory):
    """Where the archive's names start: the package, or a directory around it."""
    try:
        with open(os.path.join(directory, OWN_DIRECTORY, "root"), encoding="utf-8") as file:
            return os.path.realpath(os.path.join(directory, file.read().strip()))
    except FileNotFoundError:
        return directory
