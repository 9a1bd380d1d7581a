"""What functions find on AWS Lambda: the root logger, numbers of DynamoDB, the context."""

import unittest

from support import Package, Worker, jsontext

ON_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}


class Logs(unittest.TestCase):
    APP = """
        import io, sys
        import logging
        {more}
        logging.getLogger().setLevel("INFO")

        def handler(event, context):
            sys.stdout, kept = io.StringIO(), sys.stdout
            logging.getLogger("mine").info("said %s", event)
            sys.stdout, said = kept, sys.stdout
            return [said.getvalue(), len(logging.getLogger().handlers), type(logging.__loader__).__name__]
    """

    def logged(self, more="", environment=ON_LAMBDA):
        with Package(self.APP.format(more=more)) as package, Worker() as worker:
            worker.specialize(package.path, environment=environment)
            return worker.invoke(7, context=b'{"request_id":"r-1"}')

    def test_a_record_has_level_time_and_request(self):
        said, handlers, loader = self.logged()
        self.assertRegex(said, r"^\[INFO\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tr-1\tsaid 7\n$")
        self.assertEqual((handlers, loader), (1, "SourceFileLoader"))

    def test_basic_config_finds_a_handler(self):
        self.assertEqual(self.logged("logging.basicConfig()")[1], 1)

    def test_elsewhere_nothing_is_set_up(self):
        self.assertEqual(self.logged(environment={})[:2], ["", 0])

    def test_the_platform_names_a_level(self):
        app = "import logging\ndef handler(event, context):\n    return logging.getLogger().level\n"
        with Package(app) as package, Worker() as worker:
            worker.specialize(package.path, environment=dict(ON_LAMBDA, AWS_LAMBDA_LOG_LEVEL="DEBUG"))
            self.assertEqual(worker.invoke(), 10)


class Numbers(unittest.TestCase):
    def test_decimals_are_numbers_where_they_stay_the_same(self):
        from decimal import Decimal

        for text, number in (("3", b"3"), ("1.10", b"1.1"), ("-0.25", b"-0.25"), ("1E+2", b"100"), ("1e-300", b"1e-300")):
            self.assertEqual(jsontext.dumps(Decimal(text)), number)
        for text in ("NaN", "Infinity", "0.1234567890123456789", "1E+999999999", "12345678901234567.5"):
            with self.assertRaises(TypeError):
                jsontext.dumps(Decimal(text))


class Contexts(unittest.TestCase):
    def test_what_the_caller_says_has_attributes(self):
        app = """
            import os
            def handler(event, context):
                client, identity = context.client_context, context.identity
                return [
                    client and [client.custom, client.client and client.client.app_title, client.env, client["custom"]],
                    [identity.cognito_identity_id, identity.cognito_identity_pool_id, bool(identity)],
                    [context.invoked_function_arn, context.tenant_id, context.function_version, context.log_group_name],
                    os.environ.get("_X_AMZN_TRACE_ID"),
                ]
        """
        with Package(app) as package, Worker() as worker:
            worker.specialize(package.path, environment={"AWS_LAMBDA_FUNCTION_VERSION": "7"})
            text = (
                b'{"client_context":{"custom":{"a":1},"client":{"app_title":"t"}},"trace_id":"Root=1",'
                b'"identity":{"cognitoIdentityId":"i"},"invoked_function_arn":"arn","tenant_id":"x"}'
            )
            told = worker.invoke(context=text)
            self.assertEqual(told[0], [{"a": 1}, "t", None, {"a": 1}])
            self.assertEqual(told[1:], [["i", None, True], ["arn", "x", "7", None], "Root=1"])
            self.assertEqual(worker.invoke(), [None, [None, None, False], [None, None, "7", None], None])


if __name__ == "__main__":
    unittest.main()
