from . import errors as errors
from ._cache import Cache as Cache
from ._cache import cached as cached
from ._cache.readers import parameter as parameter
from ._cache.readers import secret as secret
from ._error import Error as Error
from ._hooks import after_restore as after_restore
from ._hooks import after_thaw as after_thaw
from ._hooks import before_freeze as before_freeze
from ._hooks import before_snapshot as before_snapshot
from ._hooks import prewarm as prewarm
from ._hooks import shutdown as shutdown
from ._host import Host as Host
from ._host import Reply as Reply

__version__: str
__all__ = [
    "Cache",
    "Error",
    "Host",
    "Reply",
    "after_restore",
    "after_thaw",
    "before_freeze",
    "before_snapshot",
    "cached",
    "errors",
    "parameter",
    "prewarm",
    "secret",
    "shutdown",
]
