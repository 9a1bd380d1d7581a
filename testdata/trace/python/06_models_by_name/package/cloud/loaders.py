import os

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')


def load(name):
    with open(os.path.join(ROOT, name, 'service.json')) as file:
        return file.read()
