"""Source rows as they were read, and the cells that are made of them anew. Pure but for columns.

Not for what is asked of the store: that is a SourceSnapshot (data_access/store/evidence.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import ColumnElement, Select, select

from data_access import rollup
from data_access.contracts import CITY_AREA
from data_access.rollup import MICRO
from data_access.store.snapshot import Life, Table
from data_access.store.tables import observation, series


class Row(NamedTuple):
    """One source row that was read; times on the track."""

    indicator: str
    entity: str
    area: str | None
    at_us: int
    value: Any
    quality: int
    revision: int
    recorded_us: int
    ref_id: int | None
    ref_line: int
    source_ref: str | None = None  # of a record


@dataclass(frozen=True, slots=True)
class Read:
    """One question that was answered: from how many rows, how many cells, and the newest rows."""

    what: str  # newest | cells | values | records | files
    dataset: str
    indicator: str = ""
    rows: int = 0
    suspect: int = 0  # of them, left out
    cells: int = 0  # taken as they were rolled up
    kept: tuple[Row, ...] = ()
    withdrawn: int = 0  # beside them: what its source says no more; `kept` has those, too


def row_columns() -> Select[Any]:
    """Return what is asked of a row, to be joined with its series."""
    return select(
        series.c.indicator,
        series.c.name.label("entity"),
        series.c.area,
        observation.c.at_us,
        observation.c.value,
        observation.c.quality,
        observation.c.revision,
        observation.c.recorded_us,
        observation.c.ref_id,
        observation.c.ref_line,
    )


def inside_of(areas: Sequence[str] | None) -> ColumnElement[bool]:
    """Return which series are folded into these areas; all of the city's with the city, or None."""
    if areas is None or CITY_AREA in areas:
        return series.c.area.is_not(None)
    return series.c.area.in_(areas)


def by_area(rows: Sequence[Row], wanted: set[str] | None) -> list[tuple[str, Row]]:
    """Return rows under their area, and once more under the city."""
    pairs = [(row.area, row) for row in rows if row.area is not None]
    pairs += [(CITY_AREA, row) for area, row in pairs if area != CITY_AREA]
    return [(area, row) for area, row in pairs if wanted is None or area in wanted]


def rolled(
    grouped: Sequence[tuple[str, Row]], step: int, slots: tuple[int, int], zone: ZoneInfo
) -> Table:
    """Return the cells of `step` within `slots` that rows make, each under the name beside it."""
    codes = {name: code for code, name in enumerate(dict.fromkeys(name for name, _ in grouped))}
    names = np.array([*codes, ""], object)
    cells = rollup.roll_up(
        np.array([codes[name] for name, _ in grouped], np.int64),
        np.array([row.at_us for _, row in grouped], np.int64),
        np.array([row.value for _, row in grouped], np.float64),
        np.zeros(len(grouped), bool),
        zone,
    )
    within = (cells.step == step) & (cells.slot >= slots[0]) & (cells.slot <= slots[1])
    chosen = rollup.select(cells, within)
    return Table(
        name=names[chosen.series],
        slot=chosen.slot,
        rows=chosen.rows,
        sum=chosen.sum_micro / MICRO,
        low=chosen.low,
        high=chosen.high,
    )


def joined(made: Table, stored: Table, is_taken: np.ndarray) -> Table:
    """Return what was made, and of what is stored the cells that are taken, by slot."""
    columns = {
        name: np.concatenate([getattr(made, name), getattr(stored, name)[is_taken]])
        for name in ("name", "slot", "rows", "sum", "low", "high")
    }
    order = np.lexsort((columns["name"].astype(str), columns["slot"]))
    return Table(**{name: column[order] for name, column in columns.items()})


def ends_after(now: Mapping[str, Any], at_us: int) -> bool:
    """Tell whether a record had not ended at an instant."""
    return now["ended_us"] is None or now["ended_us"] > at_us


def ended_after(now: Mapping[str, Any], at_us: int) -> bool:
    """Tell whether a record ended after an instant."""
    return now["ended_us"] is not None and now["ended_us"] > at_us


def life_of(
    now: Mapping[str, Any], row: Mapping[str, Any], *, bodies: bool, geometries: bool = True
) -> Life:
    """Return a record as it stands, from its current version."""
    drawn = row["geometry"] if bodies and geometries else None
    return Life(
        base_id=now["base_id"],
        status=now["status"],
        category=now["category"],
        area=now["area"],
        reported_us=now["reported_us"],
        opened_us=now["opened_us"],
        ended_us=now["ended_us"],
        due_us=now["due_us"],
        body=orjson.loads(row["body"]) if bodies else {},
        geometry=orjson.loads(drawn) if drawn else None,
        source_ref=row["source_ref"] if bodies else "",
    )
