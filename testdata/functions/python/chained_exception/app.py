def handler(event, context):
    try:
        return event["missing"]
    except KeyError as error:
        raise ValueError("the event has no such field") from error
