"""Links of a page that shows another world than live: they lead on in that world.

Only to pages that can show it, or that say why they cannot; all others are of now, and have no
frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from layouts.pages.wall_view import LIVE

PATHS = ("/", "/console", "/brief", "/signals", "/data")  # and what lies under the last
OF_NOW = ("/what-if", "/rule")  # that say so to who comes from another world (realm_band.of_now)
UNDER = "/data/"


def in_world(href: str, realm: str) -> str:
    """Return an address in the world `realm`; one of a page that shows only now as it is."""
    address, mark, place = href.partition("#")
    path, asks, _ = address.partition("?")
    if realm == LIVE or not (path in (*PATHS, *OF_NOW) or path.startswith(UNDER)):
        return href
    return f"{address}{'&' if asks else '?'}{urlencode({'realm': realm})}{mark}{place}"


def rows_in_world(rows: Iterable[Mapping[str, Any]], realm: str) -> list[dict[str, Any]]:
    """Return rows of a grid with the addresses they lead to in the world `realm`."""
    return [
        {**row, "href": in_world(row["href"], realm)} if row.get("href") else dict(row)
        for row in rows
    ]


def lead_on(tree: Any, realm: str) -> Any:
    """Let every link and every row of a grid in `tree` lead on in the world `realm`; return it."""
    if realm == LIVE:
        return tree
    for each in _walk(tree):
        link: Any = each if isinstance(each, html.A) else None
        if isinstance(getattr(link, "href", None), str):
            link.href = in_world(link.href, realm)
        rows = getattr(each, "rowData", None)
        if isinstance(rows, list):
            each.rowData = rows_in_world(rows, realm)
    return tree


def _walk(tree: Any) -> Iterator[Any]:
    if isinstance(tree, list | tuple):
        for each in tree:
            yield from _walk(each)
    elif isinstance(tree, Component):
        yield tree
        yield from _walk(getattr(tree, "children", None))
