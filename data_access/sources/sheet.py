"""Tables people made: workbooks (xlsx, xls), HTML called .xls, CSV; found by their headings.

Nothing is at a fixed place: headings are looked for by name, over several rows, in every sheet; a
unit is read where it stands (heading, "Đơn vị: tỷ đồng" above) and turned into the contract's; a
period is a column's, a row's, or the whole table's. A later table revises an earlier one.
For tables machines make see data_access/sources/table.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from data_access.areas import Meant
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources import sheet_options
from data_access.sources.joining import Joining, told_then
from data_access.sources.options import zone_of
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.periods import Period, find_period
from data_access.sources.places import area_of
from data_access.sources.rows import Gathered
from data_access.sources.sheet_cells import instant_of, number_of
from data_access.sources.sheet_heading import Column, Pattern, find_heading, key_of
from data_access.sources.sheet_options import Options
from data_access.sources.sheet_record import record_of
from data_access.sources.sheet_table import Table
from data_access.sources.units import UnknownUnit, conversion
from data_access.sources.workbook import EXPECTED, grids_of, shown
from language import Told, told, words_of

FORMAT = "sheet"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file, in the order of what their tables are of."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []

    def parse(path: Path) -> _Read:
        payload = load(path, zipped=True)
        return _Reader(payload, options, contract, city).read()

    found = sorted(good_files(files, parse, rejected), key=lambda each: each.newest)
    for each in found:
        yield Batch(each.rows.frame(), records=each.records, rejected=[*rejected, *each.rejected])
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


@dataclass(slots=True)
class _Read:
    """What a file says."""

    rows: Gathered
    records: list[RecordRow]
    rejected: list[Rejected]
    newest: datetime


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A column of numbers as found: which indicator it is (None: the row says), and its column."""

    indicator: str | None
    said: sheet_options.Column
    column: Column


