"""Runs the function as a plain start would: imports the entry, then gives it the events."""

import atexit
import codecs
import importlib
import json
import os
import sys
from types import SimpleNamespace


# What was handed to functions that do not tell any more what they were given.
recorded = {"exit": [], "codecs": []}


def record(owner, name, kind, position):
    original = getattr(owner, name)

    def recording(*arguments, **named):
        result = original(*arguments, **named)
        recorded[kind].append(arguments[position])
        return result

    recording.__name__, recording.__qualname__ = name, name
    recording.__module__, recording.__doc__ = original.__module__, original.__doc__
    setattr(owner, name, recording)


def run(order, between):
    """Calls `between("init")` after the import and `between("events")` at the end; the results."""
    record(atexit, "register", "exit", 0)
    record(codecs, "register", "codecs", 0)
    record(codecs, "register_error", "codecs", 1)
    sys.path[:0] = order["path"]
    os.chdir(order["package"])
    module, _, attribute = order["entry"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), attribute)
    between("init")
    results = []
    for path in order["events"]:
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
        results.append(answer(handler, event))
    between("events")
    return results


def answer(handler, event):
    """What the handler makes of an event, as text that can be compared."""
    context = SimpleNamespace(aws_request_id="1", get_remaining_time_in_millis=lambda: 30000)
    try:
        result = handler(event, context)
        if hasattr(result, "__await__"):
            import asyncio

            result = asyncio.run(wait_for(result))
        return json.dumps(result, sort_keys=True)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


async def wait_for(awaitable):
    return await awaitable
