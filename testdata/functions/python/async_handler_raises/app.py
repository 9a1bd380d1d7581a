async def handler(event, context):
    raise LookupError("not here")
