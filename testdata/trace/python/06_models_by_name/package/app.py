import cloud

STORE = cloud.client('store')


def handler(event, context):
    return event
