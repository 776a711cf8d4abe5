"""Health aggregates: dengue against what five years before lead to expect, food inspections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.expected import YEARS, Expected, expected
from data_access.aggregates.months import (
    SAME_PERIOD,
    Months,
    month_ms,
    month_text,
    months_of,
)
from data_access.aggregates.parts import (
    UNIT,
    Points,
    column,
    line,
    number,
    series,
    table,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Line, Number, Payload, Series, Source, Table
from data_access.rollup import DAY, slot_bounds_us
from data_access.store.snapshot import AREA

DENGUE, FOOD = "health.dengue", "food.safety"
MONTHS = 24
FOOD_DAYS = 7
SHOWN = 12
CASES: Source = {"dataset": DENGUE, "indicator": "cases", "area": CITY_AREA}
FOUND: Source = {"dataset": FOOD, "indicator": "violations", "area": CITY_AREA}


def dengue(view: View) -> Payload:
    """Return cases by month against the mean and threshold of the same month in five years."""
    cases = months_of(view, DENGUE, "cases")
    if not cases:
        return {}
    newest = max(cases)
    by_month = {month: _expected(cases, month) for month in range(newest - MONTHS + 1, newest + 1)}
    return {
        "numbers": _cases(cases, newest, by_month[newest]),
        "series": {"curve": _curve(view, cases, by_month)},
        "tables": {"years": _years(cases)},
    }


def _cases(cases: Months, newest: int, here: Expected | None) -> dict[str, Number]:
    """Return the month's cases against what is expected `here`, and the year's so far."""
    year = newest // 12
    months_before = range((year - 1) * 12, newest - 11)
    is_whole = all(month in cases for month in months_before)
    against: dict[str, Any] = {}
    if here is not None:
        against = {
            "status": here.status(cases[newest]),
            "target": round(here.threshold, 1),
            "targetLabel": text("ngưỡng dịch", "epidemic threshold"),
        }
    return {
        "month_cases": number(
            text("Ca sốt xuất huyết trong tháng", "Dengue cases in the month"),
            cases[newest],
            "ca",
            better="down",
            period=month_text(newest),
            previous=cases.get(newest - 12),
            previousLabel=SAME_PERIOD,
            source=CASES,
            **against,
        ),
        "year_cases": number(
            text("Lũy kế từ đầu năm", "Cases this year"),
            sum(figure for month, figure in cases.items() if month // 12 == year),
            "ca",
            better="down",
            period=text(f"{year}", f"{year}"),
            previous=sum(cases[month] for month in months_before) if is_whole else None,
            previousLabel=SAME_PERIOD,
            source=CASES,
        ),
        "expected": number(
            text("Mức dự kiến (5 năm)", "Expected (5 years)"),
            None if here is None else round(here.mean, 1),
            "ca",
            period=month_text(newest),
            source=CASES,
        ),
    }


def _curve(view: View, cases: Months, by_month: Mapping[int, Expected | None]) -> Series:
    def drawn(name: str, vi: str, en: str, of: Callable[[int], float | None]) -> Line:
        return line(name, text(vi, en), [[month_ms(view, month), of(month)] for month in by_month])

    def part(name: str) -> Callable[[int], float | None]:
        return lambda month: (
            None if (found := by_month[month]) is None else round(getattr(found, name), 1)
        )

    return series(
        text("Số ca theo tháng", "Cases by month"),
        "ca",
        [
            drawn("cases", "số ca", "cases", cases.get),
            drawn("mean5", "trung bình 5 năm", "5-year mean", part("mean")),
            drawn("threshold", "ngưỡng dịch", "threshold", part("threshold")),
        ],
        step="month",
        source=CASES,
    )


def _years(cases: Months) -> Table:
    years: dict[int, float] = defaultdict(float)
    for month, figure in cases.items():
        years[month // 12] += figure
    rows = [{"year": str(year), "cases": years[year]} for year in sorted(years, reverse=True)]
    columns = [words("year", text("Năm", "Year")), column("cases", text("Số ca", "Cases"), "ca")]
    return table(text("Số ca theo năm", "Cases by year"), columns, rows, shown=SHOWN)


def _expected(cases: dict[int, float], month: int) -> Expected | None:
    return expected([cases.get(month - 12 * n) for n in range(1, YEARS + 1)])


def food(view: View) -> Payload:
    """Return violations found by food inspections, of the last seven days and by unit."""
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
    return {
        "numbers": _breaches(view, sums, week),
        "series": {"violations": _by_day(view, sums["violations"], last)},
        "tables": {"areas": _food_areas(view, week)},
    }


def _breaches(
    view: View, sums: Mapping[str, Mapping[int, float]], week: range
) -> dict[str, Number]:
    inspected, violations = (
        sum(sums[name].get(day, 0.0) for day in week) for name in ("inspections", "violations")
    )
    period = text("7 ngày", "7 days")
    return {
        "violations_share": number(
            text("Cơ sở vi phạm ATTP", "Food premises in violation"),
            round(violations / inspected * 100, 1) if inspected else None,
            "%",
            1,
            limit=view.city.limit(FOOD, "violations_share"),
            better="down",
            period=period,
            source=FOUND,
        ),
        "inspections": number(
            text("Lượt kiểm tra", "Inspections"),
            inspected,
            "lượt",
            period=period,
            source={**FOUND, "indicator": "inspections"},
        ),
        "violations": number(
            text("Vi phạm", "Violations"), violations, "lượt", period=period, source=FOUND
        ),
    }


def _by_day(view: View, violations: Mapping[int, float], last: int) -> Series:
    """Return thirty days of violations; a day without inspections is a gap."""
    points: Points = [
        [view.glass_ms(FOOD, slot_bounds_us(DAY, day, view.city.zone)[0]), violations.get(day)]
        for day in range(last - 29, last + 1)
    ]
    return series(
        text("Vi phạm theo ngày", "Violations by day"),
        "lượt",
        [line("violations", text("vi phạm", "violations"), points)],
        source=FOUND,
    )


def _food_areas(view: View, week: range) -> Table:
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
    columns = [
        UNIT,
        column("violations", text("Vi phạm", "Violations")),
        column("inspections", text("Lượt kiểm tra", "Inspections")),
    ]
    label = text("Vi phạm theo phường, xã, 7 ngày", "Violations by unit, 7 days")
    return table(label, columns, rows, total=len(ranked))


AGGREGATES = (
    Aggregate(DENGUE, (DENGUE,), dengue),
    Aggregate(FOOD, (FOOD,), food),
)
