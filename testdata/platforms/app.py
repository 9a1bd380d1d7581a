"""A function of ours behind a platform: does what its event says."""

import os
import sys
import types

# What the package `headstart` registers with, without the package.
registered = types.ModuleType("headstart._hooks")
registered.registry, registered.epoch, registered.woken_ns = {}, None, None
sys.modules["headstart._hooks"] = registered
hooks = []
for kind in ("before_freeze", "after_thaw"):
    registered.registry[kind] = [lambda kind=kind: hooks.append(kind)]


def handler(event, context):
    print("handled")
    if "raise" in event:
        raise KeyError(event["raise"])
    http = event.get("requestContext", {}).get("http")
    if http:
        if event["rawPath"] == "/raise":
            raise KeyError("no")
        body = event["rawPath"] + event.get("body", "")
        return {"statusCode": 201, "headers": {"X-Method": http["method"]}, "body": body}
    told = {"event": event, "id": context.aws_request_id, "told": context.client_context}
    return dict(told, hooks=hooks, stage=os.environ.get("STAGE"))


def broken(event, context):
    return {"statusCode": "none"}
