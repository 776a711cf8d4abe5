"""Daily rain by gauge as a drainage company exports it: an HTML table in a file named .xls.

A blank cell is no report, not zero; days on which no gauge saw rain are not listed. A gauge that
saw far more than every gauge around it is doubted: its day goes to quarantine, and what it said
on the days beside is suspect, until somebody answers for it. A gauge stays where it stands, in the
unit it is called after: what that name means is asked for the newest day of a file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
from pydantic import Field

from data_access.areas import KM_PER_DEGREE
from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Doubt, Entity, Rejected
from data_access.sources.html_table import tables_of
from data_access.sources.joining import Joining
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.rows import observations
from language import told

FORMAT = "rain-html"
EXPECTED = told("an HTML table: days in the first column, a column for each gauge")
FAULT_DAYS = 2  # days before and after a fault in which the gauge is not believed
_NUMBER = re.compile(r"[+-]?\d[\d.]*(,\d+)?")


class Options(SourceOptions):
    """When a day's rain is believed only if gauges around saw rain too."""

    date_format: str = "%d/%m/%Y"
    timezone: ZoneName | None = None
    encodings: tuple[str, ...] = ("utf-8", "utf-16")
    summary_rows: tuple[str, ...] = ("Tổng", "Tổng cộng", "Trung bình", "Max", "Min")
    blanks: tuple[str, ...] = ("", "-", "–")
    suspicious_mm: float = Field(default=150, gt=0)
    neighbour_ratio: float = Field(default=3, gt=1)
    neighbours: int = Field(default=8, ge=2)
    units: UnitsOf = "now"  # exports of long ago call gauges by the units of today, too


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file, in the order of days."""
    options: Options = Options.of(contract)
    (indicator,) = contract.indicators
    zone = zone_of(options.timezone, city)
    unreadable: list[Rejected] = []
    for table in good_files(files, lambda path: _Table.parse(load(path), options), unreadable):
        gauges = _gauges(table.headings, Joining(city, options.units), table.days[-1])
        day, gauge = np.nonzero(np.isfinite(table.values))
        midnights = [datetime.combine(d, time(), tzinfo=zone) for d in table.days]
        stamps = np.array([int(m.timestamp() * 1e6) for m in midnights], dtype="datetime64[us]")
        frame = observations(
            indicator=indicator,
            entity=np.array([g.entity for g in gauges], dtype=object)[gauge],
            area=np.array([g.area for g in gauges], dtype=object)[gauge],
            observed_at=stamps[day],
            value=table.values[day, gauge],
            source_ref=np.array([f"{table.name}:{line}" for line in table.lines], dtype=object)[
                day
            ],
        )
        doubts = list(_doubts(table, gauges, options))
        rejected = [*unreadable, *table.rejected]
        yield Batch(frame, doubts, entities=gauges, rejected=rejected)
        unreadable.clear()
    if unreadable:
        yield Batch(rejected=unreadable)


@dataclass(frozen=True, slots=True)
class _Table:
    """Days ascending × gauges, in mm; NaN where there is no report. `lines` are table rows."""

    name: str
    headings: list[str]
    days: list[date]
    lines: list[int]
    values: np.ndarray
    rejected: list[Rejected]

    @classmethod
    def parse(cls, payload: Payload, options: Options) -> _Table:
        """Read the largest table of the page; raises SourceError."""
        rows = _cells(payload, options)
        headings = rows[0][1:]
        rejected: list[Rejected] = []
        read: list[tuple[date, int, list[float]]] = []
        for line, cells in enumerate(rows[1:], start=2):
            if not any(cells) or cells[0] in options.summary_rows or cells == rows[0]:
                continue
            where = f"{payload.name}:{line}"
            try:
                day = datetime.strptime(cells[0], options.date_format).date()  # noqa: DTZ007
            except ValueError:
                detail = told(
                    "{found!r}; expected a day written as {format}",
                    found=cells[0],
                    format=options.date_format,
                )
                rejected.append(Rejected(where, "badTime", detail, _row(cells)))
                continue
            if len(cells) != len(rows[0]):
                detail = told(
                    "{count} cells; expected {wanted}", count=len(cells), wanted=len(rows[0])
                )
                rejected.append(Rejected(where, "badRow", detail, _row(cells)))
                continue
            values = [_number(cell, options) for cell in cells[1:]]
            for heading, cell, value in zip(headings, cells[1:], values, strict=True):
                if value is None:
                    detail = told(
                        "{name} on {day} is {found!r}; expected mm of rain",
                        name=heading,
                        day=f"{day:%d/%m/%Y}",
                        found=cell[:40],
                    )
                    rejected.append(Rejected(where, "notANumber", detail, cell[:500]))
            read.append((day, line, [math.nan if v is None else v for v in values]))
        if not read:
            raise SourceWrongFormat(told("a table without a single day"), payload.name, EXPECTED)
        wrong = sum(each.reason == "notANumber" for each in rejected)
        if wrong > sum(math.isfinite(value) for _, _, values in read for value in values):
            raise SourceWrongFormat(
                told("{count} cells that are no numbers", count=wrong), payload.name, EXPECTED
            )
        read.sort(key=lambda row: row[:2])
        return cls(
            payload.name,
            headings,
            [day for day, _, _ in read],
            [line for _, line, _ in read],
            np.array([values for _, _, values in read], dtype=np.float64),
            rejected,
        )


def _cells(payload: Payload, options: Options) -> list[list[str]]:
    tables = tables_of(payload, encodings=options.encodings, expected=EXPECTED)
    cells = max(tables, key=len, default=[])
    if len(cells) < 2:
        raise SourceWrongFormat(told("a page without a table of rows"), payload.name, EXPECTED)
    if len(cells[0]) < 2:
        raise SourceWrongFormat(told("a table without gauges"), payload.name, EXPECTED)
    return cells


def _number(cell: str, options: Options) -> float | None:
    """Return mm, NaN for a blank, None for what is no number."""
    if cell in options.blanks:
        return math.nan
    if _NUMBER.fullmatch(cell) is None:
        return None
    plain = cell.replace(".", "").replace(",", ".") if "," in cell else cell
    try:
        return float(plain)
    except ValueError:
        return None


def _row(cells: Sequence[str]) -> str:
    return ",".join(cells)[:500]


def _gauges(headings: Sequence[str], joining: Joining, day: date) -> list[Entity]:
    """Return a gauge a column; a heading's second column is "name#2". Placed in its unit."""
    seen: dict[str, int] = {}
    gauges = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        entity = heading if seen[heading] == 1 else f"{heading}#{seen[heading]}"
        found = joining.on(heading, day)
        unit = None if found is None else joining.city.areas.get(found.area)
        if unit is None:  # of no unit, or of one whose land was divided
            gauges.append(Entity(entity, heading, area=None if found is None else found.area))
        else:
            at_centroid = {"position": "centroid"}
            gauges.append(Entity(entity, heading, unit.lat, unit.lon, unit.code, at_centroid))
    return gauges


