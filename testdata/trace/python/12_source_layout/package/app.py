from mine import core


def handler(event, context):
    return event
