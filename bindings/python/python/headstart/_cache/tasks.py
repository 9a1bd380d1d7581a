"""Asking for values as a task: nothing holds the event loop's thread while another computes."""

import asyncio
import time

from .warning import tell_of_failure

#: How often it is looked whether another process is done.
LOOK_EVERY = 0.005

_refreshing = set()


async def obtain(begin, compute, wait):
    """The value that `begin()` asks for, computed by `await compute()` where it is to be computed here."""
    deadline = time.monotonic() + wait
    kind = "again"
    while kind == "again":
        step = begin()
        kind = step.kind
        if kind == "wait":
            kind = await _landed(step, deadline)
    if kind == "refresh":
        task = asyncio.ensure_future(_refresh(step, compute))
        _refreshing.add(task)
        task.add_done_callback(_refreshing.discard)
        return step.value
    if kind == "compute":
        try:
            kind = await _claim(step, deadline)
        except BaseException:
            # Whoever keeps the exception would keep the others waiting.
            step.release()
            raise
    if kind == "value":
        return step.value
    return await _compute(step, compute)


async def _landed(step, deadline):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def wake():
        try:
            loop.call_soon_threadsafe(_end, ended)
        except RuntimeError:
            # The loop was closed: nobody waits any more.
            pass

    if step.on_end(wake):
        try:
            await asyncio.wait_for(ended, max(0, deadline - time.monotonic()))
        except asyncio.TimeoutError:
            pass
    kind = step.look()
    if kind == "wait":
        step.compute_anyway()
        return "alone"
    return kind


def _end(future):
    if not future.done():
        future.set_result(None)


async def _claim(step, deadline):
    while True:
        kind = step.claim()
        if kind != "busy":
            return kind
        if time.monotonic() >= deadline:
            step.compute_anyway()
            return "alone"
        await asyncio.sleep(LOOK_EVERY)


async def _compute(step, compute):
    try:
        value = await compute()
    except Exception as error:
        return step.fail(error)
    except BaseException:
        step.release()
        raise
    return step.complete(value)


async def _refresh(step, compute):
    try:
        if step.claim() == "compute":
            step.complete(await compute())
    except Exception:
        # The old value stands; who comes when it is good no longer has the error.
        tell_of_failure()
    finally:
        step.release()
