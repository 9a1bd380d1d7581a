import os
import sys
import time


def handler(event, context):
    if event["how"] == "exit":
        os._exit(3)
    return event["how"]
