import large
import shared


def handler(event, context):
    return shared.value
