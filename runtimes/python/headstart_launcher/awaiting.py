"""One event loop for everything that user code awaits, so that its clients live on between invocations."""

import asyncio
import warnings

_used = None


def event_loop():
    """The loop that user code set while it was imported, else one of our own; never a closed one."""
    global _used
    with warnings.catch_warnings():
        # Versions differ on whether asking for a loop that is not there is deprecated.
        warnings.simplefilter("ignore")
        try:
            loop = asyncio.get_event_loop()
        except RuntimeError:
            loop = None
    if loop is None or loop.is_closed():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    _used = loop
    return loop


def run(awaitable):
    """What the awaitable comes to."""
    return event_loop().run_until_complete(_whole(awaitable))


async def _whole(awaitable):
    return await awaitable


def close():
    """Cancels what still runs on the loop and closes it."""
    loop = _used
    if loop is None or loop.is_closed() or loop.is_running():
        return
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
