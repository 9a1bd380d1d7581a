import fast._core

def handler(event, context):
    return event
