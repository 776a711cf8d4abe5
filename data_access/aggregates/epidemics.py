"""Epidemics: cases of a week by disease and unit against five years, and where there are too many.

A unit is told of when its cases are above the threshold of the same week (expected.py) and not so
few that they are hidden (data_access/masking.py). The city is told of where none of its units
explains it. What is hidden is hidden everywhere: in the table, on the map, in the city's course.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.expected import YEARS, Expected, expected
from data_access.aggregates.items import ranked_items
from data_access.aggregates.months import day_of, slot_of
from data_access.aggregates.parts import (
    UNIT,
    column,
    line,
    number,
    series,
    table,
    unit_title,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Item, MapLayer, Number, Payload, Series, Source, Table, Text
from data_access.masking import Masked, is_small, masked
from data_access.rollup import DAY, slot_bounds_us
from data_access.store.snapshot import AREA

EPIDEMICS = "health.epidemics"
WEEK_D = 7
SHOWN_WEEKS = 53
CASES = "ca"
LABELLED = 8
Counts = dict[str, float]  # unit -> cases
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Disease:
    """A disease in one week; `by_week`: the city's cases by first day of a week."""

    id: str  # of its indicator
    name: Text
    below: int  # what is hidden
    week: int  # the week's first day
    by_week: Mapping[int, float]
    units: Counts
    before: tuple[Counts | None, ...]  # the units of the same week in the years before
    others: Mapping[int, Masked[str]]  # what is hidden of earlier weeks that are told by unit
    unknown: frozenset[str]  # units of whose years before a part was told of the city alone

    @cached_property
    def over(self) -> dict[str, Expected]:
        """The units over their threshold by a number that may be told, and what was expected."""
        known = {unit: self.expected_of(unit) for unit in self.units}
        return {
            unit: here
            for unit, here in known.items()
            if here is not None
            and self.units[unit] > here.threshold
            and not is_small(self.units[unit], self.below)
        }

    @cached_property
    def masked(self) -> Masked[str]:
        """The units whose cases are not shown, never one that people are told of."""
        return masked(self.units, self.below, spare=self.over)

    def city(self, week: int) -> float | None:
        """Return the city's cases of a week; None when not known, or not to be told."""
        return None if self.is_hidden(week) else self.by_week.get(week)

    def is_hidden(self, week: int) -> bool:
        """Tell whether the city's cases of a week are not to be told."""
        of = self.masked if week == self.week else self.others.get(week)
        return is_small(self.by_week.get(week), self.below) or (of is not None and of.is_total)

    def shown(self, unit: str) -> float | None:
        """Return a unit's cases, None when they are not to be told."""
        return None if unit in self.masked.names else self.units.get(unit, 0.0)

    def expected_of_city(self, week: int) -> Expected | None:
        """Return what is expected of the city in a week."""
        return expected([self.by_week.get(same_week(week, n)) for n in range(1, YEARS + 1)])

    def expected_of(self, unit: str) -> Expected | None:
        """Return what is expected of a unit: a week that tells of others has none of it."""
        if unit in self.unknown:
            return None
        return expected([None if each is None else each.get(unit, 0.0) for each in self.before])


def same_week(slot: int, years: int) -> int:
    """Return the first day of the ISO week of the same number so many years before."""
    year, week, _ = day_of(slot).isocalendar()
    last = date(year - years, 12, 28).isocalendar().week  # always in the year's last week
    return slot_of(date.fromisocalendar(year - years, min(week, last), 1))


def epidemics(view: View) -> Payload:
    """Return cases of the newest week by disease, and where there are more than expected."""
    week = newest_week(view)
    if week is None:
        return {}
    contract = view.city.datasets[EPIDEMICS]
    diseases = [disease_of(view, name, week) for name in contract.indicators]
    items = [item for each in diseases for item in _items(view, each)]
    return {
        "numbers": {
            **{each.id: _number(each) for each in diseases},
            "alerts": number(
                text("Nơi vượt ngưỡng dịch", "Places over the threshold"),
                len(items),
                limit=view.city.limit(EPIDEMICS, "alerts"),
                better="down",
                period=week_text(week),
                note=None if items else text("không có nơi nào", "none"),
                source={"dataset": EPIDEMICS},
            ),
        },
        "series": {each.id: later(_series, view, each) for each in diseases},
        "tables": {"diseases": _table(diseases), "units": later(_units, view, diseases)},
        "maps": {each.id: later(_map, view, each) for each in diseases},
        "items": {"active": ranked_items(items)},
    }


