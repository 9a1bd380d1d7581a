import space.one
from space import two
import space.deep.inner
import old.left
import old.right


def handler(event, context):
    return event
