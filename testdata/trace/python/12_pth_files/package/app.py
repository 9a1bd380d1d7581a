import extra_one


def handler(event, context):
    return event
