from . import names


def handler(event, context):
    return [names.NAME, __name__]
