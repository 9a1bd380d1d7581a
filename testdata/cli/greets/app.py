import sys


def handler(event, context):
    print("to standard output")
    print("to standard error", file=sys.stderr)
    return {"message": "Hello, %s!" % event["name"]}


def fails(event, context):
    print("before it fails")
    return refuse(event)


def refuse(event):
    raise ValueError("no name in the event")