def _doubts(table: _Table, gauges: Sequence[Entity], options: Options) -> Iterator[Doubt]:
    """Yield a doubt a value that is implausible; rows are numbered as the table's values are."""
    values = table.values
    reported = np.isfinite(values)
    row = np.cumsum(reported.ravel()).reshape(values.shape) - 1
    number = np.array([day.toordinal() for day in table.days])
    for day, gauge in np.argwhere(_implausible(values, gauges, options)):
        beside = reported[:, gauge] & (np.abs(number - number[day]) <= FAULT_DAYS)
        beside[day] = False
        detail = told(
            "{entity} on {day}: {mm:g} mm, far above the gauges around it",
            entity=gauges[gauge].entity,
            day=f"{table.days[day]:%d/%m/%Y}",
            mm=values[day, gauge],
        )
        yield Doubt(int(row[day, gauge]), detail, tuple(row[beside, gauge].tolist()))


def _implausible(values: np.ndarray, gauges: Sequence[Entity], options: Options) -> np.ndarray:
    """Tell which values are far above those of the gauges around."""
    nearest = _nearest(gauges)
    doubted = np.zeros(values.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        candidates = np.argwhere(values > options.suspicious_mm)
    for day, gauge in candidates:
        around = values[day, nearest[gauge]]
        reported = np.sort(around[np.isfinite(around)][: options.neighbours])
        # The second wettest: one gauge at fault must not vouch for another.
        vouched = reported[-2] if len(reported) > 1 else 0.0
        doubted[day, gauge] = values[day, gauge] > options.neighbour_ratio * vouched
    return doubted


def _nearest(gauges: Sequence[Entity]) -> np.ndarray:
    """Return for each gauge the others, nearest first; those without a position come last."""
    lat = np.array([math.nan if g.lat is None else g.lat for g in gauges])
    lon = np.array([math.nan if g.lon is None else g.lon for g in gauges])
    east = (lon[:, None] - lon) * np.cos(np.radians(np.nan_to_num(lat)))[:, None]
    away = np.hypot((lat[:, None] - lat) * KM_PER_DEGREE, east * KM_PER_DEGREE)
    away = np.nan_to_num(away, nan=np.inf)
    np.fill_diagonal(away, -1)  # itself first, then dropped
    order: np.ndarray = np.argsort(away, axis=1, kind="stable")[:, 1:]
    return order
