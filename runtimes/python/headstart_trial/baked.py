"""Writes down the modules that were found, with their code, in the words of the image.

`bake.json`: {"interpreter", "roots": [[base, path below it]], "searched": [[number of a root, ...]], "modules": [{"name",
"kind": "source" or "extension", "root", "path", "searched", "size", "mtime_ns", "hash", "offset", "bytes"}], "left":
[[name, why]]}. The code of a module lies in `bake.code`.
"""

import json
import marshal
import os
import posix
import sys
from importlib.machinery import ExtensionFileLoader, SourceFileLoader


class Unbakeable(Exception):
    """Why a module is left to the import system."""


def write(found, image, package, directory):
    """Writes both files; `image` is the launcher's part that reads them in the end."""
    from headstart_launcher.image import finder, identity

    places = Places(package, identity)
    modules, left = [], []
    with open(os.path.join(directory, "bake.code"), "wb") as code:
        for name in sorted(name for name in found if name.partition(".")[0] != "headstart_launcher"):
            try:
                modules.append(_module(name, found[name], places, finder, code))
            except Unbakeable as reason:
                left.append([name, str(reason)])
    told = {
        "interpreter": identity.interpreter(),
        "roots": places.roots,
        "searched": places.searched,
        "modules": modules,
        "left": left,
    }
    with open(os.path.join(directory, "bake.json"), "w") as file:
        json.dump(told, file)


def _module(name, found, places, finder, code):
    spec, searched, is_top = found
    if spec.origin is None:
        raise Unbakeable("it is a namespace")
    kind = {SourceFileLoader: "source", ExtensionFileLoader: "extension"}.get(type(spec.loader))
    if kind is None:
        raise Unbakeable("it comes from a loader of its own")
    if set("\t\n\0") & set(name + spec.origin):
        raise Unbakeable("its name or path cannot be written down")
    root, below = places.of(spec.origin)
    told = {"name": name, "kind": kind, "root": root, "path": below}
    told["searched"] = _searched(spec.origin, searched, is_top, places)
    return {**told, **(_source(name, spec, finder, code) if kind == "source" else {})}


def _source(name, spec, finder, code):
    try:
        content = spec.loader.get_code(name)
        # Not that of `os`, which a cold archive replaces: what is compared at a start is what lies on disk.
        status = posix.stat(spec.origin)
        digest = finder.hash_of(spec.origin)
        text = marshal.dumps(content)
    except (ImportError, OSError, SyntaxError, ValueError) as error:
        raise Unbakeable("its code cannot be had: %s" % error) from None
    offset = code.tell()
    code.write(text)
    facts = {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "hash": digest}
    return {**facts, "offset": offset, "bytes": len(text)}


def _searched(origin, searched, is_top, places):
    """The directories that were searched until it was found; None for that of its package and no other."""
    directory = os.path.dirname(origin)
    if os.path.basename(origin).startswith("__init__."):
        directory = os.path.dirname(directory)
    if not is_top and searched == [directory]:
        return None
    if directory not in searched:
        raise Unbakeable("it does not lie where it was looked for")
    return places.search(searched[: searched.index(directory) + 1])


class Places:
    """Directories, by numbers, named so that they are found on another machine."""

    def __init__(self, package, identity):
        bases = ((package, identity.PACKAGE), (sys.prefix, identity.PREFIX), (sys.base_prefix, identity.BASE))
        self.bases = [(directory.rstrip("/"), base) for directory, base in bases]
        self.absolute = identity.ABSOLUTE
        self.roots, self.searched, self.numbers, self.searches = [], [], {}, {}
        # The longest come first: one may lie in another.
        self.directories = sorted({package, *filter(os.path.isabs, sys.path)}, key=len, reverse=True)

    def of(self, file):
        """The number of the directory of the search path that a file lies in, and the path below it."""
        for directory in self.directories:
            if file.startswith(directory.rstrip("/") + "/"):
                return self.number(directory.rstrip("/")), file[len(directory.rstrip("/")) + 1 :]
        raise Unbakeable("it lies outside of the search path")

    def search(self, directories):
        """The number of a list of directories."""
        if not all(map(os.path.isabs, directories)):
            raise Unbakeable("it was looked for in a directory that is not absolute")
        numbers = tuple(self.number(directory) for directory in directories)
        if numbers not in self.searches:
            self.searches[numbers] = len(self.searched)
            self.searched.append(numbers)
        return self.searches[numbers]

    def number(self, directory):
        """The number of a directory."""
        if directory not in self.numbers:
            self.numbers[directory] = len(self.roots)
            self.roots.append(self._name(directory))
        return self.numbers[directory]

    def _name(self, directory):
        for base, name in self.bases:
            if directory == base or directory.startswith(base + "/"):
                return [name, directory[len(base) + 1 :]]
        return [self.absolute, directory]
