import importlib
from importlib import import_module

ROOT = "steps"
import_module("steps.constant")
importlib.import_module(".relative", "steps")
import_module(name=ROOT + ".joined")
__import__("steps.builtin")
importlib.util.find_spec("steps.asked")


def handler(event, context):
    import_module(f"kinds.kind_{event['kind']}")
    import_module("kinds.%s_end" % event["kind"])
    import_module("top_" + event["kind"])
    import_module(event["plugin"])
    __import__(event["other"])
    return import_module(event["kind"] + ".handlers")
