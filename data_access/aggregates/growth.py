"""Growth of the economy: GRDP by quarter and sector; production, trade and consumption by month."""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.months import (
    SAME_PERIOD,
    Months,
    month_at,
    month_ms,
    month_text,
    months_of,
    points,
    quarter_text,
)
from data_access.aggregates.parts import column, line, number, series, table, words
from data_access.envelope import Number, Payload, Source, Table, Text

GRDP, ACTIVITY = "economy.grdp", "economy.activity"
QUARTERS, MONTHS = 12, 25
SIDES = {"exports": text("xuất khẩu", "exports"), "imports": text("nhập khẩu", "imports")}


def _source(dataset: str, indicator: str) -> Source:
    return {"dataset": dataset, "indicator": indicator}


def grdp(view: View) -> Payload:
    """Return the newest quarter against its year's target and the same quarter, and its sectors."""
    growth = months_of(view, GRDP, "grdp_growth")
    newest = max(growth, default=None)
    if newest is None:
        return {}
    size = months_of(view, GRDP, "grdp")
    limit, year, period = view.city.limit(GRDP, "grdp_growth"), newest // 12, quarter_text(newest)
    target = limit.target_in(year)
    numbers: dict[str, Number] = {
        "grdp_growth": number(
            text("Tăng trưởng GRDP so với cùng kỳ", "GRDP growth, year on year"),
            growth[newest],
            "%",
            2,
            limit=limit,
            year=year,
            better="up",
            period=period,
            previous=growth.get(newest - 12),
            previousLabel=SAME_PERIOD,
            source=_source(GRDP, "grdp_growth"),
        ),
        "grdp": number(
            text("GRDP giá hiện hành", "GRDP at current prices"),
            size.get(newest),
            "tỷ đồng",
            better="up",
            period=period,
            previous=size.get(newest - 12),
            previousLabel=SAME_PERIOD,
            source=_source(GRDP, "grdp"),
        ),
    }
    quarters = range(newest - 3 * (QUARTERS - 1), newest + 1, 3)
    course = [[month_ms(view, quarter), growth.get(quarter)] for quarter in quarters]
    goal = [] if target is None else [
        {"label": text(f"chỉ tiêu {year}", f"target {year}"), "value": target, "status": "normal"}
    ]  # fmt: skip
    return {
        "numbers": numbers,
        "series": {
            "growth": series(
                text("Tăng trưởng GRDP theo quý", "GRDP growth by quarter"),
                "%",
                [line("growth", text("GRDP", "GRDP"), course)],
                decimals=1,
                step="month",
                thresholds=goal,
                source=_source(GRDP, "grdp_growth"),
            )
        },
        "tables": {"sectors": _sectors(view, newest, size.get(newest))},
    }


def _sectors(view: View, quarter: int, total: float | None) -> Table:
    sizes, growths = (
        {
            each.entity: each.value
            for each in view.snapshot.newest(GRDP, indicator)
            if month_at(view, each.at_us) == quarter
        }
        for indicator in ("sector_grdp", "sector_growth")
    )
    rows = [
        {
            "name": view.city.called(GRDP, sector),
            "grdp": sizes.get(sector),
            "share": round(sizes[sector] / total * 100, 2) if total and sector in sizes else None,
            "growth": growths.get(sector),
            "source": _source(GRDP, "sector_grdp") | {"entity": sector},
        }
        for sector in sorted(sizes.keys() | growths.keys(), key=lambda s: -sizes.get(s, 0.0))
    ]
    columns = [
        words("name", text("Khu vực", "Sector")),
        column("grdp", text("GRDP", "GRDP"), "tỷ đồng"),
        column("share", text("Cơ cấu", "Share"), "%", 1),
        column("growth", text("Tăng trưởng", "Growth"), "%", 2),
    ]
    return table(text("GRDP theo khu vực", "GRDP by sector"), columns, rows)


def activity(view: View) -> Payload:
    """Return each monthly indicator with the same month a year before."""
    indicators = view.city.datasets[ACTIVITY].indicators
    found = {name: months_of(view, ACTIVITY, name) for name in indicators}
    found = {name: months for name, months in found.items() if months}
    if not found:
        return {}
    numbers: dict[str, Number] = {}
    for name, months in found.items():
        newest, meaning = max(months), indicators[name]
        numbers[name] = number(
            meaning.name,
            months[newest],
            meaning.unit,
            meaning.decimals,
            limit=view.city.limit(ACTIVITY, name),
            year=newest // 12,
            better=meaning.better,
            period=month_text(newest),
            previous=months.get(newest - 12),
            previousLabel=SAME_PERIOD,
            source=_source(ACTIVITY, name),
        )
    return {"numbers": numbers, "series": _courses(view, found)}


def _courses(view: View, found: dict[str, Months]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "iip_yoy" in found:
        made["iip"] = _course(
            view,
            text("Sản xuất công nghiệp so với cùng kỳ", "Industrial production, year on year"),
            "%",
            {"iip_yoy": (text("IIP", "IIP"), found["iip_yoy"])},
            decimals=1,
        )
    sides = {name: (label, found[name]) for name, label in SIDES.items() if name in found}
    if sides:
        label = text("Xuất khẩu, nhập khẩu", "Exports and imports")
        made["trade"] = _course(view, label, "triệu USD", sides)
    return made


def _course(
    view: View, label: Text, unit: str, lines: dict[str, tuple[Text, Months]], *, decimals: int = 0
) -> Any:
    first = max(max(months) for _, months in lines.values()) - MONTHS + 1
    return series(
        label,
        unit,
        [line(name, called, points(view, of, first)) for name, (called, of) in lines.items()],
        decimals=decimals,
        step="month",
        source=_source(ACTIVITY, next(iter(lines))),
    )


AGGREGATES = (
    Aggregate(GRDP, (GRDP,), grdp),
    Aggregate(ACTIVITY, (ACTIVITY,), activity),
)
