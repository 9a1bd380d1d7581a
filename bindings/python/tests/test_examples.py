"""The examples that need the installed package."""

import http.server
import importlib.util
import json
import os
import sys
import tempfile
import threading
import unittest

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    from headstart import Host

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples")
BOTO3 = '''
import os

class Client:
    def get_secret_value(self, SecretId):
        with open(os.environ["LOG"], "a") as log:
            log.write("secret\\n")
        return {"SecretString": SecretId + " of the test"}

def client(service):
    return Client()
'''


class Rates(http.server.BaseHTTPRequestHandler):
    """The service that the example asks."""

    asked = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"EUR": 1.07, "USD": 1.25}')

    def log_message(self, *_):
        pass


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Examples(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def read(self, *path):
        with open(os.path.join(EXAMPLES, *path)) as file:
            return json.load(file)

    def test_one_worker_asks_and_the_others_find_what_it_was_told(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rates)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        with open(os.path.join(self.directory, "boto3.py"), "w") as file:
            file.write(BOTO3)
        log = os.path.join(self.directory, "log")
        environment = {
            "LOG": log,
            "RATES_URL": "http://127.0.0.1:%d" % server.server_port,
            "HEADSTART_CACHE_DIR": os.path.join(self.directory, "cache"),
            # The package as it is installed here, and the stand-in for boto3.
            "PYTHONPATH": os.pathsep.join([self.directory, *filter(None, sys.path[1:])]),
        }
        event, expected = self.read("python-cache", "event.json"), self.read("python-cache", "expected.json")
        for _ in range(2):
            with Host(os.path.join(self.directory, "state")) as host:
                function = host.register(
                    os.path.join(EXAMPLES, "python-cache"), interpreter=sys.executable, environment=environment
                )
                for _ in range(2):
                    reply = host.invoke(function, event)
                    self.assertEqual((reply.value, reply.stderr), (expected, b""))
        self.assertEqual(Rates.asked, [("/CHF", "Bearer rates-token of the test")])
        with open(log) as file:
            self.assertEqual(file.read(), "secret\n")


if __name__ == "__main__":
    unittest.main()
