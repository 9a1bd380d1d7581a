import requests.compat
from lxml import html


def handler(event, context):
    page = html.fromstring("<p><a href='/one'>1</a> <a href='two'>2</a></p>")
    return [requests.compat.urljoin("https://example.com/a/", link) for link in page.xpath("//a/@href")]
