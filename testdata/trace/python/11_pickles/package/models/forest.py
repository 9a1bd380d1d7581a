from . import branch
