import collections
import re


def handler(event, context):
    words = re.findall(r"\w+", event.get("text", "the cat and the hat"))
    return collections.Counter(words).most_common(1)
