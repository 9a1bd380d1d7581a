def handler(event, context):
    print("about to fail")
    return divide(event["a"], event["b"])


def divide(a, b):
    return a / b
