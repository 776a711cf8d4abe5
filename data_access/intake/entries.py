"""What an Atom or RSS feed points at: the document of each entry, and when it was changed. Pure.

Warning services publish such feeds: an entry is a summary and a link to its alert (CAP).
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from yarl import URL

from data_access.errors import IntakeError, SourceError
from data_access.sources.payload import Payload
from language import told

_ATOM = "{http://www.w3.org/2005/Atom}"
_PREFERRED = "application/cap+xml"
_FEEDS = (f"{_ATOM}feed", "rss")


def entries_in(feed: URL, body: bytes) -> dict[URL, str]:
    """Return the document of each entry of the feed at `feed`, in its order, with its last change.

    The change is the entry's own text ("" when it has none), to be compared, not read. An entry
    without a link is left out. Raises IntakeError for no feed, and for a link to another host.
    """
    try:
        root = Payload("feed", body).xml()
    except SourceError as error:
        raise IntakeError(told("a feed that cannot be read: {what}", what=error.what)) from error
    if root.tag not in _FEEDS:
        raise IntakeError(told("no Atom or RSS feed; expected paging = 'none'"))
    found: dict[URL, str] = {}
    for entry in (*root.iter(f"{_ATOM}entry"), *root.iter("item")):
        link = _link(entry)
        if not link:
            continue
        try:
            url = feed.join(URL(link))
        except ValueError as error:
            raise IntakeError(told("an entry that links to {link!r}", link=link[:60])) from error
        if url.origin() != feed.origin():
            raise IntakeError(told("an entry that links to another host ({host})", host=url.host))
        found.setdefault(url, _text(entry, f"{_ATOM}updated") or _text(entry, "pubDate"))
    return found


def _link(entry: Element) -> str:
    links = [each for each in entry.iter(f"{_ATOM}link") if each.get("href")]
    alerts = [each for each in links if each.get("type") == _PREFERRED]
    others = [each for each in links if each.get("rel", "alternate") == "alternate"]
    for each in (*alerts, *others):
        return str(each.get("href"))
    return _text(entry, "link")


def _text(entry: Element, tag: str) -> str:
    return (entry.findtext(tag) or "").strip()
