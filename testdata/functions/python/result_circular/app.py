def handler(event, context):
    event["self"] = event
    return event
