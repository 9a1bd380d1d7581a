import sealed
from box import inner


def handler(event, context):
    return event
