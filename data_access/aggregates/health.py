"""Health aggregates: dengue against what five years before lead to expect, food inspections."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, graded, text
from data_access.aggregates.expected import YEARS, Expected, expected
from data_access.aggregates.months import month_ms, month_text, months_of
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload
from data_access.rollup import DAY, slot_bounds_us
from data_access.store.snapshot import AREA

DENGUE, FOOD = "health.dengue", "food.safety"
MONTHS = 24
FOOD_DAYS = 7
SHOWN = 12


def dengue(view: View) -> Payload:
    """Return cases by month against the mean and threshold of the same month in five years."""
    cases = months_of(view, DENGUE, "cases")
    if not cases:
        return {}
    newest = max(cases)
    months = range(newest - MONTHS + 1, newest + 1)
    by_month = {month: _expected(cases, month) for month in months}
    here = by_month[newest]
    this_year = sum(v for m, v in cases.items() if m // 12 == newest // 12)
    months_before = range((newest // 12 - 1) * 12, newest - 11)
    year_before = (
        sum(cases[month] for month in months_before)
        if all(month in cases for month in months_before)
        else None
    )
    source: Any = {"dataset": DENGUE, "indicator": "cases", "area": CITY_AREA}
    numbers: dict[str, Number] = {
        "month_cases": {
            "label": text("Ca sốt xuất huyết trong tháng", "Dengue cases in the month"),
            "value": cases[newest],
            "unit": "ca",
            "decimals": 0,
            "better": "down",
            "status": "normal" if here is None else here.status(cases[newest]),
            "period": month_text(newest),
            "previous": cases.get(newest - 12),
            "previousLabel": text("cùng kỳ", "same period"),
            "source": source,
        },
        "year_cases": {
            "label": text("Lũy kế từ đầu năm", "Cases this year"),
            "value": this_year,
            "unit": "ca",
            "decimals": 0,
            "better": "down",
            "status": "normal",
            "period": text(f"{newest // 12}", f"{newest // 12}"),
            "previous": year_before,
            "previousLabel": text("cùng kỳ", "same period"),
            "source": source,
        },
        "expected": {
            "label": text("Mức dự kiến (5 năm)", "Expected (5 years)"),
            "value": None if here is None else round(here.mean, 1),
            "unit": "ca",
            "decimals": 0,
            "status": "normal",
            "period": month_text(newest),
            "source": source,
        },
    }
    if here is not None:
        numbers["month_cases"]["target"] = round(here.threshold, 1)
        numbers["month_cases"]["targetLabel"] = text("ngưỡng dịch", "epidemic threshold")

    def line(name: str, vi: str, en: str, of: Any) -> Any:
        return {
            "id": name,
            "label": text(vi, en),
            "points": [[month_ms(view, month), of(month)] for month in months],
        }

    def part(name: str) -> Any:
        return lambda month: (
            None if (found := by_month[month]) is None else round(getattr(found, name), 1)
        )

    years: dict[int, float] = defaultdict(float)
    for month, figure in cases.items():
        years[month // 12] += figure
    return {
        "numbers": numbers,
        "series": {
            "curve": {
                "label": text("Số ca theo tháng", "Cases by month"),
                "unit": "ca",
                "decimals": 0,
                "step": "month",
                "lines": [
                    line("cases", "số ca", "cases", cases.get),
                    line("mean5", "trung bình 5 năm", "5-year mean", part("mean")),
                    line("threshold", "ngưỡng dịch", "threshold", part("threshold")),
                ],
                "source": source,
            }
        },
        "tables": {
            "years": {
                "label": text("Số ca theo năm", "Cases by year"),
                "columns": [
                    {"id": "year", "label": text("Năm", "Year"), "kind": "text"},
                    {
                        "id": "cases",
                        "label": text("Số ca", "Cases"),
                        "kind": "number",
                        "unit": "ca",
                        "decimals": 0,
                    },
                ],
                "rows": [
                    {"year": str(year), "cases": years[year]}
                    for year in sorted(years, reverse=True)
                ][:SHOWN],
                "total": len(years),
            }
        },
    }


def _expected(cases: dict[int, float], month: int) -> Expected | None:
    return expected([cases.get(month - 12 * n) for n in range(1, YEARS + 1)])


def food(view: View) -> Payload:
    """Return violations found by food inspections, of the last seven days and by unit."""
    zone = view.city.zone
    cells = {
        name: view.snapshot.cells(FOOD, name, DAY, kind=AREA, names=[CITY_AREA])
        for name in ("inspections", "violations")
    }
    if not len(cells["inspections"]):
        return {}
    sums = {
        name: dict(zip(c.slot.tolist(), c.sum.tolist(), strict=True)) for name, c in cells.items()
    }
    last = max(sums["inspections"])
    week = range(last - FOOD_DAYS + 1, last + 1)
    inspected = sum(sums["inspections"].get(day, 0.0) for day in week)
    violations = sum(sums["violations"].get(day, 0.0) for day in week)
    share = round(violations / inspected * 100, 1) if inspected else None
    source: Any = {"dataset": FOOD, "indicator": "violations", "area": CITY_AREA}
    period = text("7 ngày", "7 days")
    numbers: dict[str, Number] = {
        "violations_share": {
            "label": text("Cơ sở vi phạm ATTP", "Food premises in violation"),
            "value": share,
            "unit": "%",
            "decimals": 1,
            "better": "down",
            "period": period,
            "status": graded(share, 15, 25, 40),
            "target": 15,
            "targetLabel": text("ngưỡng", "threshold"),
            "source": source,
        },
        "inspections": {
            "label": text("Lượt kiểm tra", "Inspections"),
            "value": inspected,
            "unit": "lượt",
            "decimals": 0,
            "status": "normal",
            "period": period,
            "source": source | {"indicator": "inspections"},
        },
        "violations": {
            "label": text("Vi phạm", "Violations"),
            "value": violations,
            "unit": "lượt",
            "decimals": 0,
            "status": "normal",
            "period": period,
            "source": source,
        },
    }
    days = range(last - 29, last + 1)
    points: list[list[float | None]] = [
        [view.glass_ms(FOOD, slot_bounds_us(DAY, day, zone)[0]), sums["violations"].get(day)]
        for day in days
    ]
    return {
        "numbers": numbers,
        "series": {
            "violations": {
                "label": text("Vi phạm theo ngày", "Violations by day"),
                "unit": "lượt",
                "decimals": 0,
                "step": "day",
                "source": source,
                "lines": [
                    {"id": "violations", "label": text("vi phạm", "violations"), "points": points}
                ],
            }
        },
        "tables": {"areas": _food_areas(view, week)},
    }


def _food_areas(view: View, week: range) -> Any:
    found: dict[str, dict[str, float]] = defaultdict(lambda: {"inspections": 0, "violations": 0})
    for name in ("inspections", "violations"):
        cells = view.snapshot.cells(FOOD, name, DAY, (week[0], week[-1]), kind=AREA)
        for code, total in zip(cells.name.tolist(), cells.sum.tolist(), strict=True):
            if code != CITY_AREA:
                found[code][name] += total
    ranked = sorted(found, key=lambda code: (-found[code]["violations"], code))
    rows = []
    for code in ranked[:SHOWN]:
        unit = view.city.areas.get(code)
        rows.append(
            {
                "name": unit.title if unit else code,
                **found[code],
                "source": {"dataset": FOOD, "indicator": "violations", "area": code},
            }
        )
    return {
        "label": text("Vi phạm theo phường, xã, 7 ngày", "Violations by unit, 7 days"),
        "columns": [
            {"id": "name", "label": text("Phường, xã", "Unit"), "kind": "text"},
            {
                "id": "violations",
                "label": text("Vi phạm", "Violations"),
                "kind": "number",
                "decimals": 0,
            },
            {
                "id": "inspections",
                "label": text("Lượt kiểm tra", "Inspections"),
                "kind": "number",
                "decimals": 0,
            },
        ],
        "rows": rows,
        "total": len(ranked),
    }


AGGREGATES = (
    Aggregate(DENGUE, (DENGUE,), dengue),
    Aggregate(FOOD, (FOOD,), food),
)
