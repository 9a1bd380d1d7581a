"""Reads a cold archive; `core/src/slim/cold/mod.rs` describes its form."""

import os

from .originals import os_open

HEADER = 64
BLOCK = 16
ENTRY = 32
MAGIC = b"HSCOLD\r\n"
VERSION = 1
# How many unpacked blocks are kept: files that are needed together lie together.
KEPT_BLOCKS = 8


class Damaged(Exception):
    """The archive is not what it should be."""


class Archive:
    """The archive's index in memory; its blocks stay on disk."""

    damaged = Damaged

    def __init__(self, path):
        self.path = path
        self.descriptor = os_open(path, os.O_RDONLY | os.O_CLOEXEC)
        header = os.pread(self.descriptor, HEADER, 0)
        size = os.fstat(self.descriptor).st_size
        if len(header) < HEADER or header[:8] != MAGIC or _number(header, 8, 2) != VERSION:
            raise Damaged("it is none, or of another version")
        self.codec = _number(header, 10, 2)
        self.blocks, self.entries, names = (_number(header, at, 4) for at in (12, 16, 20))
        self.names = self.blocks * BLOCK + self.entries * ENTRY
        if _number(header, 24, 8) != size or HEADER + self.names + names > size:
            raise Damaged("it has another size than it should")
        self.index = os.pread(self.descriptor, self.names + names, HEADER)
        self.digest = header[32:64]
        if _sha256(self.index) != self.digest:
            raise Damaged("its index does not match its checksum")
        self.unpacked = {}

    def _field(self, entry, number):
        return _number(self.index, self.blocks * BLOCK + entry * ENTRY + number * 4, 4)

    def name(self, entry):
        start = self.names + self._field(entry, 0)
        return self.index[start : start + self._field(entry, 1)]

    def first_from(self, name):
        """The number of the first entry whose name is not before `name`."""
        low, high = 0, self.entries
        while low < high:
            middle = (low + high) // 2
            if self.name(middle) < name:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, name):
        """The number of the entry with this name, or None."""
        entry = self.first_from(name)
        return entry if entry < self.entries and self.name(entry) == name else None

    def begins_any(self, text):
        """Whether any name begins with this."""
        entry = self.first_from(text)
        return entry < self.entries and self.name(entry).startswith(text)

    def has_directory(self, name):
        entry = self.first_from(name + b"/")
        return entry < self.entries and self.name(entry).startswith(name + b"/")

    def children(self, directory):
        """The names in a directory, and whether each is a directory itself."""
        prefix = directory + b"/" if directory else b""
        entry = self.first_from(prefix)
        found = {}
        while entry < self.entries:
            name = self.name(entry)
            if not name.startswith(prefix):
                break
            child, slash, _ = name[len(prefix) :].partition(b"/")
            found[os.fsdecode(child)] = bool(slash)
            # Past everything below a directory: `0` comes after `/`.
            entry = self.first_from(prefix + child + b"0") if slash else entry + 1
        return found

    def mode(self, entry):
        return self._field(entry, 5) & 0o777

    def size(self, entry):
        return self._field(entry, 4)

    def content(self, entry):
        block, offset, size = (self._field(entry, number) for number in (2, 3, 4))
        content = self._block(block)[offset : offset + size]
        import zlib

        if len(content) != size or zlib.crc32(content) != self._field(entry, 6):
            raise Damaged("a file does not match its checksum")
        return content

    def _block(self, number):
        content = self.unpacked.pop(number, None)
        if content is None:
            at = number * BLOCK
            offset, packed, size = (_number(self.index, at + start, width) for start, width in ((0, 8), (8, 4), (12, 4)))
            content = _expand(self.codec, os.pread(self.descriptor, packed, offset), size)
        self.unpacked[number] = content
        if len(self.unpacked) > KEPT_BLOCKS:
            del self.unpacked[next(iter(self.unpacked))]
        return content


def _number(data, at, size):
    return int.from_bytes(data[at : at + size], "little")


def _sha256(data):
    try:
        # hashlib would load OpenSSL.
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256
    return sha256(data).digest()


def _expand(codec, packed, size):
    try:
        if codec == 1:
            import zlib

            content = zlib.decompress(packed, bufsize=size or 1)
        elif codec == 2:
            import lzma

            content = lzma.decompress(packed)
        elif codec == 3:
            from compression import zstd

            content = zstd.decompress(packed)
        else:
            raise Damaged("its compression is unknown")
    except ImportError as error:
        raise Damaged("this interpreter cannot unpack it: %s" % error) from None
    except Damaged:
        raise
    except Exception as error:
        raise Damaged("a block is damaged: %s" % error) from None
    if len(content) != size:
        raise Damaged("a block has another size than it should")
    return content
