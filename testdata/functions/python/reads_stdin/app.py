import sys


def handler(event, context):
    return sys.stdin.read()
