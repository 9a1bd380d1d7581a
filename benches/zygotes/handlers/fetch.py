import requests


def handler(event, context):
    request = requests.Request("GET", "https://example.com/search", params={"q": event.get("query", "a b")})
    return request.prepare().url
