"""Caches of results: in the process, and in files that all workers of one user on a machine share."""

from .cache import Cache
from .cached import cached

__all__ = ["Cache", "cached"]
