import slow

from package.inner import leaf
import spaced.module

try:
    import not_there
except ImportError:
    not_there = None


def handler(event, context):
    import late

    return [slow.NAME, leaf.NAME, spaced.module.NAME, not_there, late.NAME]
