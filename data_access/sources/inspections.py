"""Food safety inspections: a register exported as CSV, a row what one team did in a unit on a day.

Rows are summed by unit and day; what kind of premises were visited is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from data_access.areas import Areas
from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import CityError
from data_access.model import Batch, Entity, Rejected
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import load
from data_access.sources.rows import bad_rows, local_to_utc, numbers, observations, references

FORMAT = "inspections-csv"
EXPECTED = "a register of inspections"


class Options(SourceOptions):
    """The headings of the register, and how it writes a day."""

    day: str = "Ngày"
    unit: str = "Mã đơn vị"
    inspected: str = "Số cơ sở kiểm tra"
    in_breach: str = "Số cơ sở vi phạm"
    day_format: str = "%d/%m/%Y"
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: inspections and violations by unit and day."""
    options: Options = Options.of(contract)
    missing = {"inspections", "violations"} - set(contract.indicators)
    if missing:
        expected = f"{FORMAT} gives inspections and violations; no {', '.join(sorted(missing))}"
        raise CityError("datasets.toml", f"{contract.id}.indicators", expected)
    zone = zone_of(options.timezone, city)
    wanted = (options.day, options.unit, options.inspected, options.in_breach)
    for path in files:
        payload = load(path)
        table, rejected = payload.table(wanted, expected=EXPECTED)
        rows, refused = _rows(payload.name, table, options, city.areas)
        days = rows.groupby(["unit", "day"], sort=False).agg(
            inspections=("inspected", "sum"),
            violations=("in_breach", "sum"),
            line=("line", "first"),
        )
        days = days.reset_index()
        observed_at = local_to_utc(days["day"], zone)
        refs = references(payload.name, days["line"])
        frames = [
            observations(
                indicator=indicator,
                entity=days["unit"].to_numpy(object),
                area=days["unit"].to_numpy(object),
                observed_at=observed_at,
                value=days[indicator].to_numpy(np.float64),
                source_ref=refs,
            )
            for indicator in ("inspections", "violations")
        ]
        yield Batch(
            pd.concat(frames, ignore_index=True),
            entities=_entities(days["unit"].unique().tolist(), city.areas),
            rejected=[*rejected, *refused],
        )


def _rows(
    name: str, table: pd.DataFrame, options: Options, areas: Areas
) -> tuple[pd.DataFrame, list[Rejected]]:
    """Return the usable rows (line, unit, day, inspected, in_breach) and those refused."""
    rows = pd.DataFrame(
        {
            "line": table.index,
            "unit": table[options.unit].str.strip(),
            "day": pd.to_datetime(table[options.day], format=options.day_format, errors="coerce"),
            "inspected": numbers(table[options.inspected]),
            "in_breach": numbers(table[options.in_breach]),
        },
        index=table.index,
    )
    counts = rows[["inspected", "in_breach"]]
    faults = (
        (rows["day"].isna(), "badTime", f"the day is not written {options.day_format}"),
        (~rows["unit"].isin(areas.codes), "unknownCode", "expected the code of a unit in force"),
        (counts.isna().any(axis=1), "notANumber", "expected numbers of premises"),
        (
            (counts < 0).any(axis=1) | (rows["in_breach"] > rows["inspected"]),
            "outOfRange",
            "expected no more premises in breach than were inspected",
        ),
    )
    refused: list[Rejected] = []
    good = pd.Series(True, index=table.index)
    for bad, reason, detail in faults:
        refused += bad_rows(name, table, bad & good, reason, detail)
        good &= ~bad
    return rows[good], refused


def _entities(codes: Sequence[str], areas: Areas) -> list[Entity]:
    units = [areas.units[code] for code in codes]
    return [Entity(u.code, u.full_name, lat=u.lat, lon=u.lon, area=u.code) for u in units]
