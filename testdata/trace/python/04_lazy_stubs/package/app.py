import pictures
from pictures import colours


def handler(event, context):
    return pictures.filters.blur(pictures.load(colours.red))
