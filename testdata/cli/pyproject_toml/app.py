import os


def handler(event, context):
    return [context.function_name, context.memory_limit_in_mb, os.environ["STAGE"]]
