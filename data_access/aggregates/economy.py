"""Socio-economic aggregates: state investment against plan and same period, consumer prices.

Statistics are shown in their own periods: points of a series carry the month they speak of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.months import SAME_PERIOD, Months, month_text, months_of, points
from data_access.aggregates.parts import column, held_to, line, number, series, table, words
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Series, Table, Text
from data_access.spelling import ascii_key
from data_access.store.snapshot import Newest

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
FIGURES: dict[str, tuple[str, Text, str, int]] = {  # indicator: number, label, unit, decimals
    "investment_ytd": (
        "ytd", text("Vốn thực hiện lũy kế", "Investment, year to date"), "tỷ đồng", 0
    ),
    "investment_month": (
        "month", text("Vốn thực hiện trong tháng", "Investment in the month"), "tỷ đồng", 0
    ),
    "plan_share": (
        "plan_share", text("Giải ngân so với kế hoạch năm", "Disbursed of the year's plan"), "%", 1
    ),
    "yoy": ("yoy", text("Lũy kế so với cùng kỳ", "Year to date vs same period"), "%", 1),
}  # fmt: skip
INDICES: dict[str, Text] = {
    "cpi_yoy": text("CPI so với cùng kỳ", "CPI vs same month last year"),
    "cpi_mom": text("CPI so với tháng trước", "CPI vs last month"),
    "cpi_ytd": text("CPI bình quân so với cùng kỳ", "Average CPI vs same period"),
}


def _source(dataset: str, indicator: str, entity: str | None = None) -> Any:
    source = {"dataset": dataset, "indicator": indicator}
    return source | ({"area": CITY_AREA} if entity is None else {"entity": entity})


def investment(view: View) -> Payload:
    """Return disbursement of the city, its months, and the provinces beside it."""
    found = {name: months_of(view, INVESTMENT, name) for name in FIGURES}
    newest = max(found["investment_ytd"], default=None)
    made: Payload = {
        "numbers": {},
        "series": {},
        "tables": {"provinces": _provinces(view, newest)},
    }
    if newest is not None:
        made["numbers"] = _invested(view, found, newest)
        made["series"] = {"monthly": _months(view, found["investment_month"], newest)}
    return made


def _invested(view: View, found: Mapping[str, Months], newest: int) -> dict[str, Number]:
    """Return the figures of a month; what is disbursed is held to the part of the year over."""
    numbers = {
        name: number(
            label,
            found[indicator].get(newest),
            unit,
            decimals,
            limit=view.city.limit(INVESTMENT, name),
            better="up",
            period=month_text(newest),
            previous=found[indicator].get(newest - 12),
            previousLabel=SAME_PERIOD,
            source=_source(INVESTMENT, indicator),
        )
        for indicator, (name, label, unit, decimals) in FIGURES.items()
    }
    elapsed, done = (newest % 12 + 1) / 12 * 100, found["plan_share"].get(newest)
    behind = None if done is None else elapsed - done
    numbers["plan_share"] |= {
        "status": view.city.limit(INVESTMENT, "behind").grade(behind),
        "target": round(elapsed, 1),
        "targetLabel": text("theo tiến độ thời gian", "pro rata of the year"),
    }
    return numbers


def _months(view: View, month: Months, newest: int) -> Series:
    first = newest - 11
    before = {each: figure for each, figure in month.items() if each <= newest - 12}
    return series(
        text("Vốn đầu tư theo tháng", "Investment by month"),
        "tỷ đồng",
        [
            line("this_year", text("12 tháng qua", "last 12 months"), points(view, month, first)),
            line("last_year", SAME_PERIOD, points(view, before, first, shift=12)),
        ],
        step="month",
        source=_source(INVESTMENT, "investment_month"),
    )


def _provinces(view: View, newest: int | None) -> Table:
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, indicator in (
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
            rows[each.entity][key] = each.value
    ranked = sorted(rows, key=lambda name: -rows[name].get("ytd", 0.0))
    columns = [
        words("name", text("Địa phương", "Province")),
        column("ytd", text("Lũy kế", "Year to date"), "tỷ đồng"),
        column("plan_share", text("So kế hoạch", "Of plan"), "%", 1),
        column("yoy", text("So cùng kỳ", "vs same period"), "%", 1),
    ]
    told = [
        {"name": name, "source": _source(INVESTMENT, "investment_ytd", name)}
        | {each: rows[name].get(each) for each in ("ytd", "plan_share", "yoy")}
        for name in ranked
    ]
    label = text("Vốn thực hiện lũy kế theo địa phương", "Investment by province")
    return table(label, columns, told, shown=SHOWN)


def prices(view: View) -> Payload:
    """Return consumer price growth and the goods behind it."""
    growth, of_month = (
        {each.entity: each for each in view.snapshot.newest(PRICES, indicator)}
        for indicator in ("cpi_yoy", "cpi_mom")
    )
    headline = next((name for name in growth if ascii_key(name) == HEADLINE), None) or next(
        (name for name, each in growth.items() if each.area == CITY_AREA), None
    )
    if headline is None:
        return {}
    found = {name: months_of(view, PRICES, name, headline) for name in INDICES}
    return {
        "numbers": {name: _index(view, name, months, headline) for name, months in found.items()},
        "series": {"cpi_yoy": _course(view, found["cpi_yoy"], headline)},
        "tables": {"goods": _goods(view, growth, of_month, growth[headline].at_us)},
    }


def _index(view: View, indicator: str, months: Months, headline: str) -> Number:
    newest = max(months, default=None)
    more: dict[str, Any] = {}
    if newest is not None:
        more = {
            "period": month_text(newest),
            "previous": months.get(newest - 12),
            "previousLabel": SAME_PERIOD,
        }
    return number(
        INDICES[indicator],
        None if newest is None else months[newest],
        "%",
        2,
        limit=view.city.limit(PRICES, indicator),
        year=0 if newest is None else newest // 12,
        better="down",
        source=_source(PRICES, indicator, headline),
        **more,
    )


def _course(view: View, months: Months, headline: str) -> Series:
    newest = max(months, default=0)
    return series(
        INDICES["cpi_yoy"],
        "%",
        [line("cpi_yoy", text("CPI", "CPI"), points(view, months, newest - 23))],
        decimals=2,
        step="month",
        thresholds=held_to(view.city.limit(PRICES, "cpi_yoy"), year=newest // 12),
        source=_source(PRICES, "cpi_yoy", headline),
    )


def _goods(
    view: View, growth: Mapping[str, Newest], of_month: Mapping[str, Newest], newest_us: int
) -> Table:
    """Return the kinds of goods that have a figure of the newest month, the dearest first."""
    names = [
        name
        for name, each in growth.items()
        if not ascii_key(name).startswith(NO_GOODS) and each.at_us == newest_us
    ]
    rows = [
        {
            "name": view.city.called(PRICES, name),
            "yoy": growth[name].value,
            "mom": of_month[name].value
            if name in of_month and of_month[name].at_us == newest_us
            else None,
            "source": _source(PRICES, "cpi_yoy", name),
        }
        for name in sorted(names, key=lambda name: -growth[name].value)
    ]
    columns = [
        words("name", text("Nhóm hàng", "Goods")),
        column("yoy", text("So cùng kỳ", "vs same month"), "%", 2),
        column("mom", text("So tháng trước", "vs last month"), "%", 2),
    ]
    label = text("Nhóm hàng, so với cùng kỳ", "Goods, vs same month last year")
    return table(label, columns, rows, shown=SHOWN)


AGGREGATES = (
    Aggregate(INVESTMENT, (INVESTMENT,), investment),
    Aggregate(PRICES, (PRICES,), prices),
)
