"""A row of a table people made as a record: a project, a premises, a case.

Not a source itself: data_access/sources/sheet.py finds tables and asks for each row.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data_access.model import RecordRow, Rejected
from data_access.sources.places import point
from data_access.sources.rows import iso
from data_access.sources.sheet_cells import BLANKS, instant_of, number_of
from data_access.sources.sheet_options import Column, Record
from data_access.sources.sheet_table import Table
from data_access.sources.units import UnknownUnit, conversion
from data_access.sources.workbook import shown
from language import Told, told, words_of

MAX_TEXT = 2000


def record_of(
    table: Table, row: int, options: Record, at: datetime | None, zone: ZoneInfo
) -> tuple[RecordRow | None, list[Rejected]]:
    """Return a row's record without its unit, and what of the row was refused.

    A field that is bad is left out. `at`: when the table, or the row, is of; `zone`: of its days.
    """
    return _Row(table, row, options, zone).record(at)


class _Row:
    def __init__(self, table: Table, row: int, options: Record, zone: ZoneInfo) -> None:
        self.table, self.row, self.options, self.zone = table, row, options, zone
        self.rejected: list[Rejected] = []
        self._instants: dict[str, datetime | None] = {}

    def record(self, at: datetime | None) -> tuple[RecordRow | None, list[Rejected]]:
        """Return the record without its unit, None when the row has no id or no time."""
        options = self.options
        parts = [self._text(each) or "" for each in options.id]
        if not any(parts):
            self._refuse("emptyKey", told("no {name}", name=", ".join(options.id)))
            return None, self.rejected
        starts, ends = self._instant(options.starts), self._instant(options.ends)
        reported = self._instant(options.reported) or at or starts
        if reported is None:
            name = "/".join(parts)
            self._refuse("noTime", told("{parts!r} says no time that can be read", parts=name))
            return None, [replace(each, record=name) for each in self.rejected]
        if starts is not None and ends is not None and ends < starts:
            self._refuse(
                "endsBeforeStart",
                told("from {starts} until {ends}", starts=iso(starts), ends=iso(ends)),
            )
            ends = None
        word = self._text(options.status)
        body: dict[str, Any] = {name: self._text(each) for name, each in options.fields.items()}
        body |= {name: self._number(each) for name, each in options.numbers.items()}
        body |= {name: iso(self._instant(each)) for name, each in options.times.items()}
        if (title := self._text(options.title)) is not None:
            body["title"] = options.titles.get(title) or {"vi": title, "en": title}
        body["flags"] = sorted({each.reason for each in self.rejected})
        record = RecordRow(
            record_id="/".join(parts),
            version=reported.isoformat(),
            status=options.statuses.get(word, word) if word is not None else options.default,
            reported_at=reported,
            valid_from=starts or reported,
            valid_to=ends,
            area=None,
            geometry=self._place(),
            body=body,
            source_ref=self.table.where(self.row),
        )
        return record, self.rejected

    def _text(self, heading: str | None) -> str | None:
        text = self.table.text(self.row, heading)[:MAX_TEXT]
        return None if text.casefold() in BLANKS else text

    def _instant(self, heading: str | None) -> datetime | None:
        if heading is None:
            return None
        if heading not in self._instants:  # said once however often it is asked for
            self._instants[heading] = self._read_instant(heading)
        return self._instants[heading]

    def _read_instant(self, heading: str) -> datetime | None:
        written = self._text(heading)
        if written is None:
            return None
        at = instant_of(
            self.table.cell(self.row, heading), self.zone, self.table.options.date_format
        )
        if at is None:
            self._refuse(
                "badTime",
                told(
                    "{name} is {found!r}; expected a day",
                    name=heading,
                    found=written[:40],
                ),
            )
        return at

    def _number(self, said: Column) -> float | None:
        """Return a number in the unit its option names."""
        cell = self.table.cell(self.row, said.heading)
        number = number_of(cell, self.table.options.decimal)
        if number is None:
            detail = told(
                "{name} is {found!r}; expected a number",
                name=said.heading,
                found=shown(cell)[:40],
            )
            self._refuse("notANumber", detail)
        if number is None or math.isnan(number):
            return None
        column = self.table.column(said.heading)
        own = None if column is None else column.unit
        given = own or self.table.heading.unit
        if given is None or said.unit is None:
            return number + said.offset
        try:
            return conversion(given, said.unit)(number) + said.offset
        except UnknownUnit as fault:
            if own is None:  # the table's unit is of other columns
                return number + said.offset
            self._refuse(
                "unknownUnit", told("{name}: {fault}", name=said.heading, fault=words_of(fault))
            )
            return None

    def _place(self) -> dict[str, Any] | None:
        cells = [self.table.cell(self.row, each) for each in (self.options.lat, self.options.lon)]
        if all(cell is None for cell in cells):
            return None
        place = point(*(shown(cell).replace(",", ".") for cell in cells))
        if place is None:
            self._refuse(
                "badPlace",
                told(
                    "at {lat!r}, {lon!r}",
                    lat=shown(cells[0])[:20],
                    lon=shown(cells[1])[:20],
                ),
            )
        return place

    def _refuse(self, reason: str, detail: Told) -> None:
        text = ",".join(map(shown, self.table.grid.rows[self.row]))[:500]
        self.rejected.append(Rejected(self.table.where(self.row), reason, detail, text))
