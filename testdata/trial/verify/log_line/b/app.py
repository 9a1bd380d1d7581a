import sys


def handler(event, context):
    print("begin")
    print("found 4 rows", file=sys.stderr)
    print("end")
