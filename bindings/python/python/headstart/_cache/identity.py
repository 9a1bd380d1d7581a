"""What tells a function from others, so that no two that may differ share values on the node."""

import os
import sys

PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))
# How deep defaults may be nested.
DEEPEST = 20


class Unknown(Exception):
    """It depends on an object that cannot be told from others in another process."""


def of_function(function):
    """Its name, and text that is another where its code, its defaults, what it closes over or its file is another."""
    code = getattr(function, "__code__", None)
    name = "%s.%s" % (getattr(function, "__module__", None), getattr(function, "__qualname__", repr(type(function))))
    if code is None or hasattr(function, "__self__"):
        raise Unknown("%s is no function with code of its own, or is bound to an object" % name)
    parts = (
        sys.implementation.cache_tag,
        _file(code.co_filename),
        _code(code),
        _plain(function.__defaults__, name),
        _plain(function.__kwdefaults__, name),
        [_plain(_content(cell), name) for cell in function.__closure__ or ()],
    )
    return name, repr(parts)


def _file(path):
    try:
        found = os.stat(path)
    except OSError:
        # The same text may stand among other globals.
        raise Unknown("its code is in no file: %s" % path) from None
    return os.path.abspath(path), found.st_size, found.st_mtime_ns


def _code(code):
    constants = [_constant(constant) for constant in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_flags


def _constant(constant):
    if hasattr(constant, "co_code"):
        return _code(constant)
    if isinstance(constant, frozenset):
        # Its order is another in every process.
        return sorted(map(repr, constant))
    if isinstance(constant, tuple):
        return [_constant(item) for item in constant]
    return type(constant).__name__, constant


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _plain(value, name, depth=0):
    kind = type(value)
    if depth > DEEPEST:
        raise Unknown("%s depends on an object that is nested too deeply" % name)
    if kind in (tuple, list):
        return kind.__name__, [_plain(item, name, depth + 1) for item in value]
    if kind is dict:
        return [(_plain(key, name, depth + 1), _plain(item, name, depth + 1)) for key, item in value.items()]
    if kind in PLAIN:
        return kind.__name__, value
    raise Unknown("%s depends on an object of type %s" % (name, kind.__qualname__))
