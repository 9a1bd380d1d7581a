"""Which line of user code opened a socket, started a thread or locked a file, to be told before a fork or a snapshot.

Python tells hooks of `sys.addaudithook` of all three, so that nothing is replaced in anybody's modules. A hook cannot
be taken away: only a process that is to become a zygote or a snapshot has one, and it rests in what comes of that. Up to
Python 3.11 threads are not told of; there the name by which `threading` starts them is another until the notes are
closed.
"""

import os
import sys

# The module `weakref` is not in every process.
from _weakref import ref

from .threads import name_of

# Of each kind; what is made beyond that has no place.
MOST = 1000
# Of what a host is told.
MOST_TOLD = 200
MOST_TEXT = 1024
OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
STANDARD = os.path.dirname(os.__file__) + os.sep
PACKAGES = ("site-packages", "dist-packages")
TELLS_OF_THREADS = sys.version_info >= (3, 12)


class Places:
    """What was made since `open`, for as long as it is there."""

    def __init__(self):
        self.sockets = []
        self.threads = []
        self.files = {}
        self.base = os.getcwd() + os.sep
        # The original, where a name of `threading` is replaced.
        self.start = None
        self.takers = {
            "socket.__new__": self._take_socket,
            "fcntl.flock": self._take_file,
            "fcntl.lockf": self._take_file,
        }
        if TELLS_OF_THREADS:
            for name in ("_thread.start_new_thread", "_thread.start_joinable_thread"):
                self.takers[name] = self._take_thread
        else:
            self.takers["import"] = self._take_import

    def open(self):
        """Begins to take notes; once in a process."""
        takers = self.takers

        def hear(event, arguments):
            taker = takers.get(event)
            if taker is not None:
                try:
                    taker(arguments)
                except Exception:
                    # Whoever is being listened to must not hear of it; what was made has no place then.
                    pass

        if not TELLS_OF_THREADS and "threading" in sys.modules:
            self._replace_start()
        sys.addaudithook(hear)

    def close(self):
        """Forgets everything, and hears nothing any more."""
        self.takers.clear()
        threading = sys.modules.get("threading")
        if self.start is not None and getattr(threading, "_start_new_thread", None) == self._start_thread:
            threading._start_new_thread = self.start
        self.sockets, self.threads, self.files = [], [], {}

    def of_descriptors(self):
        """By descriptor, of the sockets that are open and the files that were locked."""
        found = {number: place for number, (place, file) in self.files.items() if _identity(number) == file}
        for reference, place in self.sockets:
            number = _number(reference())
            if number >= 0:
                found[number] = place
        return found

    def of_threads(self):
        """By the kernel's number, of the threads that have one."""
        found = {}
        for reference, place in self.threads:
            number = _number_of_thread(reference())
            if number is not None:
                found[number] = place
        return found

    def tell(self, ready, channel):
        """Writes what is open into the `ready` before a snapshot; says which threads go with it."""
        places = sorted(self.of_descriptors().items())[:MOST_TOLD]
        ready["opened"] = [{"descriptor": number, "place": place} for number, place in places]
        for number, place in list(self.of_threads().items())[:MOST_TOLD]:
            channel.log("info", "the thread %s, started at %s, goes into the snapshot" % (name_of(number), place))

    def _take_socket(self, arguments):
        # What no weak reference leads to (a bare `_socket.socket`) raises, and has no place.
        self.sockets = _with(self.sockets, ref(arguments[0]), self._place())

    def _take_thread(self, arguments):
        self.threads = _with(self.threads, ref(arguments[0].__self__), self._place())

    def _take_file(self, arguments):
        place = self._place()
        if place is not None and (len(self.files) < MOST or arguments[0] in self.files):
            self.files[arguments[0]] = place, _identity(arguments[0])

    def _take_import(self, arguments):
        if arguments[0] == "threading":
            # It is imported a moment earlier, before anyone can have its names; that is told here too.
            del self.takers["import"]
            __import__("threading")
            self._replace_start()

    def _replace_start(self):
        threading = sys.modules["threading"]
        self.start, threading._start_new_thread = threading._start_new_thread, self._start_thread

    def _start_thread(self, function, *rest):
        try:
            self._take_thread((function,))
        except Exception:
            # As above.
            pass
        return self.start(function, *rest)

    def _place(self):
        """The file and line of the innermost frame outside of the standard library, where there is one."""
        frame = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_filename
            if not is_inner(name):
                name = name[len(self.base) :] if name.startswith(self.base) else name
                return "%s:%d" % (name[-MOST_TEXT:], frame.f_lineno)
            frame = frame.f_back
        return None


def _with(notes, reference, place):
    """The notes and one more; those of what is gone make room."""
    if place is None:
        return notes
    if len(notes) >= MOST:
        notes = [note for note in notes if note[0]() is not None]
    if len(notes) < MOST:
        notes.append((reference, place))
    return notes


# A subclass of the user's may have other methods than the classes that these ask.


def _number_of_thread(thread):
    if thread is None:
        return None
    base = sys.modules["threading"].Thread
    return base.native_id.fget(thread) if base.is_alive(thread) else None


def _number(socket):
    return -1 if socket is None else sys.modules["_socket"].socket.fileno(socket)


def _identity(number):
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_inner(name):
    """Whether a file is the standard library's or the launcher's, or none."""
    if name.startswith(STANDARD):
        return not name[len(STANDARD) :].startswith(PACKAGES)
    return name.startswith((OWN, "<"))
