"""The peer's arm: the handler is found and called as awslambdaric does it; lines as those of the plain arm."""
import json
import os
import sys
import time

PEER, package, entry = sys.argv[1:4]
sys.path[0] = package
sys.path.append(PEER)
os.chdir(package)
os.environ["LAMBDA_TASK_ROOT"] = package

from awslambdaric import bootstrap
from awslambdaric.lambda_context import LambdaContext


def say(text):
    rest = memoryview(b"\n\x1e" + text.encode() + b"\n")
    while rest:
        rest = rest[os.write(1, rest):]


handler = bootstrap._get_handler(entry)
say("ready")
event = json.loads(sys.stdin.readline())
context = LambdaContext("1", None, None, int(time.time() * 1000) + 30000)
say(bootstrap.to_json(handler(event, context)))
sys.stdin.readline()
