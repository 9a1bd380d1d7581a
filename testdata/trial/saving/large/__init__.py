from . import slow
import shared
