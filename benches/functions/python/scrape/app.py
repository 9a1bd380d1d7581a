"""Reads pages that the event brings in place of the network."""

import io
from http import HTTPStatus
from urllib.parse import urljoin

import requests
from lxml import html
from requests.adapters import BaseAdapter
from requests.utils import get_encoding_from_headers

TIMEOUT_IN_SECONDS = 5


class Shelf(BaseAdapter):
    """A transport that answers with what lies on it."""

    def __init__(self, pages):
        super().__init__()
        self.pages = pages

    def send(self, request, **options):
        """The page at the request's address, else a 404."""
        found = self.pages.get(request.url)
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        found = found or {"body": ""}
        response = requests.Response()
        response.request = request
        response.url = request.url
        response.status_code, response.reason = status.value, status.phrase
        response.headers.update(found.get("headers", {}))
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(found["body"].encode(found.get("encoding", "utf-8")))
        return response

    def close(self):
        """Holds nothing open."""


def handler(event, context):
    """What the wanted page says, by the kind of page that it is."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "headstart-bench"
    session.mount("https://", Shelf(event["pages"]))
    try:
        response = session.get(event["url"], params=event.get("query"), timeout=TIMEOUT_IN_SECONDS)
        response.raise_for_status()
    except requests.HTTPError as error:
        return {"error": str(error), "url": error.request.url}
    if response.headers.get("content-type", "").startswith("application/rss+xml"):
        return feed(response)
    return page(response)


def page(response):
    """Title, links, and the rows of each table, of an HTML page."""
    if "charset" not in response.headers.get("content-type", ""):
        response.encoding = response.apparent_encoding
    document = html.fromstring(response.text)
    return {
        "url": response.url,
        "encoding": response.encoding,
        "title": text(document.find(".//title")),
        "links": {text(link): urljoin(response.url, link.get("href")) for link in document.iterfind(".//a[@href]")},
        "tables": [table(element) for element in document.iterfind(".//table")],
    }


def table(element):
    """One dictionary a row, by the table's headings."""
    headings = [text(cell) for cell in element.xpath(".//tr/th")]
    rows = ([text(cell) for cell in row.iterfind("td")] for row in element.xpath(".//tr[td]"))
    return [dict(zip(headings, row)) for row in rows]


def feed(response):
    """Title and news of an RSS feed."""
    from email.utils import parsedate_to_datetime

    from lxml import objectify

    channel = objectify.fromstring(response.content).channel
    return {
        "url": response.url,
        "title": str(channel.title),
        "news": [
            {"title": str(item.title), "date": parsedate_to_datetime(str(item.pubDate)).isoformat()}
            for item in channel.item
        ],
    }


def text(element):
    """An element's text, white space as single spaces."""
    return " ".join(element.text_content().split())
