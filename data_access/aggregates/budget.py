"""Budget revenue and expenditure: the year to date by item against its estimate, exact to the đồng.

Line, total and table are sums of the same day cells, so they are one number. Money is counted in
triệu đồng, as booked, and said in tỷ đồng.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from data_access.aggregates.aggregate import MS, Aggregate, View, text
from data_access.aggregates.months import day_of, slot_of
from data_access.aggregates.parts import Points, column, line, number, series, table, words
from data_access.envelope import Number, Payload, Series, Source, Table, Text
from data_access.rollup import DAY, MICRO, slot_bounds_us

BUDGET = "economy.budget"
THOUSAND = 1000  # triệu đồng in a tỷ đồng
DECIDED_DAYS = 31  # before a year: an estimate that is dated so is the coming year's
SIDES = ("revenue", "expenditure")
NAMES = {
    "revenue": text("Thu ngân sách", "Budget revenue"),
    "expenditure": text("Chi ngân sách", "Budget expenditure"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """Revenue or expenditure of a year in millionths of a triệu đồng, that is in đồng."""

    by_day: dict[int, int]  # day slot -> booked
    by_item: dict[str, int]
    estimates: dict[str, int]

    @property
    def booked(self) -> int:
        """The year to date."""
        return sum(self.by_item.values())

    @property
    def estimate(self) -> int:
        """The estimate of the year."""
        return sum(self.estimates.values())

    @property
    def share(self) -> float | None:
        """Booked of the estimate, per cent."""
        return round(self.booked / self.estimate * 100, 2) if self.estimate else None


def budget(view: View) -> Payload:
    """Return both sides of the year of the newest booking."""
    newest = max(
        (each.at_us for side in SIDES for each in view.snapshot.newest(BUDGET, side)), default=None
    )
    if newest is None:
        return {}
    last = slot_of(view.local(newest).date())
    first = slot_of(date(day_of(last).year, 1, 1))
    sides = {side: _side(view, side, first, last) for side in SIDES}
    return {
        "numbers": _numbers(view, sides, last),
        "series": {
            side: _course(view, side, sides[side], first, last)
            for side in SIDES
            if sides[side].by_day
        },
        "tables": {side: _items(view, side, sides[side]) for side in SIDES},
    }


def _side(view: View, side: str, first: int, last: int) -> Side:
    by_day: dict[int, int] = defaultdict(int)
    by_item: dict[str, int] = defaultdict(int)
    cells = view.snapshot.cells(BUDGET, side, DAY, (first, last))
    for item, slot, total in zip(
        cells.name.tolist(), cells.slot.tolist(), cells.sum.tolist(), strict=True
    ):
        dong = round(total * MICRO)
        by_day[slot] += dong
        by_item[item] += dong
    return Side(dict(by_day), dict(by_item), _estimates(view, side, first))


def _estimates(view: View, side: str, first: int) -> dict[str, int]:
    """Return the estimates of the year that begins on a day, as they were said last.

    A council decides them in the month before, or they are dated to the year's first day.
    """
    following = slot_of(date(day_of(first).year + 1, 1, 1))
    begin, last = first - DECIDED_DAYS, following - DECIDED_DAYS - 1
    cells = view.snapshot.cells(BUDGET, f"{side}_estimate", DAY, (begin, last))
    told = zip(cells.slot.tolist(), cells.name.tolist(), cells.mean.tolist(), strict=True)
    return {item: round(millions * MICRO) for _, item, millions in sorted(told)}


def _numbers(view: View, sides: dict[str, Side], last: int) -> dict[str, Number]:
    day = day_of(last)
    elapsed = round(day.timetuple().tm_yday / date(day.year, 12, 31).timetuple().tm_yday * 100, 1)
    period = text(f"đến {day:%d/%m/%Y}", f"to {day:%d/%m/%Y}")
    numbers: dict[str, Number] = {}
    for name, side in sides.items():
        source: Source = {"dataset": BUDGET, "indicator": name}
        share = side.share
        pace = None if share is None else round(share - elapsed, 2)
        label = NAMES[name]
        numbers[f"{name}_share"] = number(
            text(f"{label['vi']} so với dự toán", f"{label['en']} of the estimate"),
            share,
            "%",
            1,
            status=view.city.limit(BUDGET, "pace").grade(pace) if name == "revenue" else "normal",
            period=period,
            target=elapsed,
            targetLabel=text("theo tiến độ thời gian", "pro rata of the year"),
            better="up" if name == "revenue" else None,
            source=source,
        )
        numbers[name] = number(
            label,
            _billions(side.booked) if side.by_item else None,
            "tỷ đồng",
            period=period,
            target=_billions(side.estimate) if side.estimates else None,
            targetLabel=text("dự toán năm", "estimate of the year"),
            source=source,
        )
        numbers[f"{name}_day"] = number(
            text(f"{label['vi']} trong ngày", f"{label['en']} of the day"),
            _billions(side.by_day[last]) if last in side.by_day else None,
            "tỷ đồng",
            1,
            period=text(f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y}"),
            source=source,
        )
    return numbers


def _course(view: View, name: str, side: Side, first: int, last: int) -> Series:
    days = range(first, last + 1)
    sums = accumulate(side.by_day.get(day, 0) for day in days)
    booked: Points = [
        [_day_ms(view, day), _billions(total)] for day, total in zip(days, sums, strict=True)
    ]
    lines = [line("booked", text("thực hiện", "booked"), booked)]
    if side.estimates:
        whole = date(day_of(last).year, 12, 31).timetuple().tm_yday
        estimate: Points = [
            [_day_ms(view, day), _billions(round(side.estimate * (day - first + 1) / whole))]
            for day in (first, last)
        ]
        lines.append(line("estimate", text("dự toán, chia đều", "estimate, pro rata"), estimate))
    label = NAMES[name]
    return series(
        text(f"{label['vi']} lũy kế", f"{label['en']}, year to date"),
        "tỷ đồng",
        lines,
        source={"dataset": BUDGET, "indicator": name},
    )


def _items(view: View, name: str, side: Side) -> Table:
    rows: list[dict[str, Any]] = []
    items = sorted(side.by_item.keys() | side.estimates.keys())
    for item in sorted(items, key=lambda each: -side.by_item.get(each, 0)):
        booked, estimate = side.by_item.get(item, 0), side.estimates.get(item)
        rows.append(
            {
                "name": view.city.called(BUDGET, item),
                "booked": _billions(booked),
                "estimate": None if estimate is None else _billions(estimate),
                "share": round(booked / estimate * 100, 2) if estimate else None,
                "source": {"dataset": BUDGET, "indicator": name, "entity": item},
            }
        )
    columns = [
        words("name", text("Khoản mục", "Item")),
        column("booked", text("Lũy kế", "To date"), "tỷ đồng"),
        column("estimate", text("Dự toán", "Estimate"), "tỷ đồng"),
        column("share", text("Tỷ lệ", "Share"), "%", 1),
    ]
    label: Text = NAMES[name]
    return table(text(f"{label['vi']} theo khoản mục", f"{label['en']} by item"), columns, rows)


def _day_ms(view: View, slot: int) -> float:
    return slot_bounds_us(DAY, slot, view.city.zone)[0] / MS


def _billions(dong: int) -> float:
    return round(dong / MICRO / THOUSAND, 9)


AGGREGATES = (Aggregate(BUDGET, (BUDGET,), budget),)
