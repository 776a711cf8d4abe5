"""Which page comes after one: by number, by offset, by the Link header or by the page itself. Pure.

Not for the entries of a feed: they are documents of their own (data_access/intake/entries.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yarl import URL

from data_access.errors import IntakeError, SourceError
from data_access.intake.ways import UrlWay
from data_access.sources.json_path import inside
from data_access.sources.payload import Payload
from language import told

# Where JSON names its next page: FHIR's bundles; OGC API, JSON:API; Activity Streams, Django REST;
# HAL; OData, SensorThings; JSON Feed.
NAMES_OF_NEXT = (
    "link", "links", "next", "_links", "@odata.nextLink", "@iot.nextLink", "nextLink", "next_url",
)  # fmt: skip
_BOM = b"\xef\xbb\xbf"


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

    Raises IntakeError for an answer that is no list (or, by `next`, no JSON), and for a link to
    another host.
    """
    if way.paging in ("none", "entries"):
        return None
    if way.paging == "link":
        return _linked(page, linked)
    if way.paging == "next":
        return _linked(page, _named_by(body, way.next_in))
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


def in_one(pages: Sequence[bytes]) -> bytes:
    """Return JSON pages as one payload, a page a line, so that what belongs together stays so."""
    if len(pages) == 1:
        return pages[0]
    return b"\n".join(b" ".join(page.removeprefix(_BOM).splitlines()) for page in pages)


def _named_by(body: bytes, path: str) -> URL | None:
    """Return the address a page names at `path`, else where it is usually named; None at the end.

    Raises IntakeError for what is no JSON object.
    """
    try:
        found = Payload("page", body).json()
    except SourceError as error:
        raise IntakeError(told("a page that cannot be read: {what}", what=error.what)) from error
    if not isinstance(found, dict):
        raise IntakeError(told("a page that is no JSON object; expected paging = 'none'"))
    named = (inside(found, each) for each in ([path] if path else NAMES_OF_NEXT))
    address = next((each for each in map(_address, named) if each), None)
    if address is None:
        return None
    try:
        return URL(address, encoded=True)
    except ValueError as error:
        why = told("its next page is no address: {name!r}", name=address[:60])
        raise IntakeError(why) from error


def _address(said: Any) -> str | None:
    """Return the address of the next page: a text, an object's, or that of the link called next."""
    if isinstance(said, list):
        named = (each for each in said if isinstance(each, Mapping))
        said = next((e for e in named if "next" in (e.get("rel"), e.get("relation"))), None)
    elif isinstance(said, Mapping) and "next" in said:
        said = said["next"]
    if isinstance(said, Mapping):
        said = said.get("href") or said.get("url")
    return said.strip() or None if isinstance(said, str) else None


def items_in(body: bytes) -> int:
    """Return how many items an answer holds: of its list, its longest list inside, its elements.

    A list of links beside it tells of pages, not of items. Raises IntakeError for what cannot be
    read.
    """
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
        named = {name: each for name, each in found.items() if name not in NAMES_OF_NEXT}
        lists = (each for each in named.values() if isinstance(each, list))
        found = max(lists, key=len, default=None)
    if not isinstance(found, list):
        raise IntakeError(told("a page that is no list; expected paging = 'none'"))
    return len(found)
