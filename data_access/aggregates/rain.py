"""Rain aggregate: the day's rain at gauges and in units, and thirty days of the median gauge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import (
    Points,
    column,
    held_to,
    line,
    number,
    of_units,
    series,
    table,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Series, Table
from data_access.rollup import DAY, slot_bounds_us
from data_access.store.snapshot import Place

RAIN = "environment.rain"
DAYS = 30
WET_MM = 0.5
SHOWN = 20
SOURCE: Any = {"dataset": RAIN, "indicator": "rain_mm"}

Depths = Mapping[str, float]  # mm of a day, by gauge


def rain(view: View) -> Payload:
    """Return rain of the newest day by gauge and unit; blanks in the register are no report."""
    newest = view.snapshot.newest(RAIN, "rain_mm")
    if not newest:
        return {}
    last = _day(view, max(each.at_us for each in newest))
    cells = view.snapshot.cells(RAIN, "rain_mm", DAY, (last - DAYS + 1, last))
    days: dict[int, dict[str, float]] = defaultdict(dict)
    for name, slot, total in zip(
        cells.name.tolist(), cells.slot.tolist(), cells.sum.tolist(), strict=True
    ):
        days[slot][name] = total
    today = days.get(last, {})
    places = view.snapshot.places(RAIN)
    ranked = sorted(today, key=lambda name: (-today[name], name))
    return {
        "numbers": _numbers(view, today, ranked, places),
        "series": {"daily": _daily(view, days, last)},
        "tables": {"gauges": _gauges(today, ranked, places)},
        "maps": {
            "areas": of_units(
                view,
                text("Mưa ngày theo phường, xã", "Day's rain by ward and commune"),
                _by_area(today, places),
                unit="mm",
                decimals=1,
                scale="rain_24h",
                named=True,
            )
        },
    }


def _numbers(
    view: View, today: Depths, ranked: Sequence[str], places: Mapping[str, Place]
) -> dict[str, Number]:
    source = SOURCE | {"area": CITY_AREA}
    highest = today[ranked[0]] if ranked else None
    band = view.city.scales["rain_24h"].band(highest)
    top = places[ranked[0]].name if ranked and ranked[0] in places else ""
    gauges = len(places) or len(today)
    refused = sum(
        rows
        for reason, rows in view.snapshot.reading(RAIN).rejected.items()
        if reason in ("outOfRange", "implausible")
    )
    return {
        "max_day": number(
            text("Mưa ngày lớn nhất", "Heaviest rain of the day"),
            highest,
            "mm",
            1,
            limit=view.city.limit(RAIN, "max_day"),
            better="down",
            note=text(top, top),
            band=band.id if band else "",
            scale="rain_24h",
            source=source | {"entity": ranked[0]} if ranked else source,
        ),
        "median_day": number(
            text("Trung vị các trạm có báo", "Median of reporting gauges"),
            round(median(today.values()), 1) if today else None,
            "mm",
            1,
            limit=view.city.limit(RAIN, "median_day"),
            source=source,
        ),
        "gauges_wet": number(
            text("Trạm có mưa", "Gauges with rain"),
            sum(mm >= WET_MM for mm in today.values()) if today else None,
            note=text(f"trên {gauges} trạm", f"of {gauges} gauges"),
            source=source,
        ),
        "gauges_refused": number(
            text("Số liệu trạm bị loại", "Gauge values refused"),
            refused,
            status="information" if refused else "normal",
            note=text("vượt ngưỡng hợp lý", "implausible"),
            source=source,
        ),
    }


def _daily(view: View, days: Mapping[int, Depths], last: int) -> Series:
    """Return thirty days of the median gauge and of the one with most; without reports it is 0."""
    zone = view.city.zone
    begins = {slot: slot_bounds_us(DAY, slot, zone)[0] for slot in range(last - DAYS + 1, last + 1)}

    def points(of: Any) -> Points:
        return [
            [
                view.glass_ms(RAIN, at_us),
                round(float(of(days[slot].values())), 1) if days.get(slot) else 0.0,
            ]
            for slot, at_us in begins.items()
        ]

    return series(
        text("Mưa ngày, 30 ngày", "Daily rain, 30 days"),
        "mm",
        [
            line("median", text("trung vị", "median"), points(median)),
            line("highest", text("lớn nhất", "highest"), points(max)),
        ],
        decimals=1,
        thresholds=held_to(view.city.limit(RAIN, "max_day")),
        source=SOURCE | {"area": CITY_AREA},
    )


def _gauges(today: Depths, ranked: Sequence[str], places: Mapping[str, Place]) -> Table:
    columns = [
        words("name", text("Trạm", "Gauge")),
        column("rain", text("Mưa ngày", "Day's rain"), "mm", 1, scale="rain_24h"),
    ]
    rows = [
        {
            "name": places[gauge].name if gauge in places else gauge,
            "rain": round(today[gauge], 1),
            "source": SOURCE | {"entity": gauge},
        }
        for gauge in ranked
    ]
    return table(text("Lượng mưa theo trạm", "Rain by gauge"), columns, rows, shown=SHOWN)


def _day(view: View, at_us: int) -> int:
    return view.local(at_us).date().toordinal() - date(1970, 1, 1).toordinal()


def _by_area(today: Depths, places: Mapping[str, Place]) -> dict[str, float]:
    """Return of each unit the gauge in it that had most."""
    highest: dict[str, float] = {}
    for gauge, mm in today.items():
        code = places[gauge].area if gauge in places else None
        if code:
            highest[code] = max(highest.get(code, 0.0), mm)
    return highest


AGGREGATES = (Aggregate(RAIN, (RAIN,), rain),)
