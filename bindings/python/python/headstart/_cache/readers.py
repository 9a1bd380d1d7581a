"""Parameters and secrets of AWS, read once and kept: in this process alone, in no snapshot, and anew after a restore."""

import json
import threading

from .cache import Cache

_caches = {}
_clients = {}
_making = threading.Lock()


def parameter(name, *, ttl="5m", stale_on_error="1h", decrypt=True, transform=None, client=None):
    """A parameter of the Systems Manager's Parameter Store.

    `ttl`: for how long it is kept. `stale_on_error`: for how long after that it is served where reading it fails.
    `decrypt`: whether a secure string is decrypted. `transform`: "json" reads the text; default: the text itself.
    `client`: a client of boto3's; default: one is made at first use, with boto3's own configuration.
    """

    def read():
        found = _client("ssm", client).get_parameter(Name=name, WithDecryption=decrypt)
        return _transformed(found["Parameter"]["Value"], transform)

    # Two clients may read with the rights of two accounts.
    key = (client, name, decrypt, transform)
    return _cache("ssm", ttl, stale_on_error).get_or_compute(key, read)


def secret(name, *, ttl="5m", stale_on_error="1h", stage=None, version=None, transform=None, client=None):
    """A secret of the Secrets Manager: text, or bytes for a binary one.

    `stage`, `version`: which version of it; default: the current one. The others are those of `parameter`.
    """

    def read():
        which = {"VersionStage": stage, "VersionId": version}
        which = {name: value for name, value in which.items() if value is not None}
        found = _client("secretsmanager", client).get_secret_value(SecretId=name, **which)
        return _transformed(found["SecretString"] if "SecretString" in found else found["SecretBinary"], transform)

    # Two clients may read with the rights of two accounts.
    key = (client, name, stage, version, transform)
    return _cache("secretsmanager", ttl, stale_on_error).get_or_compute(key, read)


def _transformed(value, transform):
    if transform is None:
        return value
    if transform == "json":
        return json.loads(value)
    raise ValueError("transform is json or None, not %r" % (transform,))


def _cache(service, ttl, stale_on_error):
    made = _caches.get((service, ttl, stale_on_error))
    if made is None:
        made = Cache(
            "headstart " + service, ttl=ttl, stale_on_error=stale_on_error, refresh_on_restore=True, no_snapshot=True
        )
        made = _caches.setdefault((service, ttl, stale_on_error), made)
    return made


def _client(service, client):
    if client is not None:
        return client
    import os

    # A child that was forked must not share its parent's connections.
    key = (os.getpid(), service)
    if key not in _clients:
        try:
            import boto3
        except ImportError as error:
            raise ImportError("boto3 is needed to read this: install it, or hand over client=") from error
        # What boto3 shares between clients is not made for threads.
        with _making:
            if key not in _clients:
                _clients[key] = boto3.client(service)
    return _clients[key]


def forget_clients():
    """Drops connections and credentials, which no snapshot may hold and none that was restored may use."""
    _clients.clear()
