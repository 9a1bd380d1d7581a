"""Makes a forked process a worker of its own, or a zygote."""

import gc
import os
import sys

from . import randomness
from .channel import Channel
from .descriptors import PassingChannel
from .session import Session


def begin(parent_channel, passed, collects):
    """Own session, own output, own socket, own randomness; the child's channel, in state stem."""
    socket = _separate(passed)
    if collects:
        gc.enable()
    return Channel(socket, Session("stem"), parent_channel.max_payload)


def begin_zygote(parent_channel, passed):
    """The same for a zygote, which is about to preload."""
    return PassingChannel(_separate(passed), Session("preloading", "zygote"), parent_channel.max_payload)


def _separate(passed):
    socket, stdout, stderr = passed
    # The parent's channel closed itself in the child, as in every process that is forked from here.
    os.setsid()
    for source, target in ((stdout, 1), (stderr, 2)):
        os.dup2(source, target)
        os.close(source)
    randomness.after_fork()
    _forget_event_loop()
    return socket


def _forget_event_loop():
    """Drops the parent's loop, whose descriptors the child shares; Python 3.12 and later do the same."""
    events = sys.modules.get("asyncio.events")
    if events is None:
        return
    policy = getattr(events, "_event_loop_policy", None)
    if hasattr(policy, "_local"):
        policy._local = type(policy._local)()
    events._set_running_loop(None)
