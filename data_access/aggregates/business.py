"""Business registration: firms that began, ended, paused, came back, by unit and VSIC section."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.months import (
    SAME_PERIOD,
    Months,
    month_ms,
    month_of,
    month_slots,
    month_text,
    months_of,
)
from data_access.aggregates.parts import column, line, number, of_units, series, table, words
from data_access.contracts import CITY_AREA
from data_access.envelope import MapLayer, Number, Payload, Series, Source, Table, Text
from data_access.rollup import DAY
from data_access.store.snapshot import AREA
from data_access.store.snapshot import Table as Cells

BUSINESS, SECTORS = "economy.business", "economy.business_sectors"
NEW, ENDED = "firms_new", ("firms_dissolved", "firms_suspended")
MONTHS = 13
FIRMS = "doanh nghiệp"
Counts = dict[str, dict[str, dict[str, float]]]  # section -> indicator -> unit -> firms


def business(view: View) -> Payload:
    """Return the newest month against the same one a year before, by section and by unit."""
    indicators = view.city.datasets[BUSINESS].indicators
    found = {name: months_of_sums(view, name) for name in indicators}
    month = max(found.get(NEW, {}), default=None)
    if month is None:
        return {}
    numbers: dict[str, Number] = {}
    for name, meaning in indicators.items():
        here = found[name]
        numbers[name] = number(
            meaning.name,
            here.get(month, 0.0),
            FIRMS,
            limit=view.city.limit(BUSINESS, name),
            year=month // 12,
            better=meaning.better,
            period=month_text(month),
            previous=here.get(month - 12),
            previousLabel=SAME_PERIOD,
            source=_source(name) | {"area": CITY_AREA},
        )
    this_year = range(month // 12 * 12, month + 1)
    numbers["new_ytd"] = number(
        text("Thành lập mới từ đầu năm", "New firms, year to date"),
        sum(found[NEW].get(each, 0.0) for each in this_year),
        FIRMS,
        better="up",
        period=month_text(month),
        source=_source(NEW) | {"area": CITY_AREA},
    )
    return {
        "numbers": numbers,
        "series": {"monthly": _monthly(view, month, found)},
        "tables": {"sectors": later(_sectors, view, month)},
        "maps": {"areas": later(_new_by_unit, view, month)},
    }


def _new_by_unit(view: View, month: int) -> MapLayer:
    return _map(view, text("Thành lập mới", "New firms"), _by_unit(view, NEW, month))


def sectors(view: View) -> Payload:
    """Return new firms of the newest month: a map and a table of units for each section."""
    month = max(months_of(view, BUSINESS, NEW), default=None)
    if month is None:
        return {}
    payload: Payload = {"maps": {}}
    for section, counts in _by_section(view, month).items():
        units = {code: firms for code, firms in counts.get(NEW, {}).items() if firms}
        payload["maps"][f"areas.{section}"] = _map(view, _called(view, section), units)
    return payload


def months_of_sums(view: View, indicator: str) -> Months:
    """Return an indicator of the city by month, summed over units and sections."""
    cells = view.snapshot.cells(BUSINESS, indicator, DAY, kind=AREA, names=[CITY_AREA])
    return {
        month_of(slot): total
        for slot, total in zip(cells.slot.tolist(), cells.sum.tolist(), strict=True)
    }


def _month_cells(view: View, indicator: str, month: int, **which: Any) -> Cells:
    slots = month_slots(month)
    return view.snapshot.cells(BUSINESS, indicator, DAY, slots, **which)


def _by_unit(view: View, indicator: str, month: int) -> dict[str, float]:
    cells = _month_cells(view, indicator, month, kind=AREA)
    return dict(zip(cells.name.tolist(), cells.sum.tolist(), strict=True))


def _by_section(view: View, month: int) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(dict))
    for name in view.city.datasets[BUSINESS].indicators:
        cells = _month_cells(view, name, month)
        for entity, total in zip(cells.name.tolist(), cells.sum.tolist(), strict=True):
            unit, _, section = entity.rpartition("/")
            found[section.lower()][name][unit] = total
    return found


def _sectors(view: View, month: int) -> Table:
    found = _by_section(view, month)
    names = list(view.city.datasets[BUSINESS].indicators)
    sums = {section: {n: sum(found[section].get(n, {}).values()) for n in names}
            for section in found}  # fmt: skip
    ranked = sorted(sums, key=lambda section: (-sums[section][NEW], section))
    rows = [{"name": _called(view, each), "section": each, **sums[each]} for each in ranked]
    columns = [
        words("name", text("Ngành", "Sector")),
        column("firms_new", text("Mới", "New")),
        column("firms_dissolved", text("Giải thể", "Dissolved")),
        column("firms_suspended", text("Tạm ngừng", "Suspended")),
        column("firms_returned", text("Trở lại", "Returned")),
    ]
    return table(text("Doanh nghiệp theo ngành", "Firms by sector"), columns, rows)


def _monthly(view: View, month: int, found: dict[str, Months]) -> Series:
    months = range(month - MONTHS + 1, month + 1)

    def points(*names: str) -> list[list[float | None]]:
        return [
            [month_ms(view, each), sum(found[n].get(each, 0.0) for n in names)]
            if each in found[NEW]
            else [month_ms(view, each), None]
            for each in months
        ]

    return series(
        text("Doanh nghiệp theo tháng", "Firms by month"),
        FIRMS,
        [
            line("new", text("thành lập mới", "new"), points(NEW)),
            line("ended", text("giải thể, tạm ngừng", "dissolved, suspended"), points(*ENDED)),
        ],
        step="month",
        source=_source(NEW) | {"area": CITY_AREA},
    )


def _map(view: View, label: Text, units: dict[str, float]) -> MapLayer:
    return of_units(view, label, units, unit=FIRMS, scale="businesses")


def _called(view: View, section: str) -> Text:
    known = view.city.datasets[BUSINESS].categories.get(section)
    return known if known is not None else text(section.upper(), section.upper())


def _source(indicator: str) -> Source:
    return {"dataset": BUSINESS, "indicator": indicator}


AGGREGATES = (
    Aggregate(BUSINESS, (BUSINESS,), business),
    Aggregate(
        SECTORS,
        (BUSINESS,),
        sectors,
        label=text("Doanh nghiệp mới theo ngành và địa bàn", "New firms by sector and unit"),
    ),
)
