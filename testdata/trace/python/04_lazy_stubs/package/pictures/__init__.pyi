from . import colours, filters, never
from ._io import load, save
from ._never import nothing
