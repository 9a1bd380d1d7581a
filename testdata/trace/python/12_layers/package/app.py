import layered
import deep_layered
import shadowed


def handler(event, context):
    return event
