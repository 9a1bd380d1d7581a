import pandas


def handler(event, context):
    frame = pandas.DataFrame({"kind": ["a", "b", "a"], "value": [1.0, 2.0, 4.0]})
    return frame.groupby("kind")["value"].sum().to_dict()
