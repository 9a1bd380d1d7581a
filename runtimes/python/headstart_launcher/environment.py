"""Gives the process what its function expects: environment, time zone, locale, directory, paths."""

import os
import sys
import time

LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


def enter(order, preload_path, changed=None):
    """Applies a `specialize`; a failure where it cannot be done. `changed`: what imports have set, or taken away."""
    try:
        if order.get("environment") is not None:
            _replace(order["environment"], changed or {})
        os.chdir(order["path"])
    except (OSError, ValueError) as error:
        from . import failures

        return failures.make("function.import_failed", "the process cannot be put right: %s" % error, error)
    _set_path(order["path"], preload_path)
    return None


def _replace(variables, changed):
    before = _locale_settings()
    os.environ.clear()
    os.environ.update(variables)
    for name, value in changed.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    time.tzset()
    if _locale_settings() != before:
        _set_locale()


def _locale_settings():
    return [os.environ.get(name) for name in LOCALE_VARIABLES]


def _set_locale():
    # Without a locale the interpreter keeps the UTF-8 one that it chose at its start (PEP 538).
    chosen = next(filter(None, _locale_settings()), "C")
    if chosen in ("C", "POSIX"):
        return
    import _locale

    try:
        _locale.setlocale(_locale.LC_CTYPE, "")
    except _locale.Error:
        # As at the interpreter's start, a locale that the machine lacks is no error.
        pass


def _set_path(package, preload_path):
    if preload_path is not None and sys.path[:1] == [preload_path]:
        del sys.path[0]
    # A zygote may have looked here before the package was there.
    sys.path_importer_cache.pop(package, None)
    python_path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [package] + [entry for entry in python_path if entry and entry not in sys.path]
