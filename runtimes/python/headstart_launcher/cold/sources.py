"""Sources that are cold while their bytecode is at hand: a placeholder stands where each was.

The import system takes the bytecode and never looks at it. What reads the source (`inspect`, tracebacks) is
served the true one. An interpreter that cannot use the bytecode runs the placeholder, which runs the source.
"""

import os

from .originals import os_open, os_stat

# Slimming writes the same (`core/src/slim/output/placeholder.rs`).
PLACEHOLDER = b'exec(__import__("headstart_cold").code(__file__))  # the source is in the cold archive\n'
ENDING = ".py"


def may_be_replaced(path):
    """Whether a placeholder may stand at a path, by its name."""
    if isinstance(path, str):
        return path.endswith(ENDING)
    if isinstance(path, bytes):
        return path.endswith(b".py")
    return isinstance(path, os.PathLike) and may_be_replaced(os.fspath(path))


def is_placeholder(path):
    try:
        if os_stat(path).st_size != len(PLACEHOLDER):
            return False
        descriptor = os_open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False
    try:
        return os.read(descriptor, len(PLACEHOLDER)) == PLACEHOLDER
    finally:
        os.close(descriptor)
