"""Which page comes after one: by number, by offset, or by the Link header (RFC 8288). Pure.

Not for the entries of a feed: they are documents of their own (data_access/intake/entries.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yarl import URL

from data_access.errors import IntakeError, SourceError
from data_access.intake.ways import UrlWay
from data_access.sources.payload import Payload
from language import told


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the address without its number, which one it is, and how many items came before."""

    url: URL
    number: int
    offset: int

    def url_of(self, way: UrlWay) -> URL:
        """Return the address of this page."""
        query: dict[str, str] = {}
        if way.paging == "page":
            query[way.page_param] = str(self.number)
        if way.paging == "offset":
            query[way.offset_param] = str(self.offset)
        if way.paging in ("page", "offset") and way.page_size is not None:
            query[way.size_param] = str(way.page_size)
        return self.url.update_query(query)


def next_page(way: UrlWay, page: Page, body: bytes, linked: URL | None) -> Page | None:
    """Return the page after `page`, whose answer is `body` and links to `linked`; None at the end.

    Raises IntakeError for an answer that is no list, and for a link to another host.
    """
    if way.paging in ("none", "entries"):
        return None
    if way.paging == "link":
        return _linked(page, linked)
    items = items_in(body)
    if items == 0 or (way.page_size is not None and items < way.page_size):
        return None
    return Page(page.url, page.number + 1, page.offset + items)


def _linked(page: Page, linked: URL | None) -> Page | None:
    if linked is None:
        return None
    url = page.url.join(linked)
    if url.origin() != page.url.origin():
        raise IntakeError(told("its next page is on another host"))
    return Page(url, page.number + 1, 0)


def items_in(body: bytes) -> int:
    """Return how many items an answer holds: of its list, its first list inside, its elements."""
    if not body.strip():
        return 0
    payload = Payload("page", body)
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return len(payload.xml())
        found: Any = payload.json()
    except SourceError as error:
        raise IntakeError(told("a page that cannot be read: {what}", what=error.what)) from error
    if isinstance(found, dict):
        found = next((each for each in found.values() if isinstance(each, list)), None)
    if not isinstance(found, list):
        raise IntakeError(told("a page that is no list; expected paging = 'none'"))
    return len(found)
