import helper
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def handler(event, context):
    return getattr(helper, event["do"])(HERE, **event.get("with", {}))
