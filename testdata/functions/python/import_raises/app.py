import json

SETTINGS = json.loads('{"limit": 3}')
if SETTINGS["limit"] < 5:
    raise RuntimeError("the limit is too low")
