import sys

if sys.version_info < (3, 11):
    import backport
else:
    import tomllib


def handler(event, context):
    return event
