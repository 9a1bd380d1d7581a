import os
import sys
import time


def handler(event, context):
    if event["how"] == "exit":
        sys.exit(3)
    return event["how"]
