import os
import tempfile


def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), event["name"])
    assert not os.path.exists(path)
    with open(path, "w") as file:
        file.write(event["name"] + event.get("more", ""))
