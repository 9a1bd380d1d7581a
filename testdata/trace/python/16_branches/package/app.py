import contextlib
import os
import sys
import typing
from typing import TYPE_CHECKING

try:
    import fast
except ImportError:
    import slow
try:
    import absent
except ModuleNotFoundError:
    absent = None
with contextlib.suppress(ImportError):
    import absent_too
if TYPE_CHECKING:
    import types_only
if typing.TYPE_CHECKING:
    import types_only
else:
    import at_run_time
if sys.version_info >= (3, 11):
    import new
else:
    import old
if sys.version_info[0] == 2:
    import oldest
if sys.platform == "win32":
    import windows
elif os.name == "posix":
    import posixly
if os.environ.get("FLAG"):
    import flagged
else:
    import unflagged


def handler(event, context):
    import inside

    return inside


class Kept:
    import in_class


if __name__ == "__main__":
    import as_program
