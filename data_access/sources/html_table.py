"""Tables of an HTML page, also of one that is called .xls: their cells as text, spans filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import lxml.etree
import lxml.html

from data_access.errors import SourceTooBig, SourceWrongFormat
from data_access.sources.payload import MAX_DEPTH, Payload
from language import Told, told

MAX_SPAN = 1000  # cells that one cell may cover in each direction
MAX_CELLS = 2_000_000  # of a page, spans filled
MAX_COLUMNS = 2_000


def tables_of(
    payload: Payload, *, encodings: Sequence[str], expected: Told
) -> list[list[list[str]]]:
    """Return the rows of each table, in the order of the page; raises SourceError.

    A cell that covers several says the same in all of them. Tables within cells are tables too.
    """
    if payload.content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceWrongFormat(told("a binary Excel workbook"), payload.name, expected)
    text = payload.text(encodings=encodings, html=True)
    try:
        parser = lxml.html.HTMLParser(huge_tree=False, remove_comments=True, no_network=True)
        root = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise SourceWrongFormat(
            told("no HTML ({error})", error=error), payload.name, expected
        ) from error
    tables = []
    left = MAX_CELLS
    for table in root.iter("table"):
        rows = []
        for row in _rows(table):
            left -= len(row)
            if left < 0 or len(row) > MAX_COLUMNS:
                found = told("more than {most} cells", most=MAX_COLUMNS if left >= 0 else MAX_CELLS)
                raise SourceTooBig(found, payload.name, told("tables a person can read"))
            rows.append(row)
        tables.append(rows)
    return tables


def _rows(table: lxml.html.HtmlElement) -> Iterator[list[str]]:
    """Yield the rows one by one, as spans make much of little; one that is too wide ends there."""
    below: dict[int, tuple[int, str]] = {}  # column -> rows still covered, and what they say
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            if len(cells) > MAX_COLUMNS:
                break
            _cover(cells, below)
            text = " ".join(_text(cell).split())
            down = _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if down > 1:
                    below[len(cells)] = (down - 1, text)
                cells.append(text)
        _cover(cells, below)
        yield cells


def _cover(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Fill the cells that one further up reaches down into."""
    while len(cells) in below:
        left, text = below[len(cells)]
        if left > 1:
            below[len(cells)] = (left - 1, text)
        else:
            del below[len(cells)]
        cells.append(text)


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    written = cell.get(name, "1").strip()
    return min(max(int(written[:9]), 1), MAX_SPAN) if written.isdecimal() else 1


def _text(cell: lxml.html.HtmlElement) -> str:
    return "".join(part for part, _ in zip(cell.itertext(), range(MAX_DEPTH), strict=False))
