"""The Python launcher: a worker's side of the bootstrap protocol, standard library only.

What a cold start needs is imported at once and kept small; everything else (failures, hooks, preload sets,
the zygote) is imported by the function that first needs it.
"""

VERSION = "0.1.0"
