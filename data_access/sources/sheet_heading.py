"""Headings of tables people made: found by name, over several rows, with their units and periods.

Not a source itself: data_access/sources/sheet.py reads what stands below them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data_access.sources.periods import Period, period_of
from data_access.sources.units import is_unit
from data_access.sources.workbook import Grid, shown

SEARCHED_ROWS = 200  # a title page is shorter
TALLEST = 8  # rows of one heading
WIDEST = 1000  # columns
_NUMBER = re.compile(r"[-+]?\d[\d.,\s]*%?")
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_PARENTHESES = re.compile(r"\(([^()]{1,30})\)")
_UNIT_LINE = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*[:：]\s*(.{1,40})", re.IGNORECASE)
_PERIOD = "{period}"
_NEW_TONES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_OLD_TONES = re.compile(rf"(?:{'|'.join(_NEW_TONES)})(?!\w)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A heading as an option names it. "*" is anything, "{period}" names the column's time."""

    written: str
    expression: re.Pattern[str]

    @classmethod
    def of(cls, written: str) -> Pattern:
        """Read an option; spaces, case and where tones stand make no difference."""
        parts = re.split(r"(\*|\{period\})", key_of(written))
        made = "".join(
            ".*" if part == "*" else "(?P<period>.+?)" if part == _PERIOD else re.escape(part)
            for part in parts
        )
        return cls(written, re.compile(made))


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a pattern found; `unit` and `period` are what its heading says."""

    index: int
    heading: str
    unit: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a table begins: its columns by pattern, the first row below, and what stands above."""

    columns: Mapping[str, tuple[Column, ...]]
    first_row: int
    above: str
    unit: str | None  # of the whole table


def find_heading(
    grid: Grid, needed: Sequence[Pattern], optional: Sequence[Pattern] = ()
) -> Heading | None:
    """Return the first place where every needed pattern has a column, None when there is none.

    A heading may fill several rows: the words of a column are read from top to bottom, and the
    smallest block of rows that says all is the heading.
    """
    texts = [[shown(cell) for cell in row[:WIDEST]] for row in grid.rows[: SEARCHED_ROWS + TALLEST]]
    for top in range(min(len(texts), SEARCHED_ROWS)):
        if not any(texts[top]):
            continue
        for height in range(1, min(TALLEST, len(texts) - top) + 1):
            found = _columns(texts[top : top + height], needed)
            if not all(found.values()):
                continue
            top, bottom = _fitted(texts, top, top + height, needed, found)
            columns = _columns(texts[top:bottom], [*needed, *optional])
            above = "\n".join(" ".join(filter(None, row)) for row in texts[:top])
            return Heading(columns, bottom, above, _unit_above(texts[:top]))
    return None


def _fitted(
    texts: Sequence[Sequence[str]],
    top: int,
    bottom: int,
    needed: Sequence[Pattern],
    found: Mapping[str, tuple[Column, ...]],
) -> tuple[int, int]:
    """Return the block without rows above that say nothing, with rows below that say more.

    Above may stand a title; below, a unit or the year of a period.
    """
    while top + 1 < bottom and _says(_columns(texts[top + 1 : bottom], needed)) == _says(found):
        top += 1
    for lower in range(bottom + 1, min(top + TALLEST, len(texts)) + 1):
        if any(map(_is_number, texts[lower - 1])):
            break
        again = _columns(texts[top:lower], needed)
        if any(len(again[name]) < len(columns) for name, columns in found.items()):
            break
        bottom = lower
    return top, bottom


def _says(found: Mapping[str, tuple[Column, ...]]) -> list[tuple[object, ...]]:
    """Return all that headings say but their words, of which "*" may take any."""
    return [(name, c.index, c.unit, c.period) for name, columns in found.items() for c in columns]


def _is_number(text: str) -> bool:
    """Tell a number of the data from a year or a number in words."""
    return _NUMBER.fullmatch(text) is not None and _YEAR.fullmatch(text) is None


def _columns(
    block: Sequence[Sequence[str]], patterns: Sequence[Pattern]
) -> dict[str, tuple[Column, ...]]:
    headings = list(_headings(block))
    return {each.written: tuple(_matches(each, headings)) for each in patterns}


def _headings(block: Sequence[Sequence[str]]) -> Iterator[str]:
    for column in range(max(map(len, block), default=0)):
        said: list[str] = []
        for row in block:
            words = row[column] if column < len(row) else ""
            if words and (not said or said[-1] != words):  # merged downwards: once is enough
                said.append(words)
        yield _words(" ".join(said))


def _matches(pattern: Pattern, headings: Sequence[str]) -> Iterator[Column]:
    for index, heading in enumerate(headings):
        if not heading:
            continue
        units = [each for each in _PARENTHESES.findall(heading) if is_unit(each)]
        bare = heading
        for unit in units:
            bare = bare.replace(f"({unit})", "")
        for words in dict.fromkeys((_words(bare), heading)):
            found = pattern.expression.fullmatch(key_of(words))
            if found is None:
                continue
            unit = units[-1] if units else None
            if "period" not in (found.groupdict() or {}):
                yield Column(index, heading, unit)
                break
            period = _period(found, words)
            if period is not None:
                yield Column(index, heading, unit, period)
                break


def _period(found: re.Match[str], words: str) -> Period | None:
    """Return the period where the pattern has one; both texts have the same words in order."""
    before = len(found.string[: found.start("period")].split())
    count = len(found["period"].split())
    return period_of(" ".join(words.split()[before : before + count]))


def _unit_above(texts: Sequence[Sequence[str]]) -> str | None:
    """Return the unit that stands above a table: "Đơn vị tính: Tỷ đồng", or alone in a cell."""
    for row in reversed(texts):
        for words in row:
            named = _UNIT_LINE.search(words)
            unit = named[1].strip(" .)") if named is not None else words
            if (len(unit) > 1 or unit == "%") and is_unit(unit):
                return unit
    return None


def key_of(text: str) -> str:
    """Return a text as headings are compared: lower case, "hoà" and "hòa" are one."""
    return _OLD_TONES.sub(lambda found: _NEW_TONES[found[0]], _words(text).casefold())


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
