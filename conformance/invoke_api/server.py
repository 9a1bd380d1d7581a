"""A `headstart serve` of its own for each class of tests, and what they make functions of."""

import io
import os
import re
import subprocess
import tempfile
import time
import unittest
import zipfile

import boto3
from botocore.config import Config

HEADSTART = os.environ["CONFORMANCE_HEADSTART"]
ROLE = "arn:aws:iam::000000000000:role/any"
ENVIRONMENT = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

PYTHON = '''
import os, sys, time

def handler(event, context):
    print("event", sorted(event))
    what = event.get("do")
    if what == "raise":
        raise ValueError("no rows")
    if what == "exit":
        os._exit(3)
    if what == "sleep":
        time.sleep(event["seconds"])
    if what == "write":
        with open(event["path"], "a") as file:
            file.write("x")
        if event.get("fails"):
            raise ValueError("again")
    return {
        "pid": os.getpid(),
        "version": os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        "greeting": os.environ.get("GREETING"),
        "client": context.client_context,
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "event": event,
        "code": CODE,
    }
'''

NODE = '''
exports.handler = async (event) => {
  if (event.do === 'raise') throw new TypeError('no rows');
  return { version: process.version, event };
};
'''


def archive(files):
    """A zip archive with these texts."""
    bytes_ = io.BytesIO()
    with zipfile.ZipFile(bytes_, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if text.startswith("#!") else 0o644) << 16
            file.writestr(entry, text)
    return bytes_.getvalue()


def python(code=1):
    return archive({"app.py": PYTHON + "\nCODE = %d\n" % code})


class Server:
    """The program, until it is stopped."""

    def __init__(self, state, *arguments, **variables):
        self._log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [HEADSTART, "serve", "--listen", "127.0.0.1:0", "--drain", "5s", *arguments],
            stdin=subprocess.DEVNULL,
            stderr=self._log,
            env={**ENVIRONMENT, "HEADSTART_STATE_DIR": state, **variables},
        )
        self.address = self._wait()

    def _wait(self):
        for _ in range(600):
            found = re.search(r"on (http://\S+)", self.log())
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError("the server does not start: " + self.log())

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def client(self, key="any", secret="any"):
        return boto3.client(
            "lambda",
            endpoint_url=self.address,
            region_name="eu-west-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 0}, read_timeout=60, max_pool_connections=80),
        )

    def stop(self):
        self.process.terminate()
        try:
            code = self.process.wait(20)
        finally:
            self.process.kill()
        self._log.close()
        return code


class Case(unittest.TestCase):
    """Tests that share a server."""

    arguments = ()
    variables = {}

    @classmethod
    def setUpClass(cls):
        cls.state = tempfile.TemporaryDirectory(prefix="headstart-conformance-")
        cls.addClassCleanup(cls.state.cleanup)
        cls.server = Server(cls.state.name, *cls.arguments, **cls.variables)
        cls.addClassCleanup(lambda: cls.server.stop())
        cls.client = cls.server.client()

    def create(self, name, code=None, client=None, **more):
        given = {"Runtime": "python3", "Handler": "app.handler", "Timeout": 20, **more}
        return (client or self.client).create_function(
            FunctionName=name, Role=ROLE, Code={"ZipFile": code or python()}, **given
        )

    def fails(self, error, call, **arguments):
        """The answer to a call that has to fail with this error."""
        with self.assertRaises(self.client.exceptions.ClientError) as raised:
            call(**arguments)
        answer = raised.exception.response
        self.assertEqual(answer["Error"]["Code"], error, answer)
        modelled = getattr(self.client.exceptions, error, None)
        if modelled:
            self.assertIsInstance(raised.exception, modelled)
        return answer
