from .tests import helper


def check():
    pass
