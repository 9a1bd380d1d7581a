"""Times and sizes as people write them."""

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def seconds(value, name):
    """Seconds of a number of them, of a `timedelta` or of text: `90`, `"90s"`, `"5m"`, `"1h"`, `"250ms"`, `"1d"`."""
    if value is None:
        return None
    if isinstance(value, str):
        value = _of_text(value, SECONDS, name)
    elif hasattr(value, "total_seconds"):
        value = value.total_seconds()
    value = float(value)
    if not 0 <= value < 2**53:
        raise ValueError("%s is a time of zero or more seconds, not %r" % (name, value))
    return value


def size(value, name):
    """Bytes of a number of them or of text: `4096`, `"64MiB"`, `"1GB"`."""
    value = _of_text(value, BYTES, name) if isinstance(value, str) else value
    if not 0 <= value < 2**63:
        raise ValueError("%s is a number of bytes, not %r" % (name, value))
    return int(value)


def _of_text(text, units, name):
    number = text.strip()
    unit = number.lstrip("0123456789.")
    try:
        return float(number[: len(number) - len(unit)]) * units[unit.strip()]
    except (KeyError, ValueError):
        known = ", ".join(units)
        raise ValueError("%s is a number with one of the units %s, not %r" % (name, known, text)) from None
