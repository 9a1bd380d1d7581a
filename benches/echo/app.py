"""A function that answers its event."""


def handler(event, context):
    return event
