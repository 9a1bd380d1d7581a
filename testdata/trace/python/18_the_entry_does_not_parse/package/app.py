import helper

def handler(event context):
    return event
