"""The interpreter's functions as they were, for our own use: ours would ask us again."""

import os

os_open, os_stat, os_lstat, os_listdir, os_readlink = os.open, os.stat, os.lstat, os.listdir, os.readlink


def exists(path):
    """Whether something is at `path`; a link that leads nowhere is nothing."""
    try:
        os_stat(path)
    except OSError:
        return False
    return True


def is_link_or_there(path):
    try:
        os_lstat(path)
    except OSError:
        return False
    return True


def make_directory(path):
    """Makes a directory of this user's alone, and those around it; the path."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except FileNotFoundError:
        make_directory(os.path.dirname(path))
        make_directory(path)
    return path
