"""Parameters and secrets, with a client in place of boto3's."""

import importlib.util
import time
import unittest

NATIVE = importlib.util.find_spec("headstart") and importlib.util.find_spec("headstart._native")
if NATIVE:
    import headstart


class Client:
    """Answers as boto3's clients do."""

    def __init__(self):
        self.asked = []
        self.is_down = False

    def get_parameter(self, **request):
        return {"Parameter": {"Value": self._answer(request)}}

    def get_secret_value(self, **request):
        if request["SecretId"] == "binary":
            return {"SecretBinary": b"\x00\x01"}
        return {"SecretString": self._answer(request)}

    def _answer(self, request):
        self.asked.append(request)
        if self.is_down:
            raise ConnectionError("no route")
        return '{"number": %d}' % len(self.asked)


@unittest.skipUnless(NATIVE, "the native part is not installed")
class Readers(unittest.TestCase):
    def test_a_parameter_is_read_once(self):
        client = Client()
        for _ in range(3):
            self.assertEqual(headstart.parameter("/app/url", client=client), '{"number": 1}')
        self.assertEqual(headstart.parameter("/app/url", client=client, transform="json"), {"number": 2})
        headstart.parameter("/app/url", client=client, decrypt=False)
        self.assertEqual(client.asked[0], {"Name": "/app/url", "WithDecryption": True})
        self.assertEqual(client.asked[2], {"Name": "/app/url", "WithDecryption": False})
        self.assertEqual(headstart.parameter("/app/url", client=Client()), '{"number": 1}')

    def test_what_one_client_may_read_another_is_not_given(self):
        class Meta:
            region_name, endpoint_url = "eu-central-1", "https://secretsmanager.eu-central-1.amazonaws.com"

        clients = [Client(), Client()]
        for number, client in enumerate(clients):
            client.meta = Meta
            client.get_secret_value = lambda SecretId, number=number: {"SecretString": "account %d" % number}
        values = [headstart.secret("db", client=client) for client in clients]
        self.assertEqual(values, ["account 0", "account 1"])

    def test_a_secret_is_read_once_and_ends(self):
        client = Client()
        values = [headstart.secret("db", client=client, ttl="30ms", transform="json") for _ in range(3)]
        self.assertEqual(values, [{"number": 1}] * 3)
        time.sleep(0.05)
        self.assertEqual(headstart.secret("db", client=client, ttl="30ms", transform="json"), {"number": 2})
        headstart.secret("db", client=client, stage="AWSPREVIOUS")
        self.assertEqual(client.asked[-1], {"SecretId": "db", "VersionStage": "AWSPREVIOUS"})
        self.assertEqual(headstart.secret("binary", client=client), b"\x00\x01")

    def test_an_old_value_stands_in_while_the_service_is_down(self):
        client = Client()
        value = headstart.secret("db", client=client, ttl="10ms")
        time.sleep(0.03)
        client.is_down = True
        self.assertEqual(headstart.secret("db", client=client, ttl="10ms"), value)
        with self.assertRaises(ConnectionError):
            headstart.secret("other", client=client)

    def test_no_snapshot_holds_them(self):
        from headstart._cache import options, readers

        client = Client()
        headstart.secret("db", client=client, ttl="2h")
        cache = readers._caches["secretsmanager", "2h", "1h"]
        self.assertEqual(len(cache), 1)
        options.before_snapshot()
        self.assertEqual(len(cache), 0)


if __name__ == "__main__":
    unittest.main()
