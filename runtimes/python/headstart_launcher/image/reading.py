"""Reading an image: `docs/reference/image.md` gives the format byte by byte."""

import os
import sys

MAGIC = b"\x89HSIMG\r\n"
VERSION = 1
HEAD = 32
RECORD = 16
# Images smaller than this are read; a map costs the module that makes it.
LEAST_MAPPED = 1 << 20
# Of the permissions: group and others may write.
OTHERS_WRITE = 0o022


class ImageError(Exception):
    """Why a file cannot be used as an image; lowercase."""


class Image:
    """An open image: what is in it, and where. Entries are read when they are asked for."""

    @classmethod
    def open(cls, file, package, stamp=None):
        """Opens it and checks its head. A `stamp` that fits says that somebody has checked all of it."""
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            _refuse_others(status, package)
            return cls(descriptor, status, stamp_of(status) == stamp)
        except BaseException:
            os.close(descriptor)
            raise

    def __init__(self, descriptor, status, is_checked):
        self._descriptor, self._is_checked, self._map = descriptor, is_checked, None
        head = os.pread(descriptor, HEAD, 0)
        if len(head) < HEAD or head[:8] != MAGIC:
            raise ImageError("it is no image")
        version, count, size, identity, names, checksum = memoryview(head)[8:].cast("I")
        if sys.byteorder != "little" or version != VERSION:
            raise ImageError("it is of version %d, this reads version %d" % (version, VERSION))
        padding = -(HEAD + identity + names) % 4
        length = identity + names + padding + count * RECORD
        rest = os.pread(descriptor, length, HEAD)
        if size != status.st_size or len(rest) < length:
            raise ImageError("it is cut off")
        if not is_checked and _crc(rest, _crc(head[:28])) != checksum:
            raise ImageError("its head does not match its checksum")
        self.size = size
        self.identity = rest[:identity]
        self.names = rest[identity : identity + names].decode().split("\0")
        if self.names.pop() != "" or len(self.names) != count:
            raise ImageError("its names are damaged")
        self.records = memoryview(rest)[length - count * RECORD :].cast("I")

    def data(self, number):
        """The bytes of an entry."""
        offset, length, checksum, _ = self.records[4 * number : 4 * number + 4]
        if offset + length > self.size:
            raise ImageError("an entry lies outside of it")
        data = self._bytes(offset, length)
        if len(data) != length or not (self._is_checked or _crc(data) == checksum):
            raise ImageError("%s does not match its checksum" % self.names[number])
        return data

    def _bytes(self, offset, length):
        if self.size < LEAST_MAPPED:
            return os.pread(self._descriptor, length, offset)
        if self._map is None:
            import mmap

            self._map = memoryview(mmap.mmap(self._descriptor, self.size, prot=mmap.PROT_READ))
        return self._map[offset : offset + length]

    def close(self):
        os.close(self._descriptor)


def stamp_of(status):
    """What tells this content of this file from others."""
    return "%d:%d:%d:%d:%d" % (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _refuse_others(status, package):
    """Code is taken from nobody but the user, root, and whoever owns the package, whose code runs anyway."""
    if status.st_mode & 0o170000 != 0o100000:
        raise ImageError("it is no regular file")
    if status.st_mode & OTHERS_WRITE:
        raise ImageError("others may write to it")
    if status.st_uid not in (os.geteuid(), 0) and status.st_uid != os.stat(package).st_uid:
        raise ImageError("it belongs to another user")


def _crc(data, start=0):
    from zlib import crc32

    return crc32(data, start)