def newest_week(view: View) -> int | None:
    """Return the first day of the newest week that is told, None while none is."""
    slots = [
        int(cells.slot.max())
        for name in view.city.datasets[EPIDEMICS].indicators
        if len(cells := view.snapshot.cells(EPIDEMICS, name, DAY, kind=AREA, names=[CITY_AREA]))
    ]
    return max(slots, default=None)


def disease_of(view: View, indicator: str, week: int) -> Disease:
    """Return a disease, by its indicator, in the week that begins on a day."""
    meaning = view.city.datasets[EPIDEMICS].indicators[indicator]
    first = week - WEEK_D * SHOWN_WEEKS
    cells = view.snapshot.cells(EPIDEMICS, indicator, DAY, kind=AREA, names=[CITY_AREA])
    by_slot = _by_slot(view, indicator, first, week)
    by_week = dict(zip(cells.slot.tolist(), cells.sum.tolist(), strict=True))
    before = [same_week(week, n) for n in range(1, YEARS + 1)]
    none: Counts | None = {}  # of a week in which the city had no case, each unit had none
    return Disease(
        id=indicator,
        name=meaning.name,
        below=meaning.mask_below,
        week=week,
        by_week=by_week,
        units=by_slot.get(week, {}),
        before=tuple(
            none if by_week.get(slot) == 0 else _by_slot(view, indicator, slot, slot).get(slot)
            for slot in before
        ),
        unknown=_divided(view) if before[-1] < slot_of(view.city.areas.before.until) else NOBODY,
        others={slot: masked(counts, meaning.mask_below) for slot, counts in by_slot.items()},
    )


def _divided(view: View) -> frozenset[str]:
    """Return the units that hold a part of one divided in a reform, where history is told by those.

    What was told of such a one is the city's: of its heirs the years before are not known whole.
    """
    if view.city.datasets[EPIDEMICS].source.options.get("units") == "now":
        return NOBODY
    divided = (each for each in view.city.areas.before.by_code.values() if len(each.became) > 1)
    return frozenset(code for each in divided for code in each.became)


def _by_slot(view: View, indicator: str, first: int, last: int) -> dict[int, Counts]:
    """Return cases by week and unit, of the weeks that are told by unit."""
    cells = view.snapshot.cells(EPIDEMICS, indicator, DAY, (first, last), kind=AREA)
    found: dict[int, Counts] = defaultdict(dict)
    columns = (cells.slot.tolist(), cells.name.tolist(), cells.sum.tolist())
    for slot, code, cases in zip(*columns, strict=True):
        if code != CITY_AREA:
            found[slot][code] = cases
    return dict(found)


def week_text(slot: int) -> Text:
    """Return a week in words: tuần 47/2026."""
    year, week, _ = day_of(slot).isocalendar()
    return text(f"tuần {week}/{year}", f"week {week}/{year}")


def _number(disease: Disease) -> Number:
    week, cases = disease.week, disease.city(disease.week)
    here = disease.expected_of_city(week)
    is_masked = disease.is_hidden(week)
    low, high = here.span if here is not None else (0, 0)
    note = text(f"dự kiến {low} – {high} ca", f"{low} – {high} cases expected")
    if is_small(disease.by_week.get(week), disease.below):
        note = text(f"ẩn: ít hơn {disease.below} ca", f"hidden: fewer than {disease.below}")
    elif is_masked:
        note = text("ẩn: suy ra được số ca nhỏ", "hidden: small counts would follow")
    elif cases is None:
        note = text("chưa báo cáo", "not reported")
    elif here is None:
        note = text("chưa đủ 5 năm để so", "not five years to compare with")
    return number(
        disease.name,
        cases,
        CASES,
        better="down",
        status="normal" if here is None or cases is None else here.status(cases),
        period=week_text(week),
        previous=disease.city(same_week(week, 1)),
        previousLabel=text("cùng kỳ", "same week last year"),
        target=None if here is None or is_masked else round(here.threshold, 1),
        targetLabel=text("ngưỡng dịch", "epidemic threshold"),
        note=note,
        masked=is_masked or None,
        source=_source(disease) | {"area": CITY_AREA},
    )


def _items(view: View, disease: Disease) -> list[Item]:
    """Return the units over their threshold; the city where none of them is and it is."""
    if disease.over:
        return [
            _item(view, disease, unit, disease.units[unit], here)
            for unit, here in disease.over.items()
        ]
    cases_of_city = disease.city(disease.week)
    here = disease.expected_of_city(disease.week)
    if cases_of_city is None or here is None or cases_of_city <= here.threshold:
        return []
    return [_item(view, disease, CITY_AREA, cases_of_city, here)]


