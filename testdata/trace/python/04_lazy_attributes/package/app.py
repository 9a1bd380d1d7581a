import lazy
from lazy import Second
import attached


def handler(event, context):
    return lazy.First(attached.part.x, attached.function)
