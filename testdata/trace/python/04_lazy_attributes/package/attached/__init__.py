import lazy_loader as loader

__getattr__, __dir__, __all__ = loader.attach(__name__, submodules=['part', 'never'], submod_attrs={'_functions': ['function'], '_unused': ['unused']})
