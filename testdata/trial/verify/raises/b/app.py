def handler(event, context):
    raise ModuleNotFoundError("No module named 'values'", name="values")
