"""Many requests while functions are updated and workers killed: no wrong reply, every error one that the API has."""

import concurrent.futures
import json
import os
import random
import signal
import threading

import unittest
import urllib.request

import botocore.exceptions
from server import Case, python

REQUESTS = int(os.environ.get("CONFORMANCE_REQUESTS", "2000"))
CONNECTIONS = 64
# What a killed worker, and a server that has no more places, are told as.
FUNCTION_ERRORS = {"Runtime.ExitError"}
SERVICE_ERRORS = {"TooManyRequestsException"}


class Turmoil(Case):
    arguments = ("--concurrency", "64")

    def test_nothing_is_lost_or_mixed_up(self):
        self.create("t", Publish=True, MemorySize=256)
        self.client = self.server.client()
        over = threading.Event()
        helpers = [threading.Thread(target=self.update, args=(over,)), threading.Thread(target=self.kill, args=(over,))]
        for helper in helpers:
            helper.start()
        try:
            with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
                outcomes = list(pool.map(self.one, range(REQUESTS)))
        finally:
            over.set()
            for helper in helpers:
                helper.join()
        told = {}
        for outcome in outcomes:
            told[outcome] = told.get(outcome, 0) + 1
        print(told)
        self.assertLessEqual(set(told), {"ok"} | FUNCTION_ERRORS | SERVICE_ERRORS)
        self.assertGreater(told["ok"], REQUESTS * 3 // 4)
        answer = self.client.invoke(FunctionName="t", Payload=b"{}")
        self.assertNotIn("FunctionError", answer)

    def one(self, number):
        try:
            name = "t:1" if number % 4 == 0 else "t"
            answer = self.client.invoke(FunctionName=name, Payload=json.dumps({"number": number}))
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]
        body = json.load(answer["Payload"])
        if "FunctionError" in answer:
            return body["errorType"]
        self.assertEqual(body["event"], {"number": number})
        self.assertEqual(body["version"], answer["ExecutedVersion"])
        self.assertEqual(body["request"], answer["ResponseMetadata"]["RequestId"])
        self.assertGreaterEqual(body["code"], 1)
        if name == "t:1":
            self.assertEqual(body["code"], 1)
        return "ok"

    def update(self, over):
        code = 1
        while not over.wait(0.3):
            code += 1
            self.client.update_function_code(FunctionName="t", ZipFile=python(code))

    def kill(self, over):
        while not over.wait(0.2):
            state = json.load(urllib.request.urlopen(self.server.address + "/_headstart/state"))
            versions = [version for function in state["functions"] for version in function["versions"]]
            pids = [worker["pid"] for version in versions for worker in version["workers"]]
            for pid in random.sample(pids, min(1, len(pids))):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


if __name__ == "__main__":
    unittest.main()
