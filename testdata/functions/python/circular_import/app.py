from other import value

number = 1

def handler(event, context):
    return event
