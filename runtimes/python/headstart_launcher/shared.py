"""What a forked process would share with its parent, or find held: sockets, and locks of files and of Python."""

import os
import sys

DESCRIPTORS = "/proc/self/fd"
FACTS = "/proc/self/fdinfo"
# Who reads on gains nothing, and a message has a limit.
MOST = 100
MOST_TEXT = 1024


def sockets(own):
    """What each open socket but the launcher's `own` is connected or bound to, by descriptor."""
    found = {}
    for number in _numbers():
        if number != own and _target(number).startswith("socket:"):
            found[number] = _describe(number)
    return found


def locked_files():
    """The paths of files that this process has locked, by descriptor."""
    return {number: _target(number)[-MOST_TEXT:] for number in _numbers() if _is_locked(number)}


def held_locks():
    """Names of locks of Python that are held, as far as a module outside of the standard library has them by name."""
    thread = sys.modules["_thread"]
    kinds = type(thread.allocate_lock()), type(thread.RLock())
    names = []
    for module_name, module in list(sys.modules.items()):
        held = (name for name, value in _globals(module) if type(value) in kinds and _is_held(value))
        names += ["%s.%s" % (module_name, name) for name in held]
    return [name[:MOST_TEXT] for name in names[:MOST]]


def _globals(module):
    # Whatever else is in `sys.modules` may run code when it is asked.
    return list(vars(module).items()) if type(module) is type(sys) and not _is_standard(module) else ()


def _is_standard(module):
    from .places import is_inner

    name = vars(module).get("__file__")
    return not isinstance(name, str) or is_inner(name)


def _is_held(lock):
    return repr(lock).startswith("<locked")


def _numbers():
    try:
        return sorted(map(int, os.listdir(DESCRIPTORS)))[:MOST]
    except OSError:
        return []


def _target(number):
    try:
        return os.readlink("%s/%d" % (DESCRIPTORS, number))
    except OSError:
        # It was that of the listing, or another thread has closed it.
        return ""


def _is_locked(number):
    try:
        with open("%s/%d" % (FACTS, number)) as facts:
            return any(line.startswith("lock:") for line in facts)
    except OSError:
        return False


def _describe(number):
    from socket import AF_INET, AF_INET6, socket

    try:
        # A copy, since whatever is made of a number closes it.
        with socket(fileno=os.dup(number)) as copy:
            if copy.family not in (AF_INET, AF_INET6):
                return "a socket of this machine"
            return _address(copy)
    except OSError as error:
        return "a socket (%s)" % error


def _address(socket):
    try:
        return "the socket to %s:%d" % socket.getpeername()[:2]
    except OSError:
        return "the socket at %s:%d" % socket.getsockname()[:2]
