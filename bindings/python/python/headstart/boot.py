"""Starts a function from its init image, without a host: ``python -m headstart.boot app.handler``.

For platforms with a launcher of their own call :func:`install` before anything else is imported, or bake with
``headstart bake --in-package`` and name ``headstart_shim.handler`` as the handler.
"""

import os
import sys

from ._image import alone

_USAGE = """\
Usage: python -m headstart.boot ENTRY [--image FILE] [--event JSON | @FILE | -]

Runs one invocation of the function in the working directory and prints its result as JSON. The image is the one that
is named, else that of HEADSTART_IMAGE, else .headstart/image; without one the function starts as it would anyway.

Examples:
  python -m headstart.boot app.handler --event '{"name": "world"}'
  python -m headstart.boot app.handler --image app.image --event @events/small.json
"""


def install(directory=None, image=None):
    """Serves imports of the package at ``directory`` from its init image; whether there is one that can be used.

    ``directory`` is the working directory where none is named, ``image`` the file that ``HEADSTART_IMAGE`` names, else
    ``.headstart/image`` in the package. An image that does not fit is told of on standard error and not used.
    """
    return alone.begin(os.getcwd() if directory is None else os.fspath(directory), image)


def main(arguments):
    """Runs one invocation; the exit code: 0, 1 where the function failed, 2 for a call that makes no sense."""
    entry, options = _parse(arguments)
    if entry is None:
        return options
    directory = os.getcwd()
    if sys.path[:1] != [directory]:
        sys.path.insert(0, directory)
    install(directory, options.get("--image"))
    import json

    handler = alone.resolve(directory, entry)
    result = handler(json.loads(_event(options.get("--event", "{}"))), _Context())
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def _parse(arguments):
    """The entry and the options; None and an exit code where there is nothing to run."""
    entry, options, rest = None, {}, list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-h", "--help"):
            sys.stdout.write(_USAGE)
            return None, 0
        if word in ("--image", "--event") and rest:
            options[word] = rest.pop(0)
        elif entry is None and not word.startswith("-") and "." in word:
            entry = word
        else:
            sys.stderr.write("headstart: %r makes no sense here\n\n%s" % (word, _USAGE))
            return None, 2
    if entry is None:
        sys.stderr.write(_USAGE)
        return None, 2
    return entry, options


def _event(text):
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as file:
            return file.read()
    return text


class _Context:
    """What a handler may ask of its invocation, as far as there is an answer without a platform."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = ""
    memory_limit_in_mb = None

    def get_remaining_time_in_millis(self):
        """There is no deadline: five minutes."""
        return 300000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
