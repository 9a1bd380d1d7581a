from .cache import Cache as Cache
from .cached import cached as cached

__all__ = ["Cache", "cached"]
