"""Case counts as OpenDengue publishes them: a row a place and period of week, month or year.

One resolution is read; the others count the same people again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import Batch, Rejected
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import bad_rows, local_to_utc, numbers, observations, references
from data_access.spelling import ascii_key
from language import told

FORMAT = "opendengue"
COLUMNS = ("adm_0_name", "adm_1_name", "calendar_start_date", "dengue_total", "T_res")
MISSING = frozenset({"", "NA"})


class Options(SourceOptions):
    """Which rows are read, and which of their places is this city."""

    resolution: Literal["Week", "Month", "Year"] = "Month"
    city_names: tuple[str, ...] = ()
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file, in the order of time; a period is stamped with its first instant."""
    rejected: list[Rejected] = []
    for frame, refused in good_files(files, lambda path: _cases(path, contract, city), rejected):
        yield Batch(frame, rejected=[*rejected, *refused])
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _cases(
    path: Path, contract: DatasetContract, city: City
) -> tuple[pd.DataFrame, list[Rejected]]:
    options: Options = Options.of(contract)
    (indicator,) = contract.indicators
    payload = load(path)
    frame, rejected = payload.table(COLUMNS, expected=told("an OpenDengue extract"))
    frame = frame[frame["T_res"].str.casefold() == options.resolution.casefold()]
    start = pd.to_datetime(frame["calendar_start_date"], errors="coerce", format="%Y-%m-%d")
    cases = numbers(frame["dengue_total"])
    absent = frame["dengue_total"].isin(MISSING)
    detail = told("no calendar_start_date; expected YYYY-MM-DD")
    rejected += bad_rows(payload.name, frame, start.isna(), "badTime", detail)
    detail = told("dengue_total is no number")
    rejected += bad_rows(payload.name, frame, cases.isna() & ~absent, "notANumber", detail)
    kept = (start.notna() & cases.notna()).to_numpy()
    province = frame["adm_1_name"].where(~frame["adm_1_name"].isin(MISSING))
    place = province.fillna(frame["adm_0_name"])[kept]
    ours = {ascii_key(name) for name in options.city_names}
    area = [CITY_AREA if ascii_key(name) in ours else None for name in place]
    made = observations(
        indicator=indicator,
        entity=place,
        area=np.array(area, dtype=object),
        observed_at=local_to_utc(start[kept], zone_of(options.timezone, city)),
        value=cases[kept],
        source_ref=references(payload.name, frame.index[kept]),
    )
    return made.sort_values("observed_at", kind="stable", ignore_index=True), rejected
