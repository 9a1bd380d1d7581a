"""Exceptions as the protocol tells them. Imported when something has failed."""

import os

from . import frames, jsontext

DIRECTORY = os.path.dirname(os.path.abspath(__file__)) + os.sep
BOOT = os.path.join(os.path.dirname(DIRECTORY[:-1]), "boot.py")
MAX_MESSAGE = 16 << 10
MAX_LINE = 512
MAX_LINES = 128
MAX_CHAIN = 8


def make(code, message, error=None):
    """A failure with a message of our own."""
    failure = {"code": code, "message": message[:MAX_MESSAGE]}
    if error is not None:
        failure["type"] = type(error).__name__
    return failure


def of(code, error, **more):
    """A failure that tells of an exception; a MemoryError in a function has a code of its own."""
    if isinstance(error, MemoryError):
        _release(error)
        if code.startswith("function."):
            code = "function.out_of_memory"
    failure = make(code, _text(error), error)
    trace = _trace(error)
    if trace:
        failure["trace"] = trace
    failure.update(more)
    return failure


def import_code(error):
    """The code for an exception that an import raised."""
    if isinstance(error, SyntaxError) and not (error.filename or "<").startswith("<"):
        return "function.syntax_error"
    return "function.import_failed"


def has_user_frames(error):
    """Whether code other than the launcher's and the import system's was running."""
    return any(_is_user(name) for name, _, _ in _places(error.__traceback__))


def fit(ready):
    """Cuts the failures in a `ready` until it is within the limit of a control body."""
    lists = [ready[name] for name in ("preload_failed", "hooks_failed") if ready.get(name)]
    if len(jsontext.control(ready)) > frames.MAX_CONTROL:
        for failure in sum(lists, []):
            failure.pop("trace", None)
            failure["message"] = failure["message"][:MAX_LINE]
    while any(lists) and len(jsontext.control(ready)) > frames.MAX_CONTROL:
        for failures in lists:
            del failures[len(failures) // 2 :]


def _text(error):
    try:
        text = str(error)
    except Exception:
        text = "an exception whose text cannot be made"
    if not text and isinstance(error, MemoryError):
        return "no more memory could be had"
    return text[:MAX_MESSAGE]


def _release(error):
    """Frees what the failed frames hold, so that there is memory to tell of the failure."""
    walked = error.__traceback__
    while walked is not None:
        try:
            walked.tb_frame.clear()
        except RuntimeError:
            # It is still running.
            pass
        walked = walked.tb_next


def _trace(error):
    lines, seen, link = [], set(), None
    while error is not None and id(error) not in seen and len(seen) < MAX_CHAIN:
        seen.add(id(error))
        if link:
            lines.append("%s %s: %s" % (link, type(error).__name__, _text(error)))
        lines += _lines(error)
        error, link = _next(error)
    lines = [line[:MAX_LINE] for line in lines]
    if len(lines) > MAX_LINES:
        half = MAX_LINES // 2
        lines[half:-half] = ["... %d lines left out" % (len(lines) - 2 * half)]
    return lines


def _next(error):
    if error.__cause__ is not None:
        return error.__cause__, "caused by"
    if error.__context__ is not None and not error.__suppress_context__:
        return error.__context__, "raised while handling"
    return None, None


def _lines(error):
    lines = []
    for name, line, function in _places(error.__traceback__):
        if _is_user(name):
            lines.append('File "%s", line %d, in %s' % (name, line, function))
            lines += _source(name, line)
    if isinstance(error, SyntaxError) and error.filename:
        lines.append('File "%s", line %s' % (error.filename, error.lineno))
        lines += ["  " + error.text.strip()] if error.text else []
    return lines


def _places(walked):
    while walked is not None:
        code = walked.tb_frame.f_code
        yield code.co_filename, walked.tb_lineno or 0, code.co_name
        walked = walked.tb_next


def _is_user(name):
    return not (name.startswith(DIRECTORY) or name.startswith("<frozen importlib") or name == BOOT)


def _source(name, line):
    try:
        import linecache

        text = linecache.getline(name, line).strip()
    except Exception:
        # The source is a help only; memory may be short, or a loader broken.
        return []
    return ["  " + text] if text else []
