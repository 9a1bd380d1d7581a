"""A function as it is deployed on Lambda; `awslambdaric` runs it."""

import os
import time

from snapshot_restore_py import register_after_restore, register_before_snapshot

HOOKS = []
register_before_snapshot(HOOKS.append, "before")
register_after_restore(HOOKS.append, "after")


def handler(event, context):
    if "raise" in event:
        raise KeyError(event["raise"])
    if "sleep" in event:
        time.sleep(event["sleep"])
    return {
        "event": event,
        "id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "name": context.function_name,
        "custom": getattr(context.client_context, "custom", None),
        "left_ms": context.get_remaining_time_in_millis(),
        "hooks": HOOKS,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }


def broken(event, context):
    return {1, 2}
