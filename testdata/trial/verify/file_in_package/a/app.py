import os


def handler(event, context):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "log.txt"), "a") as file:
        file.write("x")
