"""Runs an OpenWhisk action: one parameter, and what the platform says of an activation in the environment."""

import os

import main__

MAIN = getattr(main__, os.environ["__OW_MAIN"])


def handler(event, context):
    for name, value in (context.client_context or {}).get("openwhisk", {}).items():
        os.environ["__OW_" + name.upper()] = value
    return MAIN(event)
