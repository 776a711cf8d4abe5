"""Socio-economic aggregates: state investment against plan and same period, consumer prices.

Statistics are shown in their own periods: points of a series carry the month they speak of.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, graded, text
from data_access.aggregates.months import SAME_PERIOD, month_text, months_of, points
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Series
from data_access.spelling import ascii_key

INVESTMENT, PRICES = "economy.investment", "economy.prices"
NO_PROVINCE = (
    "tong so",
    "von ",
    "trung uong",
    "dia phuong",
    "bo ",
    "vien ",
    "tap doan",
    "tong cong ty",
)
SHOWN = 12  # rows of the table
HEADLINE = "chi so gia tieu dung"
NO_GOODS = ("chi so gia", "lam phat")  # index rows that are no kind of goods
PRICE_CEILING = 4.5  # per cent, the year's ceiling of consumer price growth (plan of 2026)


def _source(dataset: str, indicator: str, entity: str | None = None) -> Any:
    source = {"dataset": dataset, "indicator": indicator}
    return source | ({"area": CITY_AREA} if entity is None else {"entity": entity})


def investment(view: View) -> Payload:
    """Return disbursement of the city, its months, and the provinces beside it."""
    ytd = months_of(view, INVESTMENT, "investment_ytd")
    month = months_of(view, INVESTMENT, "investment_month")
    share = months_of(view, INVESTMENT, "plan_share")
    yoy = months_of(view, INVESTMENT, "yoy")
    newest = max(ytd, default=None)
    numbers: dict[str, Number] = {}
    if newest is not None:
        elapsed = (newest % 12 + 1) / 12 * 100
        done = share.get(newest)
        period = month_text(newest)
        behind = None if done is None else elapsed - done
        numbers = {
            "ytd": {
                "label": text("Vốn thực hiện lũy kế", "Investment, year to date"),
                "value": ytd[newest],
                "unit": "tỷ đồng",
                "decimals": 0,
                "status": "normal",
                "better": "up",
                "period": period,
                "previous": ytd.get(newest - 12),
                "previousLabel": SAME_PERIOD,
                "source": _source(INVESTMENT, "investment_ytd"),
            },
            "month": {
                "label": text("Vốn thực hiện trong tháng", "Investment in the month"),
                "value": month.get(newest),
                "unit": "tỷ đồng",
                "decimals": 0,
                "status": "normal",
                "better": "up",
                "period": period,
                "previous": month.get(newest - 12),
                "previousLabel": SAME_PERIOD,
                "source": _source(INVESTMENT, "investment_month"),
            },
            "plan_share": {
                "label": text("Giải ngân so với kế hoạch năm", "Disbursed of the year's plan"),
                "value": done,
                "unit": "%",
                "decimals": 1,
                "status": graded(behind, 10, 20, 30),
                "better": "up",
                "period": period,
                "target": round(elapsed, 1),
                "targetLabel": text("theo tiến độ thời gian", "pro rata of the year"),
                "previous": share.get(newest - 12),
                "previousLabel": SAME_PERIOD,
                "source": _source(INVESTMENT, "plan_share"),
            },
            "yoy": {
                "label": text("Lũy kế so với cùng kỳ", "Year to date vs same period"),
                "value": yoy.get(newest),
                "unit": "%",
                "decimals": 1,
                "status": "normal",
                "better": "up",
                "period": period,
                "previous": yoy.get(newest - 12),
                "previousLabel": SAME_PERIOD,
                "source": _source(INVESTMENT, "yoy"),
            },
        }
    first = (newest or 0) - 11
    series: Series = {
        "label": text("Vốn đầu tư theo tháng", "Investment by month"),
        "unit": "tỷ đồng",
        "decimals": 0,
        "step": "month",
        "lines": [
            {
                "id": "this_year",
                "label": text("12 tháng qua", "last 12 months"),
                "points": points(view, month, first),
            },
            {
                "id": "last_year",
                "label": SAME_PERIOD,
                "points": points(
                    view,
                    {m: v for m, v in month.items() if m <= (newest or 0) - 12},
                    first,
                    shift=12,
                ),
            },
        ],
        "source": _source(INVESTMENT, "investment_month"),
    }
    return {
        "numbers": numbers,
        "series": {"monthly": series} if newest is not None else {},
        "tables": {"provinces": _provinces(view, newest)},
    }


def _provinces(view: View, newest: int | None) -> Any:
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for column, indicator in (
        ("ytd", "investment_ytd"),
        ("plan_share", "plan_share"),
        ("yoy", "yoy"),
    ):
        for each in view.snapshot.newest(INVESTMENT, indicator):
            at = view.local(each.at_us)
            if newest is None or at.year * 12 + at.month - 1 != newest:
                continue
            if ascii_key(each.entity).startswith(NO_PROVINCE):
                continue
            rows[each.entity][column] = each.value
    ranked = sorted(rows, key=lambda name: -rows[name].get("ytd", 0.0))
    return {
        "label": text("Vốn thực hiện lũy kế theo địa phương", "Investment by province"),
        "columns": [
            {"id": "name", "label": text("Địa phương", "Province"), "kind": "text"},
            {
                "id": "ytd",
                "label": text("Lũy kế", "Year to date"),
                "kind": "number",
                "unit": "tỷ đồng",
                "decimals": 0,
            },
            {
                "id": "plan_share",
                "label": text("So kế hoạch", "Of plan"),
                "kind": "number",
                "unit": "%",
                "decimals": 1,
            },
            {
                "id": "yoy",
                "label": text("So cùng kỳ", "vs same period"),
                "kind": "number",
                "unit": "%",
                "decimals": 1,
            },
        ],
        "rows": [
            {"name": name, "source": _source(INVESTMENT, "investment_ytd", name)}
            | {c: rows[name].get(c) for c in ("ytd", "plan_share", "yoy")}
            for name in ranked[:SHOWN]
        ],
        "total": len(ranked),
    }


def prices(view: View) -> Payload:
    """Return consumer price growth and the goods behind it."""
    latest = {
        indicator: {each.entity: each for each in view.snapshot.newest(PRICES, indicator)}
        for indicator in ("cpi_yoy", "cpi_mom")
    }
    names = latest["cpi_yoy"]
    headline = next((n for n in names if ascii_key(n) == HEADLINE), None) or next(
        (n for n, each in names.items() if each.area == CITY_AREA), None
    )
    if headline is None:
        return {}
    newest_us = names[headline].at_us
    labels = {
        "cpi_yoy": text("CPI so với cùng kỳ", "CPI vs same month last year"),
        "cpi_mom": text("CPI so với tháng trước", "CPI vs last month"),
        "cpi_ytd": text("CPI bình quân so với cùng kỳ", "Average CPI vs same period"),
    }
    numbers: dict[str, Number] = {}
    for indicator, label in labels.items():
        months = months_of(view, PRICES, indicator, headline)
        newest = max(months, default=None)
        figure = None if newest is None else months[newest]
        numbers[indicator] = {
            "label": label,
            "value": figure,
            "unit": "%",
            "decimals": 2,
            "better": "down",
            "status": "normal",
            "source": _source(PRICES, indicator, headline),
        }
        if newest is not None:
            numbers[indicator]["period"] = month_text(newest)
            numbers[indicator]["previous"] = months.get(newest - 12)
            numbers[indicator]["previousLabel"] = SAME_PERIOD
        if indicator != "cpi_mom":
            numbers[indicator]["target"] = PRICE_CEILING
            numbers[indicator]["targetLabel"] = text("mức trần năm", "ceiling of the year")
            numbers[indicator]["status"] = graded(figure, 4.0, PRICE_CEILING, 6.0)
    months = months_of(view, PRICES, "cpi_yoy", headline)
    first = max(months, default=0) - 23
    of_last_month = {
        n: each.value for n, each in latest["cpi_mom"].items() if each.at_us == newest_us
    }
    goods = sorted(
        (
            n
            for n, each in names.items()
            if not ascii_key(n).startswith(NO_GOODS) and each.at_us == newest_us
        ),
        key=lambda n: -names[n].value,
    )
    return {
        "numbers": numbers,
        "series": {
            "cpi_yoy": {
                "label": labels["cpi_yoy"],
                "unit": "%",
                "decimals": 2,
                "step": "month",
                "lines": [
                    {
                        "id": "cpi_yoy",
                        "label": text("CPI", "CPI"),
                        "points": points(view, months, first),
                    }
                ],
                "thresholds": [
                    {
                        "label": text("mức trần", "ceiling"),
                        "value": PRICE_CEILING,
                        "status": "caution",
                    }
                ],
                "source": _source(PRICES, "cpi_yoy", headline),
            }
        },
        "tables": {
            "goods": {
                "label": text("Nhóm hàng, so với cùng kỳ", "Goods, vs same month last year"),
                "columns": [
                    {"id": "name", "label": text("Nhóm hàng", "Goods"), "kind": "text"},
                    {
                        "id": "yoy",
                        "label": text("So cùng kỳ", "vs same month"),
                        "kind": "number",
                        "unit": "%",
                        "decimals": 2,
                    },
                    {
                        "id": "mom",
                        "label": text("So tháng trước", "vs last month"),
                        "kind": "number",
                        "unit": "%",
                        "decimals": 2,
                    },
                ],
                "rows": [
                    {
                        "name": view.city.called(PRICES, name),
                        "yoy": names[name].value,
                        "mom": of_last_month.get(name),
                        "source": _source(PRICES, "cpi_yoy", name),
                    }
                    for name in goods[:SHOWN]
                ],
                "total": len(goods),
            }
        },
    }


AGGREGATES = (
    Aggregate(INVESTMENT, (INVESTMENT,), investment),
    Aggregate(PRICES, (PRICES,), prices),
)
