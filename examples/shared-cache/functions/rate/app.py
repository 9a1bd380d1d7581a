"""Asks a slow service for a rate: stands for whatever is worth to be remembered."""

import time
import uuid


def handler(event, context):
    time.sleep(0.3)
    return {"pair": event["pair"], "rate": 1.08, "answer": str(uuid.uuid4())}
