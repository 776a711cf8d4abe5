"""Rain aggregate: the day's rain at gauges and in units, and thirty days of the median gauge."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from statistics import median
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, graded, text
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload
from data_access.rollup import DAY, slot_bounds_us

RAIN = "environment.rain"
DAYS = 30
WET_MM = 0.5
SHOWN, LABELLED = 20, 12


def rain(view: View) -> Payload:
    """Return rain of the newest day by gauge and unit; blanks in the register are no report."""
    newest = view.snapshot.newest(RAIN, "rain_mm")
    if not newest:
        return {}
    zone = view.city.zone
    last_us = max(each.at_us for each in newest)
    last = _day(view, last_us)
    cells = view.snapshot.cells(RAIN, "rain_mm", DAY, (last - DAYS + 1, last))
    days: dict[int, dict[str, float]] = defaultdict(dict)
    for name, slot, total in zip(
        cells.name.tolist(), cells.slot.tolist(), cells.sum.tolist(), strict=True
    ):
        days[slot][name] = total
    today = days.get(last, {})
    places = view.snapshot.places(RAIN)
    gauges = len(places) or len(today)
    ranked = sorted(today, key=lambda name: (-today[name], name))
    highest = today[ranked[0]] if ranked else None
    middle = median(today.values()) if today else None
    wet = sum(mm >= WET_MM for mm in today.values())
    refused = sum(
        rows
        for reason, rows in view.snapshot.reading(RAIN).rejected.items()
        if reason in ("outOfRange", "implausible")
    )
    source: Any = {"dataset": RAIN, "indicator": "rain_mm", "area": CITY_AREA}
    top = places[ranked[0]].name if ranked and ranked[0] in places else ""
    scale = view.city.scales["rain_24h"]
    band = scale.band(highest)
    numbers: dict[str, Number] = {
        "max_day": {
            "label": text("Mưa ngày lớn nhất", "Heaviest rain of the day"),
            "value": highest,
            "unit": "mm",
            "decimals": 1,
            "better": "down",
            "status": graded(highest, 50, 100, 150),
            "note": text(top, top),
            "band": band.id if band else "",
            "scale": "rain_24h",
            "target": 50,
            "targetLabel": text("ngưỡng mưa to", "heavy rain"),
            "source": source | {"entity": ranked[0]} if ranked else source,
        },
        "median_day": {
            "label": text("Trung vị các trạm có báo", "Median of reporting gauges"),
            "value": None if middle is None else round(middle, 1),
            "unit": "mm",
            "decimals": 1,
            "status": graded(middle, 50, 100, 150),
            "source": source,
        },
        "gauges_wet": {
            "label": text("Trạm có mưa", "Gauges with rain"),
            "value": wet if today else None,
            "unit": "",
            "decimals": 0,
            "status": "normal",
            "source": source,
            "note": text(f"trên {gauges} trạm", f"of {gauges} gauges"),
        },
        "gauges_refused": {
            "label": text("Số liệu trạm bị loại", "Gauge values refused"),
            "value": refused,
            "unit": "",
            "decimals": 0,
            "status": "information" if refused else "normal",
            "note": text("vượt ngưỡng hợp lý", "implausible"),
            "source": source,
        },
    }
    begins = {slot: slot_bounds_us(DAY, slot, zone)[0] for slot in range(last - DAYS + 1, last + 1)}

    def points(of: Any) -> list[list[float | None]]:
        return [
            [
                view.glass_ms(RAIN, at_us),
                round(float(of(days[slot].values())), 1) if days.get(slot) else 0.0,
            ]
            for slot, at_us in begins.items()
        ]

    values, worst = _by_area(view, today, places)
    return {
        "numbers": numbers,
        "series": {
            "daily": {
                "label": text("Mưa ngày, 30 ngày", "Daily rain, 30 days"),
                "unit": "mm",
                "decimals": 1,
                "step": "day",
                "lines": [
                    {"id": "median", "label": text("trung vị", "median"), "points": points(median)},
                    {"id": "highest", "label": text("lớn nhất", "highest"), "points": points(max)},
                ],
                "thresholds": [
                    {"label": text("mưa to", "heavy"), "value": 50, "status": "caution"}
                ],
                "source": source,
            }
        },
        "tables": {
            "gauges": {
                "label": text("Lượng mưa theo trạm", "Rain by gauge"),
                "columns": [
                    {"id": "name", "label": text("Trạm", "Gauge"), "kind": "text"},
                    {
                        "id": "rain",
                        "label": text("Mưa ngày", "Day's rain"),
                        "kind": "number",
                        "unit": "mm",
                        "decimals": 1,
                        "scale": "rain_24h",
                    },
                ],
                "rows": [
                    {
                        "name": places[n].name if n in places else n,
                        "rain": round(today[n], 1),
                        "source": {"dataset": RAIN, "indicator": "rain_mm", "entity": n},
                    }
                    for n in ranked[:SHOWN]
                ],
                "total": len(ranked),
            }
        },
        "maps": {
            "areas": {
                "label": text("Mưa ngày theo phường, xã", "Day's rain by ward and commune"),
                "layer": "areas",
                "unit": "mm",
                "decimals": 1,
                "scale": "rain_24h",
                "values": values,
                "worst": worst,
            }
        },
    }


def _day(view: View, at_us: int) -> int:
    return view.local(at_us).date().toordinal() - date(1970, 1, 1).toordinal()


def _by_area(
    view: View, today: dict[str, float], places: Any
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    highest: dict[str, float] = {}
    for gauge, mm in today.items():
        code = places[gauge].area if gauge in places else None
        if code and code != CITY_AREA:
            highest[code] = max(highest.get(code, 0.0), mm)
    values: dict[str, dict[str, Any]] = {}
    for code, mm in highest.items():
        band, unit = view.city.scales["rain_24h"].band(mm), view.city.areas.get(code)
        values[code] = {
            "value": round(mm, 1),
            "band": band.id if band else None,
            "label": text(unit.name, unit.name) if unit else None,
        }
    return values, sorted(values, key=lambda code: -values[code]["value"])[:LABELLED]


AGGREGATES = (Aggregate(RAIN, (RAIN,), rain),)
