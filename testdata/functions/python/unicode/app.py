def handler(event, context):
    print(event["text"])
    return event["text"][::-1]
