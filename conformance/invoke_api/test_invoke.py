"""Invocations by boto3: results, errors, logs, types, throttles."""

import base64
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from server import Case, ENVIRONMENT, NODE, Server, archive, python


class Invoke(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create(cls, "f")

    def call(self, event, name="f", **more):
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        return answer, json.load(answer["Payload"])

    def test_a_result_with_its_log(self):
        answer, body = self.call({"a": 1}, LogType="Tail")
        self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
        self.assertNotIn("FunctionError", answer)
        self.assertEqual(body["event"], {"a": 1})
        self.assertEqual(body["arn"], self.client.get_function(FunctionName="f")["Configuration"]["FunctionArn"])
        self.assertEqual(body["request"], answer["ResponseMetadata"]["RequestId"])
        log = base64.b64decode(answer["LogResult"]).decode()
        self.assertRegex(log, r"^START RequestId: \S+ Version: \$LATEST\nevent \['a'\]\nEND RequestId: ")
        self.assertRegex(log, r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB")

    def test_every_way_to_name_it(self):
        arn = self.client.get_function(FunctionName="f")["Configuration"]["FunctionArn"]
        for name in ["f", "f:$LATEST", arn, "000000000000:function:f", "arn:aws:lambda:eu-west-1:123456789012:function:f"]:
            self.assertEqual(self.call({}, name)[0]["StatusCode"], 200, name)
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="none")
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="f", Qualifier="7")
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="f:live")
        self.fails("InvalidParameterValueException", self.client.invoke, FunctionName="f:1", Qualifier="2")

    def test_an_exception_is_an_error_of_the_function(self):
        answer, body = self.call({"do": "raise"})
        self.assertEqual((answer["StatusCode"], answer["FunctionError"]), (200, "Unhandled"))
        self.assertEqual((body["errorType"], body["errorMessage"]), ("ValueError", "no rows"))
        self.assertRegex(body["stackTrace"][0], r'^  File ".*app.py", line \d+, in handler\n    raise ValueError')
        self.create("node-f", archive({"index.js": NODE}), Runtime="nodejs", Handler="index.handler")
        answer, body = self.call({"do": "raise"}, "node-f")
        self.assertEqual((answer["FunctionError"], body["errorType"]), ("Unhandled", "TypeError"))
        self.assertEqual(body["trace"][0], "TypeError: no rows")
        self.assertRegex(body["trace"][1], r"^    at .*index\.js:\d+:\d+")

    def test_an_exit_a_timeout_and_a_missing_module(self):
        _, body = self.call({"do": "exit"})
        self.assertEqual(body["errorType"], "Runtime.ExitError")
        self.create("slow", Timeout=1)
        _, body = self.call({"do": "sleep", "seconds": 5}, "slow")
        self.assertEqual(body["errorType"], "Sandbox.Timedout")
        self.assertRegex(body["errorMessage"], r"^RequestId: \S+ Error: Task timed out after 1.00 seconds$")
        self.create("missing", archive({"app.py": "import none_such"}))
        _, body = self.call({}, "missing")
        self.assertEqual(body["errorType"], "Runtime.ImportModuleError")
        self.assertIn("Unable to import module 'app': No module named 'none_such'", body["errorMessage"])
        self.create("handler", Handler="app.other")
        self.assertEqual(self.call({}, "handler")[1]["errorType"], "Runtime.HandlerNotFound")

    def test_a_dry_run_runs_nothing(self):
        self.assertEqual(self.client.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"], 204)
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="none", InvocationType="DryRun")

    def test_an_event_runs_later(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "written")
            event = json.dumps({"do": "write", "path": path})
            answer = self.client.invoke(FunctionName="f", InvocationType="Event", Payload=event)
            self.assertEqual((answer["StatusCode"], answer["Payload"].read()), (202, b""))
            self.assertTrue(soon(lambda: os.path.exists(path)))
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="none", InvocationType="Event")

    def test_payloads_have_limits(self):
        too_large = "RequestTooLargeException"
        self.fails(too_large, self.client.invoke, FunctionName="f", Payload=json.dumps("x" * (6 << 20)))
        large = json.dumps("x" * (1 << 20))
        self.fails(too_large, self.client.invoke, FunctionName="f", InvocationType="Event", Payload=large)
        content = "InvalidRequestContentException"
        self.fails(content, self.client.invoke, FunctionName="f", Payload=b'{"a":')
        self.fails(content, self.client.invoke, FunctionName="f", InvocationType="Event", Payload=b"{")
        self.fails(content, self.client.invoke, FunctionName="f", ClientContext="!")
        _, body = self.call({"x": "y" * (4 << 20)})
        self.assertEqual(len(body["event"]["x"]), 4 << 20)

    def test_what_a_client_says_of_itself_arrives(self):
        context = base64.b64encode(json.dumps({"custom": {"a": "1"}}).encode()).decode()
        self.assertEqual(self.call({}, ClientContext=context)[1]["client"], {"custom": {"a": "1"}})

    def test_a_stream_carries_result_and_error(self):
        stream = lambda event: list(
            self.client.invoke_with_response_stream(FunctionName="f", Payload=json.dumps(event), LogType="Tail")["EventStream"]
        )
        chunk, complete = stream({"a": 1})
        self.assertEqual(json.loads(chunk["PayloadChunk"]["Payload"])["event"], {"a": 1})
        self.assertIn(b"END RequestId", base64.b64decode(complete["InvokeComplete"]["LogResult"]))
        (failed,) = stream({"do": "raise"})
        self.assertEqual(failed["InvokeComplete"]["ErrorCode"], "Unhandled")
        self.assertIn("no rows", failed["InvokeComplete"]["ErrorDetails"])


