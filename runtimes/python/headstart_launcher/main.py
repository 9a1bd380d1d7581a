"""What boot.py calls: takes over the host's socket and lives a worker's life."""

import os
import sys
import time

from . import VERSION
from .channel import Channel, Disconnected
from .frames import ProtocolError
from .worker import VERSIONS, Worker

EXIT_USAGE = 64
EXIT_PROTOCOL = 70


def main(arguments, entered_ns):
    """Runs a worker on the descriptor that the argument names; the exit code."""
    if arguments == ["--probe"]:
        from . import probe

        return probe.main()
    descriptor = _inherited(arguments)
    if descriptor is None:
        sys.stderr.write("headstart: this program is started by a headstart host\n")
        return EXIT_USAGE
    sys.argv = [""]
    return _converse(Worker(Channel(descriptor)), entered_ns)


def _converse(worker, entered_ns):
    try:
        worker.channel.send_control("hello", 0, _hello(entered_ns))
        worker.launcher_us = (time.monotonic_ns() - entered_ns) // 1000
        return worker.live()
    except Disconnected:
        # Nobody is left to hear anything, and threads of user code may not keep the process.
        os._exit(0)
    except ProtocolError as error:
        _give_up(worker.channel, error)


def _hello(entered_ns):
    return {
        "versions": VERSIONS,
        "runtime": "python",
        "runtime_version": "%d.%d.%d" % sys.version_info[:3],
        "launcher": VERSION,
        "pid": os.getpid(),
        "entered_ns": entered_ns,
    }


def _give_up(channel, error):
    sys.stderr.write("headstart: failed to follow the protocol: %s: %s\n" % (error.code, error.message))
    try:
        channel.complain(error)
    except Disconnected:
        pass
    os._exit(EXIT_PROTOCOL)


def _inherited(arguments):
    try:
        (text,) = arguments
        descriptor = int(text)
        os.fstat(descriptor)
    except (ValueError, OverflowError, OSError):
        return None
    return descriptor if descriptor > 2 else None
