"""Where unpacked files are put: a directory of this user's alone."""

import os

from .originals import os_lstat


class NotPrivate(OSError):
    """Others could put files where we would serve them from."""


def overlay(digest):
    """A directory of this user's alone, the same for all processes that use the same archive."""
    base = os.environ.get("TMPDIR") or "/tmp"
    own = os.path.join(base, "headstart-cold-%d" % os.geteuid())
    place = os.path.join(own, digest.hex()[:32])
    for directory in (own, place):
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            pass
        found = os_lstat(directory)
        is_private = found.st_mode & 0o170077 == 0o040000 and found.st_uid == os.geteuid()
        if not is_private:
            raise NotPrivate("others may write to %s" % directory)
    return place
