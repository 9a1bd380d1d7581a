"""How values are written for other processes: by name, or by an object with `name`, `dumps` and `loads`."""

import sys

PLAIN = (str, int, float, bool, type(None))


def find(codec):
    """The name, the function that makes bytes and the one that reads them; none where the native part has both."""
    if codec in ("msgpack", "bytes"):
        return codec, None, None
    if codec == "json":
        return "json", _json_dumps, _json_loads
    if codec == "pickle":
        import pickle

        # What one interpreter has pickled another may not have the classes for.
        return "pickle " + sys.implementation.cache_tag, pickle.dumps, pickle.loads
    if isinstance(codec, str):
        raise ValueError("codec is msgpack, json, bytes, pickle or an object, not %r" % codec)
    return "own " + codec.name, codec.dumps, codec.loads


def _json_dumps(value):
    import json

    _check(value)
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _json_loads(data):
    import json

    return json.loads(data)


def _check(value):
    """Refuses what JSON would give back as something else, a tuple as a list for one."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError("JSON has no key that is a %s" % type(key).__qualname__)
            _check(item)
    elif kind is list:
        for item in value:
            _check(item)
    elif kind not in PLAIN:
        raise TypeError("a %s has no form in JSON" % kind.__qualname__)
