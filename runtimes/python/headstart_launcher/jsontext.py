"""JSON text to values and back.

The C parts of the standard library's json package are used directly: the package itself imports ``re`` and
``enum``, which costs more than the rest of the launcher. Where an interpreter has other C parts, the package
is used.
"""

import sys

# Of a whole number that is not text: those that a float may have.
MOST_DIGITS = 308
WHITE_SPACE = " \t\n\r"


def loads(data):
    """The value of UTF-8 JSON text; ValueError where it is none, NaN and infinities included."""
    text = str(data, "utf-8").strip(WHITE_SPACE)
    try:
        value, end = _scan(text, 0)
    except StopIteration as stop:
        raise ValueError("expected a value at character %s" % stop.value) from None
    if end != len(text):
        raise ValueError("something follows the value at character %d" % end)
    return value


def dumps(value):
    """UTF-8 JSON text, whatever the value's text holds: lone surrogates stand escaped.

    TypeError or ValueError where JSON has no form for the value.
    """
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        return _encode_ascii(value).encode()


def control(value):
    """JSON text for a control body, which every reader must understand: lone surrogates are replaced."""
    return _encode(value).encode("utf-8", "replace")


def _refuse_constant(name):
    raise ValueError("%s is not JSON" % name)


def _refuse_value(value):
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal) and value.is_finite() and value.adjusted() < MOST_DIGITS:
        number = int(value) if value == value.to_integral_value() else float(value)
        # A number that would be another one is no form for it.
        if decimal.Decimal(repr(number)) == value:
            return number
    raise TypeError("object of type %s is not JSON" % type(value).__name__)


class _ScannerSettings:
    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_refuse_constant)
    memo = {}


def _c_parts():
    import _json

    def encoder(quote):
        def encode(value):
            make = _json.make_encoder({}, _refuse_value, quote, None, ":", ",", False, False, False)
            return "".join(make(value, 0))

        return encode

    c_scan = _json.make_scanner(_ScannerSettings())

    def scan(text, start):
        try:
            return c_scan(text, start)
        except SystemError:
            # The scanner expects the module of its exception to be loaded, and has nothing to raise if not.
            import json.decoder  # noqa: F401

            return c_scan(text, start)

    parts = scan, encoder(_json.encode_basestring), encoder(_json.encode_basestring_ascii)
    sample = '{"a":[1,2.5,null,"\u00e9"]}'
    if parts[1](scan(sample, 0)[0]) != sample:
        raise ImportError("other C parts")
    return parts


def _package_parts():
    import json

    def encoder(ascii_only):
        settings = {"allow_nan": False, "separators": (",", ":"), "default": _refuse_value}
        return json.JSONEncoder(ensure_ascii=ascii_only, **settings).encode

    scan = json.JSONDecoder(parse_constant=_refuse_constant).scan_once
    return scan, encoder(False), encoder(True)


try:
    _scan, _encode, _encode_ascii = _c_parts()
except (ImportError, AttributeError, TypeError, ValueError):
    _scan, _encode, _encode_ascii = _package_parts()