class _Reader:
    def __init__(
        self, payload: Payload, options: Options, contract: DatasetContract, city: City
    ) -> None:
        self.payload, self.options, self.contract, self.city = payload, options, contract, city
        self.zone = zone_of(options.timezone, city)
        self.joining = Joining(city, options.units)
        self.rows = Gathered()
        self.records: list[RecordRow] = []
        self.rejected: list[Rejected] = []
        self.newest = _LONG_AGO
        self.ours = {key_of(each) for each in (*options.city_names, *city.name.values())}

    def read(self) -> _Read:
        """Read every sheet that has the headings; raises SourceError when none has."""
        needed, optional = self._patterns()
        names = [Pattern.of(each).expression for each in self.options.sheets]
        grids = grids_of(self.payload, encodings=self.options.encodings)
        tables = 0
        for grid in grids:
            key = key_of(grid.name)
            if names and not any(each.fullmatch(key) for each in names):
                continue
            heading = find_heading(grid, needed, optional)
            if heading is not None:
                tables += 1
                self._table(Table(self.payload.name, grid, heading, None, self.options))
        if not tables:
            first = next((row for grid in grids for row in grid.rows if any(row)), [])
            words = "; ".join(filter(None, map(shown, first)))[:200]
            wanted = ", ".join(each.written for each in needed)
            found = told(
                "no table with the headings {wanted} (the first row: {words})",
                wanted=wanted,
                words=words,
            )
            raise SourceWrongFormat(found, self.payload.name, EXPECTED)
        return _Read(self.rows, self.records, self.rejected, self.newest)

    def _patterns(self) -> tuple[list[Pattern], list[Pattern]]:
        options = self.options
        needed: list[str | None] = [
            each.heading for columns in options.columns.values() for each in columns
        ]
        needed += [each.heading for each in options.values or ()]
        needed += [*options.entity, options.area, options.indicator, options.time]
        optional: list[str | None] = []
        if options.record is not None:
            record = options.record
            needed += [*record.id, record.status]
            optional += [record.reported, record.starts, record.ends, record.title]
            optional += [*record.fields.values(), *record.times.values(), record.lat, record.lon]
            optional += [each.heading for each in record.numbers.values()]
        wanted = dict.fromkeys(each for each in needed if each)
        others = dict.fromkeys(each for each in optional if each and each not in wanted)
        return [Pattern.of(each) for each in wanted], [Pattern.of(each) for each in others]

    def _table(self, table: Table) -> None:
        period = self._period(table)
        table.at = None if period is None else self._midnight(period.start)
        if table.at is not None:
            self.newest = max(self.newest, table.at)
        wanted = [
            _Wanted(indicator, said, column)
            for indicator, columns in [
                *self.options.columns.items(),
                (None, self.options.values or ()),
            ]
            for said in columns
            for column in table.heading.columns[said.heading]
        ]
        if self.options.unfilled == "zeros":
            wanted = self._filled(table, wanted)
        for row in table.rows():
            if wanted:
                self._numbers(table, row, wanted)
            if self.options.record is not None:
                self._record(table, row, self.options.record)

    def _period(self, table: Table) -> Period | None:
        if self.options.period_in is None:
            return None
        text = {
            "title": f"{table.heading.above}\n{table.grid.name}",
            "sheet": table.grid.name,
            "file": self.payload.name,
        }[self.options.period_in]
        found = find_period(text)
        if found is None:
            where = f"{self.payload.name}#{table.grid.name}"
            detail = told(
                "no period in the {period_in} {text!r}",
                period_in=self.options.period_in,
                text=text[:200],
            )
            self.rejected.append(Rejected(where, "noTime", detail))
        return found

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    # ------------------------------------------------------------ numbers

    def _filled(self, table: Table, wanted: list[_Wanted]) -> list[_Wanted]:
        """Leave out the newest periods of which no row says anything but 0."""
        dated = [(each.column.period.start, each) for each in wanted if each.column.period]
        left_out: list[_Wanted] = []
        for _, each in sorted(dated, key=lambda one: one[0], reverse=True):
            cells = (table.grid.cell(row, each.column.index) for row in table.rows())
            numbers = (number_of(cell, self.options.decimal) for cell in cells)
            if any(number and not math.isnan(number) for number in numbers):
                break
            left_out.append(each)
            where = f"{self.payload.name}#{each.column.heading}"
            detail = told(
                "{heading} is 0 in every row: not filled in yet", heading=each.column.heading
            )
            self.rejected.append(Rejected(where, "incomplete", detail))
        return [each for each in wanted if each not in left_out]

    def _numbers(self, table: Table, row: int, wanted: Sequence[_Wanted]) -> None:
        where = table.where(row)
        cells = [(each, table.grid.cell(row, each.column.index)) for each in wanted]
        numbers = [(each, number_of(cell, self.options.decimal), cell) for each, cell in cells]
        if all(number is not None and math.isnan(number) for _, number, _ in numbers):
            return  # a heading of a part, or a note
        entity = self._entity(table, row)
        at = self._row_time(table, row)
        indicator_said = self._indicator(table, row)
        if self.options.indicator is not None and indicator_said is None:
            return  # a row of something else
        for each, number, cell in numbers:
            indicator = each.indicator or indicator_said or ""
            if number is None:
                detail = told(
                    "{name} is {found!r}; expected a number",
                    name=each.column.heading,
                    found=shown(cell)[:40],
                )
                self._refuse(table, row, "notANumber", detail)
                continue
            if math.isnan(number):
                continue
            moment = self._column_time(each) or at
            if moment is None:
                detail = told(
                    "{heading} of {entity!r} says no time that can be read",
                    heading=each.column.heading,
                    entity=entity,
                )
                self._refuse(
                    table, row, "noTime" if self.options.time is None else "badTime", detail
                )
                continue
            made = self._in_unit(indicator, each, table, number)
            if isinstance(made, Told):
                self._refuse(
                    table,
                    row,
                    "unknownUnit",
                    told("{name}: {fault}", name=each.column.heading, fault=made),
                )
                continue
            self.newest = max(self.newest, moment)
            quality = each.said.quality
            area, meant = self._area(table, row, entity, moment)
            whose = entity
            if meant is not None and meant.then is not None and self._is_unit(table, row, entity):
                whose = meant.series
            self.rows.add(indicator, whose or area or CITY_AREA, area, moment, made, where,
                          quality=quality)  # fmt: skip

    def _in_unit(
        self, indicator: str, wanted: _Wanted, table: Table, number: float
    ) -> float | Told:
        """Return the number in the indicator's unit, else what is wrong with its own.

        A column's own unit must fit; the table's is that of the columns it fits.
        """
        definition = self.contract.indicators.get(indicator)
        if definition is None:
            return number + wanted.said.offset
        own = wanted.column.unit or wanted.said.unit
        try:
            convert = conversion(own or table.heading.unit or definition.unit, definition.unit)
        except UnknownUnit as fault:
            if own is not None:
                return words_of(fault)
            convert = conversion(definition.unit, definition.unit)
        return float(f"{convert(number) + wanted.said.offset:.12g}")  # 5.1, not 5.09999999999999

    def _column_time(self, wanted: _Wanted) -> datetime | None:
        period = wanted.column.period
        if period is None:
            return None
        months = max(period.months - 1, 0) if wanted.said.cumulative else 0
        month = period.start.month - 1 + months
        return self._midnight(
            period.start.replace(year=period.start.year + month // 12, month=month % 12 + 1)
        )

    def _row_time(self, table: Table, row: int) -> datetime | None:
        if table.column(self.options.time) is None:
            return table.at
        cell = table.cell(row, self.options.time)
        return instant_of(cell, self.zone, self.options.date_format)

    def _indicator(self, table: Table, row: int) -> str | None:
        if self.options.indicator is None:
            return None
        words = key_of(table.text(row, self.options.indicator))
        return next(
            (i for word, i in self.options.indicators.items() if key_of(word) == words), None
        )

    def _entity(self, table: Table, row: int) -> str:
        if self.options.entity:
            return "/".join(filter(None, (table.text(row, each) for each in self.options.entity)))
        said = [shown(table.grid.cell(row, each - 1)) for each in self.options.entity_columns]
        return next((words for words in reversed(said) if words), "")

    def _area(
        self, table: Table, row: int, entity: str, at: datetime | None
    ) -> tuple[str | None, Meant | None]:
        """Return a row's unit and what its words meant; a name that is none stays, to be refused.

        `at` is of when the row is; without it the words are of today.
        """
        said = entity if self.options.area is None else table.text(row, self.options.area)
        if key_of(said) in self.ours:
            return CITY_AREA, None
        if not said or (self.options.area is None and not self.options.entities_are_areas):
            return None, None
        word = _code(said)
        found = self.joining.on(word, date.max) if at is None else self.joining.meant(word, at)
        if found is not None:
            return found.area, found
        return (None if self.options.area is None else said), None

    def _is_unit(self, table: Table, row: int, entity: str) -> bool:
        """Tell whether what a row is of is its unit itself."""
        return self.options.area is None or entity in ("", table.text(row, self.options.area))

    # ------------------------------------------------------------ records

    def _record(self, table: Table, row: int, options: sheet_options.Record) -> None:
        made, refused = record_of(table, row, options, self._row_time(table, row), self.zone)
        self.rejected += refused
        if made is not None:
            area, meant = self._area(table, row, self._entity(table, row), made.valid_from)
            made = replace(made, area=area, body={**made.body, **told_then(meant)})
        if made is not None and made.area is None and made.geometry is not None:
            made = replace(made, area=area_of(made.geometry, self.city.areas))
        if made is not None:
            self.records.append(made)

    def _refuse(self, table: Table, row: int, reason: str, detail: Told) -> None:
        text = ",".join(map(shown, table.grid.rows[row]))[:500]
        self.rejected.append(Rejected(table.where(row), reason, detail, text))


def _code(said: str) -> str:
    """Return a unit's code as it is written, or with the zeros a spreadsheet took away."""
    return said.zfill(5) if said.isdecimal() else said
