import sys


def handler(event, context):
    print("begin")
    print("found 3 rows", file=sys.stderr)
    print("end")
