import importlib

SETTINGS = {"backends": ["backends.fast.Backend", "backends.slow"], "text": "not.a.module"}


def handler(event, context):
    return [importlib.import_module(name) for name in SETTINGS["backends"]]
