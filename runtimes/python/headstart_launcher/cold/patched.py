"""The interpreter's functions that open, look at and list files, with cold files in them."""

import builtins
import io
import os
import sys

from .sources import PLACEHOLDER, may_be_replaced


class Patched:
    """A function of the interpreter's that tries again where a file is missing.

    An object and not a function, because a built-in that becomes an attribute of a class is no method either.
    """

    def __init__(self, original, fallbacks):
        self.original = original
        self.fallbacks = fallbacks

    def __getattr__(self, name):
        return getattr(self.original, name)

    def __repr__(self):
        return repr(self.original)

    def __reduce__(self):
        return self.original.__name__

    def __call__(self, *arguments, **options):
        try:
            return self.original(*arguments, **options)
        except (FileNotFoundError, NotADirectoryError):
            there = self.instead(arguments, options)
            if there is None:
                raise
        return self.original(there, *arguments[1:], **options)

    def instead(self, arguments, options):
        if not arguments or isinstance(arguments[0], int) or options.get("dir_fd") is not None:
            return None
        for fallback in self.fallbacks:
            there = fallback.serve(arguments[0])
            if there is not None:
                return os.fsencode(there) if isinstance(arguments[0], bytes) else there
        return None


class PatchedOpen(Patched):
    """`open`: a file that is to be written is not served, and a placeholder not shown."""

    def __call__(self, *arguments, **options):
        if not arguments and "file" in options:
            arguments = (options.pop("file"),)
        there = _source(self.fallbacks, arguments[0]) if arguments and self.reads(arguments, options) else None
        if there is None:
            return Patched.__call__(self, *arguments, **options)
        return self.original(there, *arguments[1:], **options)

    def instead(self, arguments, options):
        return super().instead(arguments, options) if self.reads(arguments, options) else None

    def reads(self, arguments, options):
        mode = arguments[1] if len(arguments) > 1 else options.get("mode", "r")
        return isinstance(mode, str) and not set(mode) & set("wxa+")


class PatchedOsOpen(PatchedOpen):
    """`os.open`: the same."""

    def reads(self, arguments, options):
        flags = arguments[1] if len(arguments) > 1 else options.get("flags", 0)
        is_elsewhere = options.get("dir_fd") is not None
        return not is_elsewhere and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


def _source(fallbacks, path):
    """Where the source can be had for which a placeholder stands at `path`, or None."""
    if may_be_replaced(path):
        for fallback in fallbacks:
            there = fallback.source(path)
            if there is not None:
                return os.fsencode(there) if isinstance(path, bytes) else there
    return None


class PatchedStat(Patched):
    """`os.stat` and `os.lstat`: a cold file is not unpacked to be looked at."""

    def __call__(self, *arguments, **options):
        try:
            found = self.original(*arguments, **options)
        except (FileNotFoundError, NotADirectoryError):
            found = self.look(arguments, options)
            if found is None:
                raise
            return found
        return found if found.st_size != len(PLACEHOLDER) else self.of_source(found, arguments, options)

    def of_source(self, found, arguments, options):
        """What would be said of the source, if it is a placeholder that was found."""
        path = arguments[0] if arguments else options.get("path")
        if options.get("dir_fd") is None and may_be_replaced(path):
            sizes = (fallback.source_size(path) for fallback in self.fallbacks)
            size = next((size for size in sizes if size is not None), None)
            if size is not None:
                kind, (fields, more) = found.__reduce__()
                return kind(fields[:6] + (size,) + fields[7:], more)
        return found

    def look(self, arguments, options):
        path = arguments[0] if arguments else options.get("path")
        if path is None or isinstance(path, int) or options.get("dir_fd") is not None:
            return None
        for fallback in self.fallbacks:
            found = fallback.look(path)
            if found is not None:
                return found
        return None


