"""The floor: the least that a function can do."""


def handler(event, context):
    """Greets whom the event names."""
    return {"greeting": "hello, %s" % event.get("name", "world")}
