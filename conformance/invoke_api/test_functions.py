"""Functions made, changed, listed and deleted by boto3."""

import unittest

from server import Case, NODE, ROLE, Server, archive, python


class Functions(Case):
    def test_a_function_is_made_shown_and_deleted(self):
        made = self.create("made", Description="x", Environment={"Variables": {"GREETING": "hi"}}, Tags={"a": "1"})
        self.assertEqual(made["ResponseMetadata"]["HTTPStatusCode"], 201)
        self.assertEqual((made["State"], made["Version"], made["Timeout"]), ("Active", "$LATEST", 20))
        self.client.get_waiter("function_active_v2").wait(FunctionName="made")
        shown = self.client.get_function(FunctionName=made["FunctionArn"])
        self.assertEqual(shown["Configuration"]["CodeSha256"], made["CodeSha256"])
        self.assertEqual(shown["Tags"], {"a": "1"})
        configuration = self.client.get_function_configuration(FunctionName="made", Qualifier="$LATEST")
        self.assertEqual(configuration["Environment"]["Variables"], {"GREETING": "hi"})
        self.fails("ResourceConflictException", self.create, name="made")
        self.client.delete_function(FunctionName="made")
        self.fails("ResourceNotFoundException", self.client.get_function, FunctionName="made")

    def test_lists_come_in_pages(self):
        for number in range(5):
            self.create("list-%d" % number)
        pages = self.client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        self.assertEqual([name for name in names if name.startswith("list-")], ["list-%d" % n for n in range(5)])

    def test_code_and_configuration_are_changed(self):
        first = self.create("changed")
        self.assertEqual(self.invoke("changed")["code"], 1)
        updated = self.client.update_function_code(FunctionName="changed", ZipFile=python(2), RevisionId=first["RevisionId"])
        self.assertEqual(self.invoke("changed")["code"], 2)
        self.client.update_function_configuration(
            FunctionName="changed", Environment={"Variables": {"GREETING": "moin"}}, MemorySize=256
        )
        self.client.get_waiter("function_updated_v2").wait(FunctionName="changed")
        self.assertEqual(self.invoke("changed")["greeting"], "moin")
        self.fails(
            "PreconditionFailedException",
            self.client.update_function_code,
            FunctionName="changed",
            ZipFile=python(3),
            RevisionId=updated["RevisionId"],
        )
        self.client.update_function_code(FunctionName="changed", ZipFile=python(4), DryRun=True)
        self.assertEqual(self.invoke("changed")["code"], 2)

    def test_what_is_wrong_with_a_function_is_told(self):
        invalid = "InvalidParameterValueException"
        self.fails(invalid, self.create, name="bad", code=b"no zip")
        self.fails(invalid, self.create, name="bad", code=archive({"../app.py": ""}))
        self.fails(invalid, self.create, name="bad", Runtime="ruby3.3")
        self.fails(invalid, self.create, name="bad", Runtime="python3.99")
        self.fails(invalid, self.create, name="bad", MemorySize=129 * 1024)
        self.fails(invalid, self.create, name="bad", Layers=["arn:aws:lambda:eu-west-1:000000000000:layer:x:1"])
        self.fails(invalid, self.create, name="bad", Environment={"Variables": {"A1": "x" * 5000}})
        self.fails(invalid, self.create, name="a" * 65)
        with_bucket = {"S3Bucket": "bucket", "S3Key": "key"}
        self.fails(
            invalid,
            self.client.create_function,
            FunctionName="bad",
            Role=ROLE,
            Runtime="python3",
            Handler="app.handler",
            Code=with_bucket,
        )
        self.fails("ResourceNotFoundException", self.client.get_function, FunctionName="bad")

    def test_node_runs_too(self):
        self.create("node", archive({"index.js": NODE}), Runtime="nodejs", Handler="index.handler")
        self.assertEqual(self.invoke("node", b'{"a": 1}')["event"], {"a": 1})

    def test_tags_and_account(self):
        arn = self.create("tagged")["FunctionArn"]
        self.client.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
        self.client.untag_resource(Resource=arn, TagKeys=["a"])
        self.assertEqual(self.client.list_tags(Resource=arn)["Tags"], {"b": "2"})
        settings = self.client.get_account_settings()
        self.assertEqual(settings["AccountLimit"]["ConcurrentExecutions"], 1000)
        self.assertGreater(settings["AccountUsage"]["FunctionCount"], 0)

    def invoke(self, name, payload=b"{}"):
        import json

        answer = self.client.invoke(FunctionName=name, Payload=payload)
        body = json.load(answer["Payload"])
        self.assertNotIn("FunctionError", answer, body)
        return body


class Kept(Case):
    def test_a_server_that_is_started_again_has_what_there_was(self):
        self.create("kept", Publish=True)
        self.client.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
        self.client.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=3)
        self.client.put_provisioned_concurrency_config(
            FunctionName="kept", Qualifier="live", ProvisionedConcurrentExecutions=1
        )
        self.assertEqual(self.server.stop(), 0)
        type(self).server = Server(self.state.name)
        type(self).client = self.server.client()
        self.assertEqual(self.client.invoke(FunctionName="kept:live")["ExecutedVersion"], "1")
        self.assertEqual(self.client.get_function_concurrency(FunctionName="kept")["ReservedConcurrentExecutions"], 3)
        config = self.client.get_provisioned_concurrency_config(FunctionName="kept", Qualifier="live")
        self.assertEqual(config["RequestedProvisionedConcurrentExecutions"], 1)


if __name__ == "__main__":
    unittest.main()
