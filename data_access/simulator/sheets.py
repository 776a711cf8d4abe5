"""Tables as people make them, written under the headings a contract names: CSV for `sheet`.

A generator says what a row is (an indicator, a field, a day); which words stand for it is the
contract's. Not a generator itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.sources.options import zone_of
from data_access.sources.sheet_options import Options

Row = Mapping[str, Any]


class Sheet:
    """Writes rows of one dataset.

    Keys of a row: `entity` (a text, or one for each of its headings), `area`, `time`, indicators by
    id, or `indicator` and `value`; of records `id`, `status` (ours), `title`, `reported`, `starts`,
    `ends`, `lat`, `lon`, and the names of fields, numbers and times. What is not given is blank.
    """

    def __init__(self, contract: DatasetContract, city: City) -> None:
        """Raise ValueError for a contract whose headings name periods, which are not written."""
        self.options: Options = Options.of(contract)
        self._contract = contract
        self._city = city
        self._zone = zone_of(self.options.timezone, city)
        headings = [heading for heading, _ in self._cells({})]
        if self.options.period_in is not None or any("{" in each for each in headings):
            raise ValueError(f"{contract.id}: only tables with a column for the time are written")
        self._headings = list(dict.fromkeys(headings))

    def write(self, rows: Iterable[Row]) -> bytes:
        """Return the file."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(self._headings)
        for row in rows:
            cells: dict[str, str] = {}
            for heading, cell in self._cells(row):
                if cell or heading not in cells:  # one heading may stand for two things
                    cells[heading] = cell
            lines.writerow([cells[heading] for heading in self._headings])
        return text.getvalue().encode("utf-8-sig")

    def _cells(self, row: Row) -> Iterator[tuple[str, str]]:
        options = self.options
        entity = row.get("entity", ())
        parts: Sequence[Any] = (entity,) if isinstance(entity, str) else tuple(entity)
        named: list[tuple[str | None, Any]] = [(options.time, row.get("time"))]
        named += [
            (heading, parts[at] if at < len(parts) else None)
            for at, heading in enumerate(options.entity)
        ]
        named.append((options.area, self._area(row)))
        if options.indicator is not None:
            words = {ours: theirs for theirs, ours in options.indicators.items()}
            named.append((options.indicator, words.get(str(row.get("indicator")))))
        named += [(each.heading, row.get("value")) for each in (options.values or ())[:1]]
        named += [(columns[0].heading, row.get(i)) for i, columns in options.columns.items()]
        named += self._record(row)
        for heading, found in named:
            if heading is not None:
                yield heading, self._written(found)

    def _record(self, row: Row) -> Iterator[tuple[str | None, Any]]:
        record = self.options.record
        if record is None:
            return
        words = {ours: theirs for theirs, ours in reversed(record.statuses.items())}
        yield record.id[0], row.get("id")
        yield record.title, row.get("title")
        status = str(row.get("status", ""))
        yield record.status, words.get(status, status)
        for name in ("reported", "starts", "ends", "lat", "lon"):
            yield getattr(record, name), row.get(name)
        for name, heading in [*record.fields.items(), *record.times.items()]:
            yield heading, row.get(name)
        for name, column in record.numbers.items():
            yield column.heading, row.get(name)

    def _area(self, row: Row) -> str | None:
        found: str | None = row.get("area")
        if found != CITY_AREA:
            return found
        return next(iter(self.options.city_names), self._city.name["vi"])

    def _written(self, found: Any) -> str:
        if isinstance(found, datetime):
            local = found.astimezone(self._zone)
            return local.strftime(self.options.date_format or "%d/%m/%Y %H:%M:%S")
        if isinstance(found, date):
            return found.strftime(self.options.date_format or "%d/%m/%Y")
        if isinstance(found, float):
            return f"{found:.12g}".replace(".", self.options.decimal)
        return "" if found is None else str(found)
