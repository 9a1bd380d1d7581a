import datetime
import logging
import os
import random
import tempfile
import time
import uuid

logging.basicConfig(format="%(asctime)s %(process)d %(message)s", level=logging.INFO)


def handler(event, context):
    begun = time.time()
    logging.info("request %s from %s", context.aws_request_id, __file__)
    print("object", object(), "took %.6f s" % (time.time() - begun))
    print("random", random.random())
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write("kept")
    with open(os.path.join(tempfile.gettempdir(), "fixed.txt"), "w") as file:
        file.write("fixed")
    return {
        "file": __file__,
        "temporary": tempfile.gettempdir(),
        "id": str(uuid.uuid4()),
        "at": "%d rows at %s" % (event["n"], datetime.datetime.now().isoformat()),
        "n": event["n"],
    }
