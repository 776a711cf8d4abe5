"""A register of inspections: a row a visit, with what was inspected and what was in breach.

Visits to one unit on one day are added up: the path keeps counts, not premises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import Batch, Entity, Rejected
from data_access.sources.joining import Joining
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import bad_rows, local_to_utc, numbers, observations
from language import Told, told

FORMAT = "inspections-csv"


class Options(SourceOptions):
    """The register's headings."""

    day: str = "Ngày"
    day_format: str = "%d/%m/%Y"
    unit_code: str = "Mã đơn vị"
    unit: str = "Đơn vị"
    inspections: str = "Số cơ sở kiểm tra"
    violations: str = "Số cơ sở vi phạm"
    encodings: tuple[str, ...] = ("utf-8",)
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: inspections and violations by unit and day."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for batch in good_files(files, lambda path: _register(path, options, city), rejected):
        batch.rejected[:0] = rejected
        rejected.clear()
        yield batch
    if rejected:
        yield Batch(rejected=rejected)


def _register(path: Path, options: Options, city: City) -> Batch:
    payload = load(path)
    needed = (options.day, options.unit, options.inspections, options.violations)
    expected = told("a register of inspections")
    frame, rejected = payload.table(
        needed, optional=(options.unit_code,), expected=expected, encodings=options.encodings
    )
    written = frame[options.day].str.strip()
    day = pd.to_datetime(written, errors="coerce", format=options.day_format)
    rows = pd.DataFrame(
        {
            "day": day,
            "code": _codes(frame, options, Joining(city), day),
            "inspections": numbers(frame[options.inspections]),
            "violations": numbers(frame[options.violations]),
        }
    )
    good = np.ones(len(rows), dtype=bool)
    for reason, bad, detail in _faults(rows, options):
        rejected += bad_rows(payload.name, frame, bad.to_numpy() & good, reason, detail)
        good &= ~bad.to_numpy()
    rows["line"] = frame.index
    visits = rows[good].groupby(["day", "code"], sort=True)
    sums = visits.agg({"inspections": "sum", "violations": "sum", "line": "min"}).reset_index()
    parts = [
        observations(
            indicator=indicator,
            entity=sums["code"],
            area=sums["code"],
            observed_at=local_to_utc(sums["day"], zone_of(options.timezone, city)),
            value=sums[indicator],
            source_ref=[f"{payload.name}:{line}" for line in sums["line"]],
        )
        for indicator in ("inspections", "violations")
    ]
    codes = sorted(set(sums["code"]) - {CITY_AREA})
    units = [city.areas.units[code] for code in codes]
    entities = [Entity(u.code, u.full_name, u.lat, u.lon, u.code) for u in units]
    return Batch(pd.concat(parts, ignore_index=True), entities=entities, rejected=rejected)


def _faults(rows: pd.DataFrame, options: Options) -> list[tuple[str, pd.Series, Told]]:
    no_number = rows["inspections"].isna() | rows["violations"].isna()
    too_many = rows["violations"] > rows["inspections"]
    return [
        (
            "badTime",
            rows["day"].isna(),
            told("no day written as {format}", format=options.day_format),
        ),
        ("unknownArea", rows["code"].isna(), told("no unit of the city, by code or by name")),
        ("notANumber", no_number, told("a count is no number")),
        ("inconsistent", too_many, told("more premises in breach than were inspected")),
    ]


def _codes(
    frame: pd.DataFrame, options: Options, joining: Joining, day: pd.Series
) -> list[str | None]:
    """Return each row's unit of today, by what its code, else its name, meant on its day."""
    codes = frame.get(options.unit_code, pd.Series("", index=frame.index)).str.strip()
    keys = list(zip(codes, frame[options.unit], day.dt.date, strict=True))
    return [None if pd.isna(on) else _code(code, name, on, joining) for code, name, on in keys]


def _code(code: str, name: str, day: date, joining: Joining) -> str | None:
    found = joining.on(code, day) or joining.on(name, day)
    return None if found is None else found.area
