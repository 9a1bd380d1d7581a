"""Does what the event says: one function for the tests of snapshots."""
import fcntl
import os
import random
import secrets
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import types
import uuid

# What the package `headstart` registers with, without the package.
hooks = types.ModuleType("headstart._hooks")
hooks.registry, hooks.epoch, hooks.woken_ns = {}, None, None
sys.modules["headstart._hooks"] = hooks

count = 0
told = []
kept = []
asked = {}
# Seeds OpenSSL's generator, and others, before the snapshot.
drawn = (random.random(), ssl.RAND_bytes(8), uuid.uuid4(), tempfile.mktemp())


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

    hook.__name__ = hook.__qualname__ = name
    return hook


for kind in ("prewarm", "before_snapshot", "after_restore", "shutdown"):
    hooks.registry[kind] = [note(kind + "_1"), note(kind + "_2")]


def wait_for_ever():
    threading.Event().wait()


# What a snapshot takes along, or refuses: asked for by the environment, since there is no event before a snapshot.
WANTED = os.environ.get("WANTED", "")
if WANTED == "thread":
    threading.Thread(target=wait_for_ever, daemon=True).start()
elif WANTED == "server":
    kept.append(socket.create_server(("127.0.0.1", 0)))
elif WANTED == "child":
    kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"]))
elif WANTED == "pair":
    kept.extend(socket.socketpair())
elif WANTED == "lock":
    kept.append(open(__file__))
    fcntl.flock(kept[0], fcntl.LOCK_EX)
elif WANTED.startswith("hook:"):
    _, name, what = WANTED.split(":")
    asked[name] = what


def randomness():
    values = {
        "random": random.random(),
        "uuid4": str(uuid.uuid4()),
        "secrets": secrets.token_hex(8),
        "ssl": ssl.RAND_bytes(8).hex(),
        "tempfile": tempfile.mktemp(),
    }
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        values["numpy"] = float(numpy.random.random())
    return values


if WANTED == "numpy":
    import numpy

    numpy.random.random()


def handler(event, context):
    global count
    count += 1
    if event.get("print"):
        print("out", event["print"], flush=True)
        print("err", event["print"], file=sys.stderr, flush=True)
    if event.get("exit") is not None:
        os._exit(event["exit"])
    if event.get("kill"):
        os.kill(os.getpid(), event["kill"])
    if event.get("orphan"):
        subprocess.run(["sh", "-c", "sleep 100 & echo"], start_new_session=True, stdout=subprocess.DEVNULL)
    time.sleep(event.get("seconds", 0))
    return {
        "pid": os.getpid(),
        "self": int(os.readlink("/proc/self")),
        "native_id": (threading.get_native_id(), threading.main_thread().native_id),
        "threads": threading.active_count(),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "count": count,
        "told": told,
        "epoch": hooks.epoch,
        "late_ns": time.time_ns() - (hooks.woken_ns or 0),
        "randomness": randomness(),
    }