def _item(view: View, disease: Disease, unit: str, cases: float, here: Expected) -> Item:
    name = view.city.name if unit == CITY_AREA else unit_title(view, unit)
    low, high = here.span
    week = week_text(disease.week)
    times = cases / here.threshold if here.threshold else cases
    grade = view.city.limit(EPIDEMICS, "times").grade(times)
    return {
        "id": f"{disease.id}-{unit}",
        "title": text(f"{disease.name['vi']}, {name['vi']}", f"{disease.name['en']}, {name['en']}"),
        "kind": text(
            f"{cases:g} ca, dự kiến {low} – {high}", f"{cases:g} cases, {low} – {high} expected"
        ),
        "severity": "warning" if grade == "normal" else grade,
        "atMs": _at_ms(view, disease.week),
        "area": None if unit == CITY_AREA else unit,
        "detail": text(
            f"{cases:g} ca trong {week['vi']}, dự kiến {low} – {high} (5 năm ± 2 độ lệch chuẩn)",
            f"{cases:g} cases in {week['en']}, {low} – {high} expected (5 years ± 2 deviations)",
        ),
        "source": _source(disease) | {"area": unit},
    }


def _series(view: View, disease: Disease) -> Series:
    weeks = [disease.week - WEEK_D * back for back in reversed(range(SHOWN_WEEKS))]
    known = {week: disease.expected_of_city(week) for week in weeks}

    def points(name: str) -> list[list[float | None]]:
        return [
            [_at_ms(view, week), None if (of := known[week]) is None else round(getattr(of, name))]
            for week in weeks
        ]

    return series(
        disease.name,
        CASES,
        [
            line(
                "cases", text("số ca", "cases"), [[_at_ms(view, w), disease.city(w)] for w in weeks]
            ),
            line("mean5", text("trung bình 5 năm", "5-year mean"), points("mean")),
            line("threshold", text("ngưỡng dịch", "threshold"), points("threshold")),
        ],
        step="day",
        source=_source(disease) | {"area": CITY_AREA},
    )


def _table(diseases: list[Disease]) -> Table:
    rows = []
    for each in diseases:
        here = each.expected_of_city(each.week)
        last = each.week - WEEK_D
        figures = {"cases": each.week, "last": last}
        low, high = here.span if here is not None else (None, None)
        rows.append({
            "name": each.name,
            **{name: each.city(week) for name, week in figures.items()},
            "expected": "–" if here is None else f"{low} – {high}",
            "masked": [name for name, week in figures.items() if each.is_hidden(week)],
            "source": _source(each) | {"area": CITY_AREA},
        })  # fmt: skip
    columns = [
        words("name", text("Bệnh", "Disease")),
        column("cases", text("Tuần này", "This week")),
        column("last", text("Tuần trước", "Last week")),
        words("expected", text("Dự kiến", "Expected")),
    ]
    return table(text("Ca mắc trong tuần theo bệnh", "Cases of the week by disease"), columns, rows)


def _units(view: View, diseases: list[Disease]) -> Table:
    """Return units with cases; ranked by what is shown, so that no order tells what is hidden."""
    codes = {code for each in diseases for code, cases in each.units.items() if cases}
    rows: list[dict[str, Any]] = [
        {
            "name": unit_title(view, code),
            **{each.id: each.shown(code) for each in diseases},
            "masked": [each.id for each in diseases if code in each.masked.names],
            "source": {"dataset": EPIDEMICS, "area": code},
        }
        for code in codes
    ]
    rows.sort(key=lambda row: (*(-(row[each.id] or 0.0) for each in diseases), row["name"]["vi"]))
    columns = [UNIT, *(column(each.id, each.name) for each in diseases)]
    label = text("Ca mắc trong tuần theo phường, xã", "Cases of the week by unit")
    return table(label, columns, rows)


def _map(view: View, disease: Disease) -> MapLayer:
    scale = view.city.scales["cases"]
    values: dict[str, dict[str, Any]] = {}
    for unit in view.city.areas:
        cases = disease.shown(unit.code)
        band = scale.band(cases)
        values[unit.code] = {
            "value": cases,
            "band": "masked" if cases is None else band.id if band else None,
        }
    shown = {code: cases for code, each in values.items() if (cases := each["value"])}
    return {
        "label": disease.name,
        "layer": "areas",
        "unit": CASES,
        "decimals": 0,
        "scale": "cases",
        "values": values if disease.units else {},
        "worst": sorted(shown, key=lambda code: (-shown[code], code))[:LABELLED],
    }


def _at_ms(view: View, slot: int) -> float:
    return view.glass_ms(EPIDEMICS, slot_bounds_us(DAY, slot, view.city.zone)[0])


def _source(disease: Disease) -> Source:
    return {"dataset": EPIDEMICS, "indicator": disease.id}


AGGREGATES = (Aggregate(EPIDEMICS, (EPIDEMICS,), epidemics),)
