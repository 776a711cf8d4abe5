"""Meals at school: how many, kitchens that failed, pupils who may have been poisoned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.months import day_of
from data_access.aggregates.parts import UNIT, column, line, number, series, table, unit_title
from data_access.aggregates.schools import share
from data_access.contracts import CITY_AREA
from data_access.envelope import Payload, Series, Source, Table
from data_access.masking import is_small
from data_access.rollup import DAY, slot_bounds_us
from data_access.store.snapshot import AREA

MEALS = "education.meals"
MEAL_DAYS = 7
SERIES_DAYS = 14


def meals(view: View) -> Payload:
    """Return meals of the newest day, kitchens that failed and suspected poisoning in a week."""
    served = _by_day(view, "meals_served")
    if not served:
        return {}
    last = max(served)
    week = (last - MEAL_DAYS + 1, last)
    sums = {
        name: sum(count for day, count in _by_day(view, name).items() if week[0] <= day <= last)
        for name in ("kitchens_checked", "kitchens_failed", "poisoned")
    }
    below = view.city.datasets[MEALS].masks.indicators.get("poisoned", 0)
    is_hidden = is_small(sums["poisoned"], below)
    days = text("7 ngày", "7 days")
    day = day_of(last)
    checked = round(sums["kitchens_checked"])
    return {
        "numbers": {
            "meals": number(
                text("Suất ăn trong ngày", "Meals of the day"),
                served[last],
                "suất",
                period=text(f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y}"),
                source=_source("meals_served"),
            ),
            "failed_share": number(
                text("Bếp ăn không đạt", "Kitchens that failed"),
                share(sums["kitchens_failed"], sums["kitchens_checked"]),
                "%",
                1,
                limit=view.city.limit(MEALS, "failed_share"),
                better="down",
                period=days,
                note=text(f"{checked} bếp được kiểm tra", f"{checked} kitchens checked"),
                source=_source("kitchens_failed"),
            ),
            "poisoned": number(
                text("Học sinh nghi ngộ độc", "Suspected poisoning"),
                None if is_hidden else sums["poisoned"],
                "ca",
                limit=view.city.limit(MEALS, "poisoned"),
                better="down",
                period=days,
                note=text(f"ẩn: ít hơn {below} ca", f"hidden: fewer than {below}")
                if is_hidden
                else None,
                masked=is_hidden or None,
                source=_source("poisoned"),
            ),
        },
        "series": {"daily": later(_daily, view, last, served)},
        "tables": {"units": later(_failed_units, view, week)},
    }


def _by_day(view: View, indicator: str) -> dict[int, float]:
    cells = view.snapshot.cells(MEALS, indicator, DAY, kind=AREA, names=[CITY_AREA])
    return dict(zip(cells.slot.tolist(), cells.sum.tolist(), strict=True))


def _daily(view: View, last: int, served: Mapping[int, float]) -> Series:
    points: list[list[float | None]] = [
        [view.glass_ms(MEALS, slot_bounds_us(DAY, slot, view.city.zone)[0]), served.get(slot)]
        for slot in range(last - SERIES_DAYS + 1, last + 1)
    ]
    return series(
        text("Suất ăn theo ngày", "Meals by day"),
        "suất",
        [line("meals", text("suất ăn", "meals"), points)],
        step="day",
        source=_source("meals_served"),
    )


def _failed_units(view: View, week: tuple[int, int]) -> Table:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for name in ("kitchens_checked", "kitchens_failed"):
        cells = view.snapshot.cells(MEALS, name, DAY, week, kind=AREA)
        for code, count in zip(cells.name.tolist(), cells.sum.tolist(), strict=True):
            if code != CITY_AREA:
                found[code][name] = found[code].get(name, 0.0) + count
    rows: list[dict[str, Any]] = [
        {
            "name": unit_title(view, code),
            "failed": each.get("kitchens_failed", 0.0),
            "checked": each.get("kitchens_checked", 0.0),
            "source": _source("kitchens_failed") | {"area": code},
        }
        for code, each in found.items()
    ]
    rows.sort(key=lambda row: (-row["failed"], -row["checked"], row["name"]["vi"]))
    columns = [
        UNIT,
        column("failed", text("Không đạt", "Failed")),
        column("checked", text("Kiểm tra", "Checked")),
    ]
    return table(text("Bếp ăn không đạt, 7 ngày", "Kitchens that failed, 7 days"), columns, rows)


def _source(indicator: str) -> Source:
    return {"dataset": MEALS, "indicator": indicator}


AGGREGATES = (Aggregate(MEALS, (MEALS,), meals),)
