"""Gives every child and every restored process random numbers of its own.

Python reseeds the `random` module after a fork by itself, OpenSSL and tempfile notice a new process number,
and what asks the kernel (uuid, secrets) never repeats. Generators that user code keeps are its own matter: one
with a seed has it for a reason.

A rule is a module's name and what to do where it is loaded. Add a rule for a library with a global generator.
"""

import os
import sys


def _seed(module):
    module.seed()


def _stir(module):
    module.RAND_add(os.urandom(64), 64.0)


def _forget_names(module):
    module._name_sequence = None


AFTER_FORK = {"numpy.random": _seed}
# The process number is the same after a restore, so that nothing notices by itself.
AFTER_RESTORE = {"random": _seed, "numpy.random": _seed, "_ssl": _stir, "tempfile": _forget_names}


def after_fork():
    """To be called in a forked child."""
    _apply(AFTER_FORK)


def after_restore():
    """To be called in a restored process."""
    _apply(AFTER_RESTORE)


def _apply(rules):
    for name, rule in rules.items():
        module = sys.modules.get(name)
        if module is not None:
            rule(module)
