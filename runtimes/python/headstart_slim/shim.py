"""The handler of a slimmed or baked package on platforms that start functions themselves: `headstart_shim.handler`.

It makes cold files and the image available and passes on to the handler that the package was made for.
"""

import os

_directory = os.path.dirname(os.path.abspath(__file__))


def _handler():
    own = os.path.join(_directory, ".headstart")
    with open(os.path.join(own, "entry"), encoding="utf-8") as file:
        entry = file.read().strip()
    if os.path.isdir(os.path.join(_directory, "headstart_cold")):
        import headstart_cold

        headstart_cold.install(_directory)
    if os.path.isdir(os.path.join(_directory, "headstart_image")):
        from headstart_image import alone

        alone.begin(_directory)
        return alone.resolve(_directory, entry)
    return headstart_cold.resolve(_directory)


handler = _handler()
