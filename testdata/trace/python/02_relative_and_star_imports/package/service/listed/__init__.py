__all__ = ['first']
__all__ += ['second']
