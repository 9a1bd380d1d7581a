"""Which interpreter an image is for, and how places are named so that they are found again."""

import sys
from _imp import extension_suffixes

# Directories that an image names places by, beside the package and absolute paths.
BASE, PREFIX, PACKAGE, ABSOLUTE = "base", "prefix", "package", "absolute"


def interpreter():
    """All that code objects and the standard library depend on, as one line."""
    implementation = sys.implementation
    parts = (
        implementation.name,
        " ".join(sys.version.split()),
        implementation.cache_tag or "-",
        (extension_suffixes() or ["-"])[0],
        sys.platform,
        sys.byteorder,
        "O%d" % sys.flags.optimize,
    )
    return "; ".join(parts)


def place(root, package):
    """The directory that [base, path below it] names on this machine."""
    base, below = root
    if base == ABSOLUTE:
        return below
    directory = {BASE: sys.base_prefix, PREFIX: sys.prefix, PACKAGE: package}[base]
    return directory + "/" + below if below else directory
