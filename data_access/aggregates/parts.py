"""Parts of a payload, written short: figures held against their limits, tables, lines, maps.

Only shapes; what a figure means and how it comes about stands in the module of its aggregate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.aggregates.aggregate import View, text
from data_access.contracts import CITY_AREA
from data_access.envelope import Column, Line, MapLayer, Number, Series, Source, Status, Table, Text
from data_access.limits import NONE, Limit
from data_access.sources.places import middle

Points = list[list[float | None]]
LABELLED = 12  # features of a map that are named
NO_THRESHOLD = text("chưa đặt ngưỡng", "no threshold set")  # what is off, nobody can say then


def number(
    label: Text,
    value: float | None,
    unit: str = "",
    decimals: int = 0,
    *,
    limit: Limit = NONE,
    year: int = 0,
    status: Status | None = None,
    **more: Any,
) -> Number:
    """Return a figure; its status and target follow from `limit` (in `year`, where that matters).

    `more` are optional keys of Number; those that are None are left out.
    """
    made: Number = {
        "label": label,
        "value": value,
        "unit": unit,
        "decimals": decimals,
        "status": limit.grade(value) if status is None else status,
    }
    target = limit.target_in(year)
    if target is not None:
        more = {"target": target, "targetLabel": target_name(limit, year), **more}
    made.update({key: each for key, each in more.items() if each is not None})  # type: ignore[typeddict-item]
    return made


def target_name(limit: Limit, year: int) -> Text:
    """Return what a target is called: that of its year, or the threshold a figure is held to."""
    if limit.target_name is not None:
        return limit.target_name
    if str(year) in limit.targets:
        return text(f"chỉ tiêu năm {year}", f"target of {year}")
    return text("ngưỡng", "threshold")


def column(
    name: str,
    label: Text,
    unit: str | None = None,
    decimals: int = 0,
    *,
    kind: str = "number",
    scale: str | None = None,
) -> Column:
    """Return a column of numbers, or of another kind."""
    made: Column = {"id": name, "label": label, "kind": kind}
    if kind == "number":
        made["decimals"] = decimals
    if unit is not None:
        made["unit"] = unit
    if scale is not None:
        made["scale"] = scale
    return made


def words(name: str, label: Text) -> Column:
    """Return a column of words."""
    return column(name, label, kind="text")


UNIT = words("name", text("Phường, xã", "Unit"))


def table(
    label: Text,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    *,
    total: int | None = None,
    shown: int = 40,
) -> Table:
    """Return a table of the first `shown` rows, and how many there are."""
    return {
        "label": label,
        "columns": list(columns),
        "rows": list(rows[:shown]),
        "total": len(rows) if total is None else total,
    }


def line(name: str, label: Text, points: Points) -> Line:
    """Return one line."""
    return {"id": name, "label": label, "points": points}


def series(
    label: Text,
    unit: str,
    lines: Sequence[Line],
    *,
    decimals: int = 0,
    step: str = "day",
    source: Source | None = None,
    thresholds: Sequence[dict[str, Any]] = (),
) -> Series:
    """Return lines over time."""
    made: Series = {
        "label": label,
        "unit": unit,
        "decimals": decimals,
        "step": step,
        "lines": list(lines),
    }
    if source is not None:
        made["source"] = source
    if thresholds:
        made["thresholds"] = list(thresholds)
    return made


def held_to(limit: Limit, *, year: int = 0) -> list[dict[str, Any]]:
    """Return the threshold of a series whose figures are held to the target of `limit`, if any."""
    target = limit.target_in(year)
    if target is None:
        return []
    return [{"label": target_name(limit, year), "value": target, "status": "caution"}]


def of_units(
    view: View,
    label: Text,
    values: Mapping[str, float],
    *,
    unit: str = "",
    decimals: int = 0,
    scale: str = "count",
    lowest: bool = False,
    named: bool = False,
) -> MapLayer:
    """Return a map of values by unit, coloured by `scale`; the worst are those that are highest.

    `lowest`: the lowest are. `named`: with their names, which are listed beside the map, too.
    """
    known = view.city.scales[scale]
    kept = {
        code: figure
        for code, figure in values.items()
        if code != CITY_AREA and code in view.city.areas.units
    }
    ranked = sorted(kept, key=lambda code: (kept[code] if lowest else -kept[code], code))
    found: dict[str, dict[str, Any]] = {}
    for code in sorted(kept):
        band = known.band(kept[code])
        found[code] = {"value": round(kept[code], decimals), "band": band.id if band else None}
        if named:
            name = view.city.areas.units[code].name
            found[code]["label"] = text(name, name)
    return {
        "label": label,
        "layer": "areas",
        "unit": unit,
        "decimals": decimals,
        "scale": scale,
        "values": found,
        "worst": [code for code in ranked if kept[code]][:LABELLED],
    }


def point_of(geometry: Mapping[str, Any]) -> list[float]:
    """Return [lat, lon] of a point of a GeoJSON geometry, to a metre."""
    return [round(degrees, 5) for degrees in middle(geometry)]


def unit_title(view: View, code: str) -> Text:
    """Return what a unit is called; a code that is none in force stays."""
    unit = view.city.areas.get(code)
    return unit.title if unit is not None else text(code, code)
