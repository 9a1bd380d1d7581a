import importlib

_TABLE = {'First': 'first', 'Second': '.second', 'Third': 'third'}


def __getattr__(name):
    if name in _TABLE:
        return getattr(importlib.import_module(_TABLE[name], __name__), name)
    raise AttributeError(name)
