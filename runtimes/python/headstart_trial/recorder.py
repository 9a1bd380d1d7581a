"""Writes down what a process opens, as it happens: a record survives whatever ends the process.

One entry: a letter, the path's bytes, a zero byte. `f`: a file was opened. `c`: a source was opened to be
compiled and imported. `d`: a directory was listed. `s`: a shared object was loaded. Paths that were tried and are
not there stand in it too.
"""

import os
import sys

# Out of the way of the numbers that a function's own files get.
DESCRIPTOR = 500
# Who lists directories only to find modules, which says nothing of what is in them.
FINDERS = ("<frozen importlib", os.path.join(os.path.dirname(os.__file__), "importlib") + os.sep)


class Recorder:
    """An audit hook. It may never raise: that would end what is audited."""

    def __init__(self, record):
        self.record = record
        self.descriptor = -1
        self.seen = set()
        self.heard = {
            "open": self._open,
            "import": self._import,
            "os.listdir": self._list,
            "os.scandir": self._list,
            "ctypes.dlopen": self._dlopen,
        }
        self._begin()

    def note(self, event, arguments):
        """Called by the interpreter with everything that is audited."""
        hear = self.heard.get(event)
        if hear is not None:
            try:
                hear(*arguments)
            except Exception:
                # A path of a kind that nothing here knows, or the interpreter's end.
                pass

    def _open(self, path, mode, flags):
        if type(path) is not int and flags & (os.O_WRONLY | os.O_RDWR) != os.O_WRONLY:
            self._write(b"c" if _is_import() else b"f", path)

    def _import(self, module, filename, *_):
        if filename is not None:
            self._write(b"s", filename)

    def _list(self, path="."):
        # Frame 2 is whose call is audited.
        if type(path) is not int and not sys._getframe(2).f_code.co_filename.startswith(FINDERS):
            self._write(b"d", "." if path is None else path)

    def _dlopen(self, name):
        # Without a slash it is looked up by the loader, and is found among what is mapped.
        if name is not None and os.sep in os.fsdecode(name):
            self._write(b"s", name)

    def _write(self, kind, path):
        entry = kind + os.path.join(os.getcwdb(), os.fsencode(path)) + b"\0"
        if entry in self.seen:
            return
        self.seen.add(entry)
        try:
            os.write(self.descriptor, entry)
        except OSError:
            # The function has closed descriptors that it did not open, as daemons do.
            self._begin()
            os.write(self.descriptor, entry)

    def _begin(self):
        opened = os.open(self.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self.descriptor = os.dup2(opened, DESCRIPTOR, inheritable=False)
            os.close(opened)
        except OSError:
            # The limit of descriptors is below the number.
            self.descriptor = opened


def _is_import():
    """Whether the import system opens a file to have a module's code."""
    # Frame 3 is whose call is audited.
    frame = sys._getframe(3)
    while frame is not None and frame.f_code.co_filename.startswith(FINDERS[0]):
        if frame.f_code.co_name == "get_code":
            return True
        frame = frame.f_back
    return False
