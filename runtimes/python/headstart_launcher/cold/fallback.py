"""The cold files of one package: which there are, and where each is once it is unpacked."""

import os
import sys
from _thread import RLock

from .originals import exists, is_link_or_there, make_directory, os_listdir, os_open, os_readlink, os_stat
from .sources import is_placeholder

# Names a file that gets a line for each file that was served, to slim by the next time.
REPORT_VARIABLE = "HEADSTART_COLD_REPORT"
# As many links as Linux follows on one path.
MOST_LINKS = 40
# Where sources whose bytecode is in the package are unpacked to: apart, so that nothing is imported from there.
SOURCES = ".sources"


class Fallback:
    """The cold files of one package."""

    def __init__(self, root, place, tell):
        self.root = root
        self.place = place
        self.tell = tell
        self.served = set()
        # A lock that knows its owner: what we import and open ourselves must not be served by us.
        self.lock = RLock()
        self.archive = None
        self.is_broken = False
        self.overlay = None

    def after_fork(self):
        # Another thread of the parent may have held it.
        self.lock = RLock()

    def opened(self):
        """The archive, opened when it is first needed; None where it cannot be used, said once."""
        if self.archive is None and not self.is_broken:
            from .archive import Archive, Damaged
            from .overlay import overlay

            try:
                archive = Archive(self.place)
                self.overlay = overlay(archive.digest)
                self.archive = archive
            except (Damaged, OSError) as error:
                self._give_up(error)
        return self.archive

    def _give_up(self, error):
        self.is_broken = True
        self.archive = None
        sys.stderr.write("headstart: warning: cold archive %s is not used: %s\n" % (self.place, error))

    def relative(self, path):
        """A path below the package or the overlay, from either; None of any other."""
        try:
            path = os.fsdecode(path)
        except TypeError:
            return None
        if not path.startswith("/"):
            path = os.path.join(os.getcwd(), path)
        for base in (self.root, self.overlay):
            if base and path.startswith(base) and path[len(base) : len(base) + 1] in ("/", ""):
                below = os.path.normpath(path[len(base) + 1 :] or ".")
                return None if below.startswith("..") else ("" if below == "." else below)
        return None

    def _ask(self, path, answer, nothing=None):
        """What `answer` says of a path below the package, one thread after the other; `nothing` of any other path,
        without an archive, and to what we ask ourselves."""
        below = self.relative(path)
        if below is None or self.lock._is_owned():
            return nothing
        with self.lock:
            archive = self.opened()
            return nothing if archive is None else answer(archive, below)

    def serve(self, path):
        """Where the file or directory that is missing at `path` can be had instead, or None."""

        def answer(archive, below):
            there = self._hot(path, below)
            if there is not None:
                return self._source(archive, below) or there
            real = self._real(below)
            entry = archive.find(os.fsencode(real))
            if entry is not None:
                return self._try_unpack(entry, real)
            if real and self._is_cold(real):
                return make_directory(os.path.join(self.overlay, real))
            return None

        return self._ask(path, answer)

    def source(self, path):
        """Where the source can be had for which a placeholder stands at `path`, or None."""
        return self._ask(path, self._source)

    def source_size(self, path):
        """Bytes of that source, or None."""

        def answer(archive, below):
            entry = self._replaced(archive, self._real(below))
            return None if entry is None else archive.size(entry)

        return self._ask(path, answer)

    def _source(self, archive, below):
        real = self._real(below)
        entry = self._replaced(archive, real)
        return None if entry is None else self._try_unpack(entry, real, SOURCES)

    def _replaced(self, archive, below):
        """The entry of a file where a placeholder stands."""
        return archive.find(os.fsencode(below)) if is_placeholder(os.path.join(self.root, below)) else None

    def _real(self, below):
        return below if self._is_cold(below) else self._without_links(below)

    def _is_cold(self, below):
        name = os.fsencode(below)
        return self.archive.find(name) is not None or self.archive.has_directory(name)

    def _without_links(self, below):
        """A path with the links on it followed: they stay where what they lead to may be cold."""
        done, left, links = "", below.split("/"), 0
        while left:
            here = os.path.join(done, left.pop(0))
            try:
                led = os.path.normpath(os.path.join(done, os_readlink(os.path.join(self.root, here))))
            except OSError:
                done = here
                continue
            links += 1
            if links > MOST_LINKS or led.startswith(("..", "/")):
                return below
            done, left = "", led.split("/") + left
        return "" if done == "." else done

    def _hot(self, path, below):
        """What the overlay lacks and the package has."""
        there = os.path.join(self.root, below)
        return there if os.fsdecode(path) != there and exists(there) else None

    def _try_unpack(self, entry, below, apart=""):
        try:
            return self._unpack(entry, below, apart)
        except (self.archive.damaged, OSError) as error:
            self._give_up(error)
            return None

    def _unpack(self, entry, below, apart):
        to = os.path.join(self.overlay, apart, below)
        content = self.archive.content(entry)
        self._write(to, content, self.archive.mode(entry))
        if ".so" in os.path.basename(below):
            self._add_libraries(os.path.dirname(below))
        self._note(below, is_told=not apart)
        return to

    def _write(self, to, content, mode):
        try:
            if os_stat(to).st_size == len(content):
                return
        except OSError:
            pass
        make_directory(os.path.dirname(to))
        partial = "%s.%d.%s" % (to, os.getpid(), os.urandom(6).hex())
        descriptor = os_open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode | 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except BaseException:
            os.unlink(partial)
            raise
        finally:
            os.close(descriptor)
        os.replace(partial, to)

    def _add_libraries(self, directory):
        """The libraries that a shared object finds from its own place: beside it, and in wheels' `.libs`."""
        places = [directory] + [name for name in self._top_level() if name.endswith(".libs")]
        for place in places:
            self._mirror(place)

    def _top_level(self):
        names = set(self.archive.children(b""))
        names.update(os_listdir(self.root))
        return names

    def _mirror(self, directory):
        here = make_directory(os.path.join(self.overlay, directory))
        there = os.path.join(self.root, directory)
        if exists(there):
            for name in os_listdir(there):
                if ".so" in name and not is_link_or_there(os.path.join(here, name)):
                    os.symlink(os.path.join(there, name), os.path.join(here, name))
        if directory.endswith(".libs"):
            for name, is_directory in self.archive.children(os.fsencode(directory)).items():
                if not is_directory:
                    below = directory + "/" + name
                    entry = self.archive.find(os.fsencode(below))
                    self._write(os.path.join(here, name), self.archive.content(entry), self.archive.mode(entry))

    def _note(self, below, is_told):
        if below in self.served:
            return
        self.served.add(below)
        report = os.environ.get(REPORT_VARIABLE)
        if report:
            try:
                descriptor = os_open(report, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                os.write(descriptor, os.fsencode(below) + b"\n")
                os.close(descriptor)
            except OSError:
                pass
        # Tracebacks read sources: that is no reason to keep them at hand.
        if is_told and self.tell is not None:
            self.tell(below)

    def look(self, path):
        """What `os.stat` would say of the cold file or directory at `path`, without unpacking it; or None."""

        def answer(archive, below):
            there = self._hot(path, below)
            if there is not None:
                return os_stat(there)
            real = self._real(below)
            name = os.fsencode(real)
            entry = archive.find(name)
            if entry is not None:
                kind, size = 0o100000 | archive.mode(entry), archive.size(entry)
            elif real and archive.has_directory(name):
                kind, size, entry = 0o040755, 0, archive.entries + archive.first_from(name)
            else:
                return None
            # Identity: the archive's file, and the entry's number in it.
            device = os.fstat(archive.descriptor)
            times = (int(device.st_mtime),) * 3
            number = (device.st_ino << 32) + entry + 1
            return os.stat_result((kind, number, device.st_dev, 1, os.geteuid(), os.getegid(), size) + times)

        return self._ask(path, answer)

    def find_module(self, directory, tail, suffixes):
        """Where the module `tail` is among the cold files of a directory: its name, where it was unpacked to
        (None of a namespace package); None where there is none."""

        def answer(archive, below):
            stem = below + "/" + tail if below else tail
            if not archive.begins_any(os.fsencode(stem)):
                return None
            for name in [stem + "/__init__" + suffix for suffix in suffixes] + [stem + it for it in suffixes]:
                entry = archive.find(os.fsencode(name))
                if entry is not None:
                    return stem, self._try_unpack(entry, name)
            return (stem, None) if archive.has_directory(os.fsencode(stem)) else None

        return self._ask(directory, answer)

    def has_module(self, directory, tail):
        """Whether cold files of a directory begin with a module's name."""

        def answer(archive, below):
            return archive.begins_any(os.fsencode(below + "/" + tail if below else tail))

        return self._ask(directory, answer, False)

    def children(self, path):
        """The cold names in the directory at `path`: whether each is a directory."""

        def answer(archive, below):
            real = below if archive.has_directory(os.fsencode(below)) else self._without_links(below)
            return archive.children(os.fsencode(real))

        return self._ask(path, answer, {})
