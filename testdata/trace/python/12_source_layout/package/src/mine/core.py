from .part import x
