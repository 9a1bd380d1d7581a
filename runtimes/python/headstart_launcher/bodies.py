"""Control bodies: JSON objects with the fields of their kind.

A rule is a function from a JSON value to whether it has the right form. A field is (rule, required).
"""

from . import jsontext
from .frames import ProtocolError


def _text(value):
    return type(value) is str


def _unsigned(bits):
    most = (1 << bits) - 1
    return lambda value: type(value) is int and 0 <= value <= most


def _signed(value):
    return type(value) is int and -(1 << 31) <= value < 1 << 31


def _list(rule):
    return lambda value: type(value) is list and all(map(rule, value))


def _object(**fields):
    return lambda value: type(value) is dict and first_wrong(value, fields) is None


def _boolean(value):
    return type(value) is bool


def _texts_by_text(value):
    return type(value) is dict and all(map(_text, value.values()))


def _role(value):
    return value in ("worker", "zygote")


def first_wrong(value, fields):
    """The name of the first field that is missing or has another form, if there is one."""
    for name, (rule, required) in fields.items():
        field = value.get(name)
        if required if field is None else not rule(field):
            return name
    return None


_U32, _U64 = _unsigned(32), _unsigned(64)
_TEXTS = _list(_text)
_PRELOAD = _object(modules=(_TEXTS, True), path=(_text, False), paths=(_TEXTS, False), tell=(_boolean, False))
_LIMITS = _object(memory=(_U64, False))
_IMAGE = _object(path=(_text, True), stamp=(_text, False))
_PARK = _object(socket=(_text, True), stdout=(_text, True), stderr=(_text, True))
_WAKE = {"wall_clock_ns": (_U64, True), "epoch": (_U64, True)}

# What a host says; what a worker says is in `answers`, which only tests need.
FIELDS = {
    "welcome": {
        "version": (_U32, True),
        "role": (_role, True),
        "max_payload": (_U32, True),
        "preload": (_PRELOAD, False),
        "places": (_boolean, False),
    },
    "specialize": {
        "function": (_text, True),
        "path": (_text, True),
        "entry": (_text, True),
        "environment": (_texts_by_text, False),
        "limits": (_LIMITS, False),
        "image": (_IMAGE, False),
    },
    "fork": {"spare": (_boolean, False), "role": (_role, False), "preload": (_PRELOAD, False)},
    "before_snapshot": {"park": (_PARK, False)},
    "after_thaw": _WAKE,
    "after_restore": _WAKE,
    "shutdown": {"grace_us": (_U64, True)},
}


def answers():
    """The fields of what a worker says."""
    failure = {
        "code": (_text, True),
        "message": (_text, True),
        "type": (_text, False),
        "trace": (_TEXTS, False),
        "module": (_text, False),
        "hook": (_text, False),
    }
    phases = dict.fromkeys(("launcher", "preload", "import", "hooks"), (_U64, False))
    ready = {"state": (_text, True), "timings_us": (_object(**phases), False), "warnings": (_TEXTS, False)}
    ready["image"] = (_boolean, False)
    module = _object(name=(_text, True), places=(_TEXTS, True))
    ready["loaded"] = (_object(path=(_TEXTS, True), modules=(_list(module), True), environment=(_TEXTS, True)), False)
    ready["preload_failed"] = ready["hooks_failed"] = (_list(_object(**failure)), False)
    ready["opened"] = (_list(_object(descriptor=(_U32, True), place=(_text, True))), False)
    culprit = _object(module=(_text, False), thread=(_text, False), place=(_text, False))
    hello = dict.fromkeys(("runtime", "runtime_version", "launcher"), (_text, True))
    hello.update(versions=(_list(_U32), True), pid=(_U32, True), entered_ns=(_U64, True))
    return {
        "hello": hello,
        "ready": ready,
        "failure": failure,
        "forked": {"pid": (_U32, True)},
        "refused": {"code": (_text, True), "message": (_text, True), "culprits": (_list(culprit), False)},
        "log": {"level": (_text, True), "message": (_text, True), "hook": (_text, False)},
        "exited": {"pid": (_U32, True), "code": (_signed, False), "signal": (_signed, False)},
    }


def decode(kind, body, request=0, fields=None):
    """The fields of a control body that are not null; fails with `protocol.bad_body`."""
    try:
        value = jsontext.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("protocol.bad_body", "the body of %s is not JSON: %s" % (kind, error), request) from None
    if type(value) is not dict:
        raise ProtocolError("protocol.bad_body", "the body of %s is not an object" % kind, request)
    wrong = first_wrong(value, (FIELDS if fields is None else fields).get(kind, {}))
    if wrong is not None:
        text = "field %r of %s is missing or has another form" % (wrong, kind)
        raise ProtocolError("protocol.bad_body", text, request)
    return {name: field for name, field in value.items() if field is not None}
