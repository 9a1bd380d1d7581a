# Served from elsewhere.


def handler(event, context):
    helper(event)


def helper(event):
    raise KeyError("no key in " + __file__)
