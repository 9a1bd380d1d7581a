"""The init image of a Python function: its modules' code, baked in advance, in one file.

The launcher installs it; as `headstart_image` it is part of packages that start without our launcher. It
imports nothing but the standard library, and of that at first only what an interpreter has loaded anyway.

What the image says is used only as long as it is true: for this interpreter, for sources that have not changed,
for a search path that has the same places in the same order. What is not true any more is found and loaded as if
there were no image.
"""

import os
import sys

from .finder import TABLE, Finder
from .identity import interpreter
from .reading import Image, ImageError

# Where a package keeps its image.
IN_PACKAGE = os.path.join(".headstart", "image")

# The entry that an image has where imports wait, and that where regular expressions were compiled.
DEFERRED = "table/deferred"
EXPRESSIONS = "table/expressions"

_installed = []


def install(file, package, loads, tell, stamp=None):
    """Serves imports from the image at `file`; the reason as a text where it cannot be used, else None.

    `loads` reads JSON text from bytes. `tell` is called with a sentence once, when something turns out to have changed
    later. `stamp` is that of a file whose content somebody has checked.
    """
    package = os.path.abspath(package)
    try:
        image = Image.open(file, package, stamp)
        identity = loads(image.identity)
        if identity.get("language") != "python" or identity.get("interpreter") != interpreter():
            image.close()
            return "it was baked by %s, this is %s" % (identity.get("interpreter"), interpreter())
        if TABLE not in image.names:
            # The function starts no faster with an image, and this one says nothing of modules.
            image.close()
            return None
        finder = _finder(image)(image, identity, package, tell)
    except ImageError as error:
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        return "its identity is damaged (%s)" % error
    _insert(finder)
    if EXPRESSIONS in image.names:
        from . import expressions

        expressions.serve(finder)
    _installed.append(finder)
    return None


def _finder(image):
    """The class of the finder; more is imported only where imports wait."""
    if DEFERRED not in image.names:
        return Finder
    from .deferring import DeferringFinder

    return DeferringFinder


def _insert(finder):
    """Before the finder of the search path, behind those of what the interpreter has built in."""
    names = [getattr(known, "__name__", "") for known in sys.meta_path]
    sys.meta_path.insert(names.index("PathFinder") if "PathFinder" in names else 0, finder)