class Throttled(Case):
    arguments = ("--concurrency", "20")

    def busy(self, name, count, **more):
        event = json.dumps({"do": "sleep", "seconds": 2})
        pool = concurrent.futures.ThreadPoolExecutor(count)
        self.addCleanup(pool.shutdown)
        running = [pool.submit(self.client.invoke, FunctionName=name, Payload=event, **more) for _ in range(count)]
        time.sleep(1)
        return running

    def test_a_reservation_is_a_limit(self):
        self.create("reserved")
        self.client.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=1)
        running = self.busy("reserved", 1)
        answer = self.fails("TooManyRequestsException", self.client.invoke, FunctionName="reserved")
        self.assertEqual(answer["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded")
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 429)
        self.assertEqual(running[0].result()["StatusCode"], 200)
        self.client.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=0)
        self.fails("TooManyRequestsException", self.client.invoke, FunctionName="reserved")
        self.client.delete_function_concurrency(FunctionName="reserved")
        self.assertEqual(self.client.invoke(FunctionName="reserved")["StatusCode"], 200)
        too_many = self.client.put_function_concurrency
        self.fails("InvalidParameterValueException", too_many, FunctionName="reserved", ReservedConcurrentExecutions=19)

    def test_all_functions_together_have_a_limit(self):
        self.create("many", MemorySize=256)
        running = self.busy("many", 20)
        answer = self.fails("TooManyRequestsException", self.client.invoke, FunctionName="many")
        self.assertEqual(answer["Reason"], "ConcurrentInvocationLimitExceeded")
        self.assertEqual({it.result()["StatusCode"] for it in running}, {200})


class Token(Case):
    arguments = ("--token", "conformance-token")

    def test_a_token_is_asked_for(self):
        self.fails("UnrecognizedClientException", self.client.list_functions)
        known = self.server.client("conformance-token")
        self.assertEqual(known.list_functions()["Functions"], [])
        request = urllib.request.Request(self.server.address + "/metrics")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        self.assertEqual(refused.exception.code, 403)
        request.add_header("Authorization", "Bearer conformance-token")
        self.assertIn(b"# EOF", urllib.request.urlopen(request).read())
        self.assertEqual(urllib.request.urlopen(self.server.address + "/healthz").status, 200)


class Signed(Case):
    arguments = ("--access-key", "AKIDCONFORMANCE")
    variables = {"HEADSTART_SECRET_KEY": "conformance/secret+key"}

    def test_what_is_signed_passes_and_nothing_else(self):
        self.fails("UnrecognizedClientException", self.client.list_functions)
        forged = self.server.client("AKIDCONFORMANCE", "another/secret+key")
        self.fails("InvalidSignatureException", forged.list_functions)
        self.fails("InvalidSignatureException", forged.invoke, FunctionName="signed", Payload=b"{}")
        known = self.server.client("AKIDCONFORMANCE", "conformance/secret+key")
        self.create("signed", client=known, Publish=True)
        # Paths and queries with characters that are written in another way.
        known.create_alias(FunctionName="signed", Name="live", FunctionVersion="1")
        for name in ("signed", "signed:live", "arn:aws:lambda:us-east-1:000000000000:function:signed:1"):
            answer = known.invoke(FunctionName=name, Payload=json.dumps({"n": name}), LogType="Tail")
            self.assertEqual(json.load(answer["Payload"])["event"], {"n": name})
        listed = known.list_versions_by_function(FunctionName="signed", MaxItems=1)
        known.list_versions_by_function(FunctionName="signed", MaxItems=1, Marker=listed["NextMarker"])
        stream = known.invoke_with_response_stream(FunctionName="signed", Payload=b"{}")["EventStream"]
        self.assertTrue(any("InvokeComplete" in event for event in stream))
        request = urllib.request.Request(self.server.address + "/2015-03-31/functions/signed", method="DELETE")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDCONFORMANCE/x, SignedHeaders=host, Signature=00")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        self.assertEqual(refused.exception.code, 403)
        known.delete_function(FunctionName="signed")

    def test_the_aws_cli_signs_too(self):
        keys = {"AWS_ACCESS_KEY_ID": "AKIDCONFORMANCE", "AWS_SECRET_ACCESS_KEY": "conformance/secret+key"}
        aws = [sys.executable, "-m", "awscli", "--endpoint-url", self.server.address, "lambda", "list-functions"]
        told = subprocess.run(aws, capture_output=True, text=True, env={**ENVIRONMENT, **keys})
        self.assertEqual((told.returncode, json.loads(told.stdout or "{}")), (0, {"Functions": []}), told.stderr)


def soon(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


if __name__ == "__main__":
    unittest.main()
