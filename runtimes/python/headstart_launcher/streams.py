"""The buffers of C's standard streams, which extension modules print to."""


def _find():
    try:
        import ctypes

        return ctypes.CDLL(None).fflush
    except (ImportError, OSError, AttributeError):
        # Interpreters can be built without ctypes; there is no other way then.
        return None


_fflush = _find()


def flush_c_streams():
    """Writes out what stands in them, so that no child prints it again."""
    if _fflush is not None:
        _fflush(None)
