def handler(event, context):
    return {"when": object()}
