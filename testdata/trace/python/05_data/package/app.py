import json
import os
import pkgutil
from importlib import resources
from pathlib import Path

import shapes

HERE = os.path.dirname(__file__)
with open(os.path.join(HERE, 'settings.json')) as file:
    SETTINGS = json.load(file)
TEXT = pkgutil.get_data('loose', 'data/a.txt')
MORE = resources.files('loose').joinpath('docs', 'page.md').read_text()
READ = (Path(__file__).parent / 'docs' / 'own.md').read_text()


def handler(event, context):
    return event
