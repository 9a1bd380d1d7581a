"""Finds and loads the modules of an image.

What it finds is what the finder of the search path would find, with the same loaders (of sources, by a class derived
from the standard one), so that nothing that asks modules, specs or loaders sees another answer.
"""

import os

# For what `os` has too, but a cold archive replaces there: what is compared is what lies on disk.
import posix
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader, SourceFileLoader
from _imp import _fix_co_filename, source_hash
from marshal import loads

from .identity import BASE, place
from .reading import ImageError

MODULE = "module/"
TABLE = "table/modules"
# The key of the hash of sources.
HASH_KEY = 0x48534947
TRUSTED, STAT, DIGEST = "trusted", "stat", "digest"


class Loader(SourceFileLoader):
    """Loads a source whose code is in the image."""

    def __init__(self, name, path, finder):
        super().__init__(name, path)
        self._headstart = finder

    def get_code(self, fullname):
        code = self._headstart.code(fullname, self.path)
        return super().get_code(fullname) if code is None else code


class Finder:
    """Stands before the finder of the search path."""

    def __init__(self, image, identity, package, tell):
        self._image, self._tell = image, tell
        self._check = identity["check"]
        self._numbers = dict(zip(image.names, range(len(image.names))))
        table = image.data(self._numbers[TABLE])
        self._facts = dict(zip(_modules(image.names), bytes(table).decode().split("\n")))
        self._roots = [place(root, package) for root in identity["roots"]]
        # Nobody adds modules to an interpreter's own directories.
        self._is_fixed = [root[0] == BASE and "site-packages" not in root[1] for root in identity["roots"]]
        self._searched = [[self._roots[number] for number in numbers] for numbers in identity["searched"]]
        self._places = dict(zip(self._roots, range(len(self._roots))))
        self._stems = {}
        self._ending = _ending()
        # Functions that are called with a module, by its name, when it has been executed.
        self.followers = {}

    def find_spec(self, name, path=None, target=None):
        """The spec of a module that was baked and is where it was; None where the next finder has to look."""
        facts = self._facts.get(name)
        if facts is None:
            return None
        kind, root, below, searched, size, mtime, digest = facts.split("\t")
        file = self._roots[int(root)] + "/" + below
        if not self._is_searched(name, path, searched, file):
            return None
        if kind == "extension":
            return self._extension(name, file)
        if self._check != TRUSTED and not self._is_unchanged(file, int(size), int(mtime), digest):
            return None
        return self._source(name, file)

    def _source(self, name, file):
        loader = self._loader(name, file)
        if name in self.followers:
            _follow(loader, self.followers[name])
        spec = ModuleSpec(name, loader, origin=file)
        directory, _, tail = file.rpartition("/")
        if self._ending is not None:
            # What the spec would find out by itself, at some cost.
            spec.cached = "%s/__pycache__/%s%s" % (directory, tail[:-3], self._ending)
        return _located(spec, directory, tail)

    def _loader(self, name, file):
        return Loader(name, file, self)

    def _extension(self, name, file):
        try:
            posix.stat(file)
        except OSError:
            return None
        directory, _, tail = file.rpartition("/")
        return _located(ModuleSpec(name, ExtensionFileLoader(name, file), origin=file), directory, tail)

    def _is_searched(self, name, path, searched, file):
        """Whether the same directories are searched in the same order up to the one that has the module."""
        if path is None:
            expected = self._searched[int(searched)]
            return _begins(sys.path, expected) and not self._is_shadowed(name, expected)
        if searched:
            expected = self._searched[int(searched)]
            return list(path)[: len(expected)] == expected
        # The directory of the package above it, and no other.
        directory = file.rpartition("/")[0]
        if file.endswith("/__init__.py"):
            directory = directory.rpartition("/")[0]
        return path == [directory] or list(path) == [directory]

    def _is_shadowed(self, name, searched):
        """Whether a directory that comes first has got something of this name."""
        if self._check == TRUSTED:
            return False
        return any(name in self._names_in(directory) for directory in searched[:-1])

    def _names_in(self, directory):
        stems = self._stems.get(directory)
        if stems is None:
            stems = self._stems[directory] = self._list(directory)
        return stems

    def _list(self, directory):
        number = self._places.get(directory)
        if number is not None and self._is_fixed[number]:
            return ()
        try:
            return frozenset(name.partition(".")[0] for name in os.listdir(directory))
        except OSError:
            return ()

    def _is_unchanged(self, file, size, mtime, digest):
        try:
            status = posix.stat(file)
            if status.st_size == size:
                if self._check == STAT and status.st_mtime_ns == mtime:
                    return True
                # Copies and archives have other times, and the same content.
                if hash_of(file) == digest:
                    return True
        except OSError:
            # It is not there any more: whoever comes next will say so.
            return False
        self._say("%s has changed since the image was baked; what has changed is loaded as it is" % file)
        return False

    def has(self, name):
        """Whether a module that is loaded is the one that was baked, wherever it was looked for."""
        facts, module = self._facts.get(name), sys.modules.get(name)
        if not facts or module is None:
            return False
        kind, root, below, _, size, mtime, digest = facts.split("\t")
        file = self._roots[int(root)] + "/" + below
        if kind != "source" or getattr(module, "__file__", None) != file:
            return False
        return self._check == TRUSTED or self._is_unchanged(file, int(size), int(mtime), digest)

    def code(self, name, path):
        """The code of a module; None where the image cannot give it."""
        code = self.entry(MODULE + name)
        if code is not None and code.co_filename != path:
            _fix_co_filename(code, path)
        return code

    def entry(self, name):
        """What an entry holds, unmarshalled; None where the image cannot give it."""
        try:
            return loads(self._image.data(self._numbers.get(name)))
        except (ImageError, EOFError, ValueError, TypeError) as error:
            self.damaged(error)
            return None

    def damaged(self, error):
        """Tells of a part that cannot be used."""
        self._say("the image is damaged: %s; what is damaged is loaded without it" % error)

    def _say(self, sentence):
        tell, self._tell = self._tell, None
        if tell is not None:
            tell(sentence)


def _follow(loader, follower):
    """Has `follower` called with the module when the loader has executed it."""
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        follower(module)

    loader.exec_module = exec_module


def _begins(path, expected):
    """Whether a search path begins with these directories; an empty entry is the working directory."""
    first = path[: len(expected)]
    return first == expected or [entry or os.getcwd() for entry in first] == expected


def _located(spec, directory, tail):
    spec._set_fileattr = True
    if tail.startswith("__init__."):
        spec.submodule_search_locations = [directory]
    return spec


def _ending():
    """What follows a source's name in that of its bytecode; None where that stands elsewhere."""
    tag = sys.implementation.cache_tag
    is_usual = tag is not None and sys.pycache_prefix is None and sys.flags.optimize == 0
    return ".%s.pyc" % tag if is_usual else None


def hash_of(file):
    """What tells the content of a source from another."""
    descriptor = posix.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = iter(lambda: posix.read(descriptor, 1 << 20), b"")
        return source_hash(HASH_KEY, b"".join(pieces)).hex()
    finally:
        posix.close(descriptor)


def _modules(names):
    """The modules that are entries, in the order of the table."""
    first = len(MODULE)
    return [name[first:] for name in names if name.startswith(MODULE)]
