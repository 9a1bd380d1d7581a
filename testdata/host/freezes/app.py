"""Does what the event says: one function for the tests of freezing."""
import os
import subprocess
import sys
import threading
import time
import types

# What the package `headstart` registers with, without the package.
hooks = types.ModuleType("headstart._hooks")
hooks.registry, hooks.epoch, hooks.woken_ns = {}, None, None
sys.modules["headstart._hooks"] = hooks

count = 0
told = []
asked = {}


def note(name):
    def hook():
        told.append(name)
        what = asked.get(name)
        if what == "hang":
            time.sleep(60)
        elif what == "die":
            os.kill(os.getpid(), 9)
        elif what == "raise":
            raise ValueError(name)
        elif what:
            with open(what, "a") as file:
                file.write(name)

    hook.__name__ = hook.__qualname__ = name
    return hook


for kind in ("before_freeze", "after_thaw", "shutdown"):
    hooks.registry[kind] = [note(kind + "_1"), note(kind + "_2")]


def spin():
    while True:
        pass


def handler(event, context):
    global count
    count += 1
    asked.update(event.get("hooks", {}))
    time.sleep(event.get("seconds", 0))
    pids = [os.getpid()]
    if event.get("spin"):
        threading.Thread(target=spin, daemon=True).start()
        for new_session in (False, True):
            command = [sys.executable, "-c", "while True: pass"]
            pids.append(subprocess.Popen(command, start_new_session=new_session).pid)
    return {
        "pid": os.getpid(),
        "pids": pids,
        "count": count,
        "told": told,
        "epoch": hooks.epoch,
        "woken_ns": hooks.woken_ns,
        "late_ns": time.time_ns() - (hooks.woken_ns or 0),
    }
