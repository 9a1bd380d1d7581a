"""Does what the event says: one function for many tests of the host."""
import os
import random
import sys
import time
import uuid

count = 0


def descriptors():
    """What every open descriptor refers to, without numbers; the one that lists them is closed by then."""
    kinds = []
    for number in os.listdir("/proc/self/fd"):
        try:
            kinds.append(os.readlink("/proc/self/fd/" + number).split(":")[0])
        except FileNotFoundError:
            pass
    return sorted(kinds)


def handler(event, context):
    global count
    count += 1
    what = event.get("do")
    if what == "sleep":
        time.sleep(event["seconds"])
    elif what == "spin":
        while True:
            pass
    elif what == "die":
        os.kill(os.getpid(), 9)
    elif what == "flood":
        while True:
            os.write(1, b"x" * 65536)
    elif what == "die_later":
        if os.fork() == 0:
            time.sleep(0.05)
            os.kill(os.getppid(), 9)
            os._exit(0)
    elif what == "print":
        print(event["text"])
    elif what == "child":
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        return {"child": pid}
    return {
        "pid": os.getpid(),
        "count": count,
        "parent": os.getppid(),
        "random": [random.random(), str(uuid.uuid4())],
        "descriptors": descriptors(),
        "modules": "json.tool" in sys.modules,
        "request_id": context.aws_request_id,
        "environment": dict(os.environ),
    }
