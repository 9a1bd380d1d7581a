"""The hooks that user code registers. A host's launcher reads `registry`; without a host nothing does."""

registry = {}

#: Grows by one at every restore from a snapshot; 0 before the first.
epoch = 0
#: The wall clock at the last thaw or restore, in nanoseconds since 1970; 0 before the first.
woken_ns = 0


def _decorator(kind, doc):
    def register(function):
        if not callable(function):
            raise TypeError("a hook is a function, not %r" % (function,))
        registry.setdefault(kind, []).append(function)
        return function

    register.__name__ = register.__qualname__ = kind
    register.__doc__ = doc
    return register


prewarm = _decorator("prewarm", "Runs when an instance is made ready before a request needs it.")
before_freeze = _decorator("before_freeze", "Runs before an instance is frozen, last registered first.")
after_thaw = _decorator("after_thaw", "Runs after a frozen instance gets its CPU back.")
before_snapshot = _decorator("before_snapshot", "Runs before a snapshot is taken, last registered first.")
after_restore = _decorator("after_restore", "Runs after a restore from a snapshot.")
shutdown = _decorator("shutdown", "Runs when the host ends the instance.")
