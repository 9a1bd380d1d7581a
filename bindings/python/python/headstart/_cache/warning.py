"""What is said of a cache that does less than it was asked for."""


#: So many texts of one cache.
MOST = 20


class Warned:
    """Warns of what a cache does not do, once for each text."""

    __slots__ = ("name", "told")

    def __init__(self, name):
        self.name = name
        self.told = set()

    def __call__(self, text):
        if text in self.told or len(self.told) >= MOST:
            return
        self.told.add(text)
        import warnings

        warnings.warn("headstart: %s: %s" % (self.name, text), RuntimeWarning, stacklevel=3)


def tell_of_failure():
    """Says that a value could not be computed anew, with the exception that is being handled."""
    import logging

    logging.getLogger("headstart.cache").warning("a cached value could not be computed anew", exc_info=True)
