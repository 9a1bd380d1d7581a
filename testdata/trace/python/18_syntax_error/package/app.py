import broken
import broken.old


def handler(event, context):
    return event
