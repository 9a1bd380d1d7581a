import frames
from arrays.testing import check

def handler(event, context):
    return event
