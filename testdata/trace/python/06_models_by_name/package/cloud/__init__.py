import os

from . import loaders


def client(name):
    return loaders.load(name)
