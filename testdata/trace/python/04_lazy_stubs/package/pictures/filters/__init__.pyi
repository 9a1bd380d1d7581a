from ._blur import blur
from ._edge import edge
