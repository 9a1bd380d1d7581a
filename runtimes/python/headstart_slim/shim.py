"""The handler of a slimmed package on platforms that start functions themselves: `headstart_shim.handler`.

It makes cold files available and passes on to the handler that the package was slimmed for.
"""

import os

import headstart_cold

_directory = os.path.dirname(os.path.abspath(__file__))
headstart_cold.install(_directory)
handler = headstart_cold.resolve(_directory)
