"""A start from an image without our launcher: on platforms that have one of their own, or with none at all."""

import os
import sys

from . import IN_PACKAGE, install
from .collector import Paused
from .jsontext import loads

# Names where the image is, if it is not in the package.
PLACE_VARIABLE = "HEADSTART_IMAGE"


def begin(directory, file=None):
    """Serves imports of the package at `directory` from its image, if it has any; whether it does.

    An image that cannot be used is told of on standard error, and the start goes on without it.
    """
    file = file or os.environ.get(PLACE_VARIABLE) or os.path.join(directory, IN_PACKAGE)
    if not os.path.exists(file):
        return False
    refused = install(file, directory, loads, _tell)
    if refused is not None:
        _tell("the image %s is not used: %s" % (file, refused))
    return refused is None


def resolve(directory, entry):
    """The handler that `entry` names, with the collector at rest while its module is imported."""
    from importlib import import_module

    module, _, attribute = entry.rpartition(".")
    with Paused():
        return getattr(import_module(module.replace("/", ".")), attribute)


def _tell(sentence):
    sys.stderr.write("headstart: %s\n" % sentence)
