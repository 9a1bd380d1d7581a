def handler(event, context):
    return b'{"looks": "like JSON"}'
