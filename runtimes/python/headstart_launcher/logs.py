"""The root logger as AWS Lambda sets it up, for functions that run there: one handler, with level, time and request id.

Nothing is imported for it: it is set up when the function imports `logging`, before anybody else can add a handler.
"""

import os
import sys

from . import context

FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
TIME = "%Y-%m-%dT%H:%M:%S"
MODULE = "logging"
LEVEL = "AWS_LAMBDA_LOG_LEVEL"

_installed = False


def install():
    """To be called before the function is imported; a second call does nothing."""
    global _installed
    if _installed:
        return
    _installed = True
    if MODULE in sys.modules:
        _set_up()
    else:
        sys.meta_path.insert(0, _Waiting())


class _Waiting:
    """Stands before the finders until the module is asked for."""

    def find_spec(self, name, path=None, target=None):
        """The module as the other finders find it, with its set-up behind it."""
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        if getattr(spec.loader, "exec_module", None) is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Another loader, and then the set-up."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        """As the other does."""
        return self._loader.create_module(spec)

    def exec_module(self, module):
        """The same, and nothing of this is left in the module."""
        self._loader.exec_module(module)
        module.__loader__ = module.__spec__.loader = self._loader
        _set_up()


def _set_up():
    import time

    logging = sys.modules[MODULE]

    class Handler(logging.Handler):
        """Writes to whatever standard output is."""

        def emit(self, record):
            """Writes a record with the request that is handled."""
            current = context.current
            record.aws_request_id = "" if current is None else current.request_id
            sys.stdout.write(self.format(record))

    handler = Handler()
    formatter = logging.Formatter(FORMAT, TIME)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get(LEVEL)
    if level in logging._nameToLevel:
        root.setLevel(level)
