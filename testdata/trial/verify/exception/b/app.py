def handler(event, context):
    helper(event)


def helper(event):
    raise LookupError("no key in " + __file__)
