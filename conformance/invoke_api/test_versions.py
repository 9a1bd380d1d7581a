"""Versions, aliases and what is provisioned, by boto3 and by the AWS CLI."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from server import Case, ENVIRONMENT, ROLE, archive, python

# A runtime of its own, which knows of snapshots.
BOOTSTRAP = '''#!/usr/bin/env python3
import http.client, json, os
runtime, connection = "/2018-06-01/runtime/", http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def ask(method, path, body=None):
    connection.request(method, runtime + path, body)
    answer = connection.getresponse()
    return answer.headers, answer.read()

if os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start":
    ask("GET", "restore/next")
while True:
    headers, event = ask("GET", "invocation/next")
    path = "invocation/%s/response" % headers["Lambda-Runtime-Aws-Request-Id"]
    ask("POST", path, json.dumps({"event": json.loads(event)}))
'''


def takes_snapshots():
    """Whether snapshots can be taken here, of what has sockets too."""
    try:
        told = subprocess.run([os.environ.get("HEADSTART_CRIU", "criu"), "--version"], capture_output=True, text=True)
    except OSError:
        return False
    version = [int(part) for part in re.findall(r"\d+", told.stdout)[:2]]
    return os.getuid() == 0 and version >= [4, 2]


class Versions(Case):
    def version(self, name):
        answer = self.client.invoke(FunctionName=name)
        body = json.load(answer["Payload"])
        return answer["ExecutedVersion"], body["version"], body["code"]

    def test_versions_stay_what_they_were(self):
        self.create("v")
        first = self.client.publish_version(FunctionName="v", Description="one")
        self.assertEqual((first["Version"], first["Description"]), ("1", "one"))
        self.assertEqual(self.client.publish_version(FunctionName="v", Description="one")["Version"], "1")
        self.client.update_function_code(FunctionName="v", ZipFile=python(2))
        second = self.client.publish_version(FunctionName="v")
        self.assertEqual(second["Version"], "2")
        self.assertEqual(self.version("v:1"), ("1", "1", 1))
        self.assertEqual(self.version("v:2"), ("2", "2", 2))
        self.assertEqual(self.version("v"), ("$LATEST", "$LATEST", 2))
        listed = self.client.list_versions_by_function(FunctionName="v")["Versions"]
        self.assertEqual([version["Version"] for version in listed], ["$LATEST", "1", "2"])
        self.client.delete_function(FunctionName="v", Qualifier="1")
        self.fails("ResourceNotFoundException", self.client.invoke, FunctionName="v:1")
        self.fails("InvalidParameterValueException", self.client.publish_version, FunctionName="v", CodeSha256="other")

    def test_aliases_lead_to_versions(self):
        self.create("a", Publish=True)
        self.client.update_function_code(FunctionName="a", ZipFile=python(2), Publish=True)
        made = self.client.create_alias(FunctionName="a", Name="live", FunctionVersion="1")
        self.assertTrue(made["AliasArn"].endswith(":a:live"))
        self.assertEqual(self.version("a:live"), ("1", "1", 1))
        self.client.update_alias(FunctionName="a", Name="live", FunctionVersion="2")
        self.assertEqual(self.version("a:live"), ("2", "2", 2))
        weights = {"AdditionalVersionWeights": {"1": 0.5}}
        self.client.update_alias(FunctionName="a", Name="live", RoutingConfig=weights)
        self.assertEqual({self.version("a:live")[0] for _ in range(40)}, {"1", "2"})
        self.assertEqual(self.client.get_alias(FunctionName="a", Name="live")["RoutingConfig"], weights)
        self.fails("ResourceConflictException", self.client.delete_function, FunctionName="a", Qualifier="1")
        again = {"FunctionName": "a", "Name": "live", "FunctionVersion": "1"}
        self.fails("ResourceConflictException", self.client.create_alias, **again)
        self.fails("ResourceNotFoundException", self.client.create_alias, **{**again, "Name": "b", "FunctionVersion": "9"})
        self.fails("InvalidParameterValueException", self.client.create_alias, **{**again, "Name": "12"})
        self.assertEqual(len(self.client.list_aliases(FunctionName="a", FunctionVersion="2")["Aliases"]), 1)
        self.client.delete_alias(FunctionName="a", Name="live")
        self.fails("ResourceNotFoundException", self.client.get_alias, FunctionName="a", Name="live")

    def test_published_versions_start_from_snapshots(self):
        if not takes_snapshots():
            self.skipTest("no CRIU that takes snapshots of sockets, or not root")
        wanted = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Publish": True}
        custom = {"Runtime": "provided.al2023", "Handler": "any"}
        for name, code, more in (("own", None, {}), ("theirs", archive({"bootstrap": BOOTSTRAP}), custom)):
            made = self.create(name, code, **wanted, **more)
            self.assertEqual(made["SnapStart"], {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"})
            latest = self.client.get_function_configuration(FunctionName=name)
            self.assertEqual(latest["SnapStart"]["OptimizationStatus"], "Off")
            for number in ("1", "2"):
                self.snapshot(name, number)
                answer = self.client.invoke(FunctionName="%s:%s" % (name, number), Payload=json.dumps({"n": number}))
                self.assertNotIn("FunctionError", answer)
                self.assertEqual(json.load(answer["Payload"])["event"], {"n": number})
                if number == "1":
                    # Another version of the same code.
                    self.client.update_function_configuration(FunctionName=name, Description="two")
                    self.client.publish_version(FunctionName=name)
            # What the server tells is a moment old.
            time.sleep(1)
            versions = self.versions(name)
            self.assertEqual([versions[number]["snapshot"]["restores"] for number in ("1", "2")], [1, 1])
            self.assertEqual({it["tier"] for it in versions["1"]["workers"]}, {"snapshot"})
        never = self.client.update_function_configuration(FunctionName="own", SnapStart={"ApplyOn": "None"})
        self.assertEqual(never["SnapStart"]["ApplyOn"], "None")

    def versions(self, name):
        state = json.load(urllib.request.urlopen(self.server.address + "/_headstart/state"))
        functions = (it for it in state["functions"] if it["name"] == name)
        return {version["version"]: version for function in functions for version in function["versions"]}

    def snapshot(self, name, number):
        """Waits for the snapshot of a version."""
        for _ in range(300):
            if (self.versions(name).get(number) or {}).get("snapshot"):
                return
            time.sleep(0.1)
        raise AssertionError(self.server.log())

    def test_what_is_provisioned_is_held(self):
        self.create("p", Publish=True)
        named = {"FunctionName": "p", "Qualifier": "1"}
        self.fails("ProvisionedConcurrencyConfigNotFoundException", self.client.get_provisioned_concurrency_config, **named)
        put = self.client.put_provisioned_concurrency_config
        asked = put(**named, ProvisionedConcurrentExecutions=2)
        self.assertEqual(asked["ResponseMetadata"]["HTTPStatusCode"], 202)
        pids = self.ready("p", 2)
        answer = self.client.invoke(FunctionName="p:1", LogType="None")
        self.assertIn(json.load(answer["Payload"])["pid"], pids)
        os.kill(pids[0], signal.SIGKILL)
        again = self.ready("p", 2, without=pids[0])
        self.assertIn(pids[1], again)
        listed = self.client.list_provisioned_concurrency_configs(FunctionName="p")["ProvisionedConcurrencyConfigs"]
        self.assertEqual([it["Status"] for it in listed], ["READY"])
        self.client.delete_provisioned_concurrency_config(**named)
        self.fails(
            "InvalidParameterValueException",
            put,
            FunctionName="p",
            Qualifier="$LATEST",
            ProvisionedConcurrentExecutions=1,
        )

    def ready(self, name, count, without=None):
        """The processes that are held once there are so many."""
        for _ in range(200):
            config = self.client.get_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
            workers = self.versions(name).get("1", {"workers": []})["workers"]
            pids = [worker["pid"] for worker in workers if worker["state"] == "idle"]
            if config["Status"] == "READY" and len(pids) == count and without not in pids:
                return pids
            time.sleep(0.1)
        raise AssertionError((config, workers))


class CommandLine(Case):
    """The AWS CLI, which reads and writes files where boto3 has bytes."""

    def aws(self, *arguments, code=0):
        aws = [sys.executable, "-m", "awscli", "--endpoint-url", self.server.address, "lambda", *arguments]
        told = subprocess.run(aws, capture_output=True, text=True, env={**ENVIRONMENT, "AWS_MAX_ATTEMPTS": "1"})
        self.assertEqual(told.returncode, code, told.stderr)
        return json.loads(told.stdout) if told.stdout.strip() else told.stderr

    def test_a_function_from_its_making_to_its_end(self):
        with tempfile.TemporaryDirectory() as directory:
            package, out = os.path.join(directory, "f.zip"), os.path.join(directory, "out.json")
            with open(package, "wb") as file:
                file.write(python())
            named = ("--function-name", "cli")
            runtime = ("--runtime", "python3", "--handler", "app.handler", "--role", ROLE)
            made = self.aws("create-function", *named, *runtime, "--zip-file", "fileb://" + package, "--publish")
            self.assertEqual(made["Version"], "1")
            payload = ("--payload", '{"a": 1}')
            answer = self.aws("invoke", *named, *payload, "--log-type", "Tail", out)
            self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
            with open(out) as file:
                self.assertEqual(json.load(file)["event"], {"a": 1})
            self.aws("put-provisioned-concurrency-config", *named, "--qualifier", "1", "--provisioned-concurrent-executions", "1")
            self.aws("put-function-concurrency", *named, "--reserved-concurrent-executions", "0", code=255)
            self.aws("delete-provisioned-concurrency-config", *named, "--qualifier", "1")
            self.aws("put-function-concurrency", *named, "--reserved-concurrent-executions", "0")
            self.assertIn("TooManyRequestsException", self.aws("invoke", *named, out, code=255))
            self.aws("delete-function", *named)
            self.assertIn("ResourceNotFoundException", self.aws("get-function", *named, code=255))


if __name__ == "__main__":
    unittest.main()
