import importlib

import lib


def handler(event, context):
    return importlib.import_module(event['plugin']).run(lib.used())
