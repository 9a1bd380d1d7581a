import one
import absent.part
from . import sibling


def handler(event, context):
    return event
