"""A function as it runs anywhere: nothing in it is of Headstart."""

import json
import logging

logging.getLogger().setLevel("INFO")


def handler(event, context):
    """Answers a request of API Gateway with what it was asked."""
    name = (event.get("queryStringParameters") or {}).get("name", "world")
    logging.info("greeting %s", name)
    body = json.dumps({"greeting": "hello " + name, "request": context.aws_request_id})
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}