class PatchedAccess(PatchedStat):
    """`os.access`, which does not raise."""

    def __call__(self, path, mode, **options):
        if self.original(path, mode, **options):
            return True
        found = self.look((path,), options)
        executable = found is not None and found.st_mode & 0o111
        return found is not None and not mode & os.W_OK and bool(not mode & os.X_OK or executable)


class PatchedListdir(Patched):
    """`os.listdir`: names that are there, and cold ones."""

    def __call__(self, path="."):
        cold = _cold_names(self.fallbacks, path)
        if not cold:
            return Patched.__call__(self, path)
        try:
            names = self.original(path)
        except (FileNotFoundError, NotADirectoryError):
            names = []
        if isinstance(path, bytes):
            cold = [os.fsencode(name) for name in cold]
        return names + [name for name in cold if name not in set(names)]


class PatchedScandir(Patched):
    """`os.scandir`: the same."""

    def __call__(self, path="."):
        cold = _cold_names(self.fallbacks, path)
        if not cold:
            return Patched.__call__(self, path)
        try:
            with self.original(path) as found:
                entries = list(found)
        except (FileNotFoundError, NotADirectoryError):
            entries = []
        seen = {os.fsdecode(entry.name) for entry in entries}
        rest = [ColdEntry(path, name, is_directory) for name, is_directory in cold.items() if name not in seen]
        return Entries(entries + rest)


def _cold_names(fallbacks, path):
    if path is None:
        path = "."
    if isinstance(path, int):
        return {}
    cold = {}
    for fallback in fallbacks:
        cold.update(fallback.children(path))
    return cold


class Entries:
    """What `os.scandir` gives: an iterator that is closed."""

    def __init__(self, entries):
        self.entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.entries)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.entries = iter(())


class ColdEntry:
    """What `os.scandir` would say of a cold file."""

    def __init__(self, directory, name, is_directory):
        is_bytes = isinstance(directory, bytes)
        self.name = os.fsencode(name) if is_bytes else name
        self.path = os.path.join(os.fspath(directory), self.name)
        self._is_directory = is_directory

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return "<DirEntry %r>" % self.name

    def inode(self):
        return self.stat().st_ino

    def is_dir(self, *, follow_symlinks=True):
        return self._is_directory

    def is_file(self, *, follow_symlinks=True):
        return not self._is_directory

    def is_symlink(self):
        return False

    def is_junction(self):
        return False

    def stat(self, *, follow_symlinks=True):
        return os.stat(self.path)


_PATCHES = {
    "open": PatchedOsOpen,
    "stat": PatchedStat,
    "lstat": PatchedStat,
    "access": PatchedAccess,
    "listdir": PatchedListdir,
    "scandir": PatchedScandir,
}


def patch(fallback):
    """Puts ours in the place of the interpreter's; once, for all packages."""
    known = getattr(os.stat, "fallbacks", None)
    if isinstance(os.stat, Patched) and known is not None:
        known.append(fallback)
        return
    fallbacks = [fallback]
    for name in _PATCHES:
        original = getattr(os, name)
        patched = _PATCHES[name](original, fallbacks)
        setattr(os, name, patched)
        # These sets say which functions take which arguments.
        for supporting in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks", "supports_effective_ids"):
            functions = getattr(os, supporting, ())
            if original in functions:
                functions.add(patched)
    io.open = builtins.open = PatchedOpen(builtins.open, fallbacks)
    if "tokenize" in sys.modules:
        # Tracebacks read sources by this name of it.
        sys.modules["tokenize"]._builtin_open = builtins.open
    _patch_loader(fallbacks)


def _patch_loader(fallbacks):
    """Loaders read data (`pkgutil.get_data`) without `open`."""
    from importlib._bootstrap_external import FileLoader as loader

    original = loader.get_data

    def get_data(self, path):
        try:
            return original(self, _source(fallbacks, path) or path)
        except FileNotFoundError:
            for fallback in fallbacks:
                there = fallback.serve(path)
                if there is not None:
                    return original(self, there)
            raise

    get_data.__doc__ = original.__doc__
    loader.get_data = get_data
