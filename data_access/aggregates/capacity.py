"""Healthcare capacity: beds, intensive care, emergency visits, ambulances, full hospitals.

Beds may be more than full. A hospital is overloaded by its occupancy (its limit, with its own
times): one alert from when that began until it has been well again for long enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import (
    NO_THRESHOLD,
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
from data_access.hysteresis import Episode, standing
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import AREA, Place

CAPACITY = "health.capacity"
BEDS, OCCUPIED, VISITS = "beds", "beds_occupied", "emergency_visits"
SILENT_CADENCES = 3  # a facility that said nothing for so many is not counted
HISTORY_US = 96 * HOUR_US  # what began earlier is said to have begun then
DAY_H, WEEK_H = 24, 7 * 24
LABELLED = 8
Figures = Mapping[str, float]  # indicator -> newest value


@dataclass(frozen=True, slots=True)
class Facility:
    """A hospital, or what else reports, as it is now."""

    entity: str
    name: str
    area: str | None
    figures: Figures = field(default_factory=dict)

    @property
    def occupancy(self) -> float | None:
        """Occupied beds of all beds, per cent."""
        return share(self.figures.get(OCCUPIED), self.figures.get(BEDS))

    @property
    def free(self) -> float | None:
        """Beds nobody lies in; none where more lie than there are beds for."""
        beds, occupied = self.figures.get(BEDS), self.figures.get(OCCUPIED)
        return None if beds is None or occupied is None else max(0.0, beds - occupied)


def share(part: float | None, whole: float | None) -> float | None:
    """Return a part of a whole in per cent, one decimal; None where either is not known."""
    return None if part is None or not whole else round(part / whole * 100, 1)


def capacity(view: View) -> Payload:
    """Return how full hospitals are, which have been too full for too long, and who comes."""
    last_us = view.snapshot.newest_us(CAPACITY)
    if last_us is None:
        return {}
    facilities = _facilities(view, last_us)
    hospitals = [each for each in facilities if each.occupancy is not None]
    full = _overloaded(view, last_us)
    return {
        "numbers": {
            **_beds(view, facilities, hospitals, full),
            **_emergency(view, facilities, last_us),
        },
        "series": {
            "occupancy": later(_occupancy, view, last_us),
            "visits": later(_visits, view, last_us),
        },
        "tables": {
            "hospitals": later(_hospitals, view, hospitals),
            "units": later(_units, view, hospitals),
        },
        "maps": {"hospitals": later(_map, view, hospitals)},
        "items": {"active": ranked_items([_item(view, each, full) for each in hospitals
                                          if each.entity in full])},
    }  # fmt: skip


def _facilities(view: View, last_us: int) -> list[Facility]:
    """Return what has reported lately, with its newest figures, by id."""
    silent_us = int(SILENT_CADENCES * view.city.datasets[CAPACITY].cadence_s * 1e6)
    places = view.snapshot.places(CAPACITY)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for indicator in view.city.datasets[CAPACITY].indicators:
        for newest in view.snapshot.newest(CAPACITY, indicator):
            if newest.at_us >= last_us - silent_us and not newest.suspect:
                found[newest.entity][indicator] = newest.value
    return [_facility(entity, places, found[entity]) for entity in sorted(found)]


def _facility(entity: str, places: Mapping[str, Place], figures: Figures) -> Facility:
    place = places.get(entity)
    return Facility(entity, place.name if place else entity, place.area if place else None, figures)


def _overloaded(view: View, last_us: int) -> dict[str, Episode]:
    """Return since when each hospital is overloaded, those that are."""
    limit = view.city.limit(CAPACITY, "occupancy")
    begin_us = last_us - HISTORY_US
    gap_us = int(SILENT_CADENCES * view.city.datasets[CAPACITY].cadence_s * 1e6)
    beds = view.snapshot.recent(CAPACITY, BEDS, from_us=begin_us)
    found: dict[str, Episode] = {}
    for entity, rows in view.snapshot.recent(CAPACITY, OCCUPIED, from_us=begin_us).items():
        of = dict(beds.get(entity, ()))
        occupancy = [(at, 100 * part / of[at]) for at, part in rows if of.get(at)]
        episode = standing(occupancy, limit, longest_gap_us=gap_us)
        if episode is not None:
            found[entity] = episode
    return found


def _sum(facilities: Iterable[Facility], indicator: str) -> float | None:
    values = [each.figures[indicator] for each in facilities if indicator in each.figures]
    return sum(values) if values else None


def _beds(
    view: View,
    facilities: list[Facility],
    hospitals: list[Facility],
    full: Mapping[str, Episode],
) -> dict[str, Number]:
    beds, occupied = _sum(hospitals, BEDS), _sum(hospitals, OCCUPIED)
    is_limited = view.city.limit(CAPACITY, "occupancy").is_set
    icu, icu_taken = _sum(facilities, "icu_beds"), _sum(facilities, "icu_occupied")
    return {
        "occupancy": number(
            text("Công suất giường bệnh", "Bed occupancy"),
            share(occupied, beds),
            "%",
            1,
            limit=view.city.limit(CAPACITY, "occupancy"),
            better="down",
            note=_of_whole(occupied, beds, "giường", "beds"),
            source=_source(OCCUPIED),
        ),
        "beds_free": number(
            text("Giường trống", "Free beds"),
            sum(each.free or 0.0 for each in hospitals) if hospitals else None,
            "giường",
            better="up",
            note=text(f"{len(hospitals)} bệnh viện", f"{len(hospitals)} hospitals"),
            source=_source(BEDS),
        ),
        "overloaded": number(
            text("Bệnh viện quá tải", "Overloaded hospitals"),
            len(full) if is_limited else None,
            limit=view.city.limit(CAPACITY, "overloaded"),
            better="down",
            note=text(f"trong {len(hospitals)} bệnh viện", f"of {len(hospitals)} hospitals")
            if is_limited
            else NO_THRESHOLD,
            source=_source(OCCUPIED),
        ),
        "icu": number(
            text("Công suất hồi sức (ICU)", "ICU occupancy"),
            share(icu_taken, icu),
            "%",
            1,
            limit=view.city.limit(CAPACITY, "icu"),
            better="down",
            note=_of_whole(icu_taken, icu, "giường", "beds"),
            source=_source("icu_occupied"),
        ),
    }


def _emergency(view: View, facilities: list[Facility], last_us: int) -> dict[str, Number]:
    vents, vents_used = _sum(facilities, "ventilators"), _sum(facilities, "ventilators_used")
    cars, busy = _sum(facilities, "ambulances"), _sum(facilities, "ambulances_busy")
    last = last_us // HOUR_US
    day = text("24 giờ", "24 hours")
    return {
        "ventilators": number(
            text("Máy thở còn", "Free ventilators"),
            None if vents is None or vents_used is None else max(0.0, vents - vents_used),
            "máy",
            better="up",
            note=_of_whole(vents_used, vents, "máy đang dùng", "in use"),
            source=_source("ventilators"),
        ),
        "visits": number(
            text("Lượt cấp cứu", "Emergency visits"),
            _hours(view, VISITS, last),
            "visits",
            better="down",
            period=day,
            previous=_hours(view, VISITS, last - WEEK_H),
            previousLabel=text("cùng kỳ tuần trước", "same time last week"),
            source=_source(VISITS),
        ),
        "ambulances": number(
            text("Xe cứu thương đang đi", "Ambulances on a call"),
            share(busy, cars),
            "%",
            limit=view.city.limit(CAPACITY, "ambulances"),
            better="down",
            note=_of_whole(busy, cars, "xe", "vehicles"),
            source=_source("ambulances_busy"),
        ),
        "calls": number(
            text("Cuộc gọi cấp cứu 115", "Ambulance calls (115)"),
            _hours(view, "ambulance_calls", last),
            "cuộc",
            period=day,
            source=_source("ambulance_calls"),
        ),
    }


def _of_whole(part: float | None, whole: float | None, vi: str, en: str) -> Text:
    """Return a part beside its whole, in words."""
    if part is None or whole is None:
        return text("chưa có số liệu", "not reported")
    english = f"{part:,.0f} of {whole:,.0f} {en}"
    return text(f"{part:,.0f} / {whole:,.0f} {vi}".replace(",", "."), english)


def _hours(view: View, indicator: str, last: int) -> float | None:
    """Return an indicator's sum over the day that ends with an hour."""
    cells = view.snapshot.cells(CAPACITY, indicator, HOUR, (last - DAY_H + 1, last))
    return float(cells.sum.sum()) if len(cells) else None


def _by_hour(view: View, indicator: str, first: int, last: int) -> dict[int, float]:
    cells = view.snapshot.cells(
        CAPACITY, indicator, HOUR, (first, last), kind=AREA, names=[CITY_AREA]
    )
    return dict(zip(cells.slot.tolist(), cells.sum.tolist(), strict=True))


def _occupancy(view: View, last_us: int) -> Series:
    last = last_us // HOUR_US
    first = last - WEEK_H + 1
    pairs = [
        (_by_hour(view, part, first, last), _by_hour(view, whole, first, last))
        for part, whole in ((OCCUPIED, BEDS), ("icu_occupied", "icu_beds"))
    ]
    (beds, icu) = (
        [
            [view.glass_ms(CAPACITY, hour * HOUR_US), share(part.get(hour), whole.get(hour))]
            for hour in range(first, last + 1)
        ]
        for part, whole in pairs
    )
    limit = view.city.limit(CAPACITY, "occupancy")
    thresholds = [
        {"label": text("quá tải", "overloaded"), "value": limit.warning, "status": "warning"}
    ]
    return series(
        text("Công suất giường bệnh, 7 ngày", "Bed occupancy, 7 days"),
        "%",
        [line("beds", text("giường bệnh", "beds"), beds), line("icu", text("ICU", "ICU"), icu)],
        step="day",
        source=_source(OCCUPIED),
        thresholds=thresholds if limit.warning is not None else (),
    )


def _visits(view: View, last_us: int) -> Series:
    last = last_us // HOUR_US
    found = _by_hour(view, VISITS, last - WEEK_H - DAY_H, last)

    def points(shift: int) -> list[list[float | None]]:
        return [
            [view.glass_ms(CAPACITY, hour * HOUR_US), found.get(hour - shift)]
            for hour in range(last - DAY_H + 1, last + 1)
        ]

    return series(
        text("Lượt cấp cứu theo giờ", "Emergency visits by hour"),
        "visits",
        [
            line("today", text("hiện tại", "now"), points(0)),
            line("week_ago", text("tuần trước", "last week"), points(WEEK_H)),
        ],
        step="hour",
        source=_source(VISITS),
    )


def _ranked(hospitals: list[Facility]) -> list[Facility]:
    return sorted(hospitals, key=lambda each: (-(each.occupancy or 0.0), each.name))


def _hospitals(view: View, hospitals: list[Facility]) -> Table:
    rows = [
        {
            "name": each.name,
            "unit": unit_title(view, each.area) if each.area else text("–", "–"),
            "occupancy": each.occupancy,
            "free": each.free,
            "icu": share(each.figures.get("icu_occupied"), each.figures.get("icu_beds")),
            "state": _band(view, each.occupancy),
            "visits": each.figures.get(VISITS),
            "source": _source(OCCUPIED) | {"entity": each.entity},
        }
        for each in _ranked(hospitals)
    ]
    columns = [
        words("name", text("Bệnh viện", "Hospital")),
        words("unit", text("Phường, xã", "Unit")),
        column("occupancy", text("Công suất", "Occupancy"), "%", 1),
        column("free", text("Trống", "Free"), "giường"),
        column("icu", text("ICU", "ICU"), "%", 1),
        column("visits", text("Cấp cứu giờ qua", "Visits, last hour")),
        column("state", text("Mức", "State"), kind="band", scale="occupancy"),
    ]
    label = text("Công suất theo bệnh viện", "Occupancy by hospital")
    return table(label, columns, rows)


def _units(view: View, hospitals: list[Facility]) -> Table:
    """Return hospitals summed by the unit they lie in, the fullest first."""
    by_unit: dict[str, list[Facility]] = defaultdict(list)
    for each in hospitals:
        if each.area is not None and each.area != CITY_AREA:
            by_unit[each.area].append(each)
    rows: list[dict[str, Any]] = []
    for code, here in by_unit.items():
        beds, occupied = _sum(here, BEDS), _sum(here, OCCUPIED)
        rows.append({
            "name": unit_title(view, code),
            "hospitals": len(here),
            "beds": beds,
            "free": sum(each.free or 0.0 for each in here),
            "occupancy": share(occupied, beds),
            "source": _source(OCCUPIED) | {"area": code},
        })  # fmt: skip
    rows.sort(key=lambda row: (-(row["occupancy"] or 0.0), row["name"]["vi"]))
    columns = [
        UNIT,
        column("hospitals", text("Bệnh viện", "Hospitals")),
        column("beds", text("Giường", "Beds")),
        column("free", text("Trống", "Free")),
        column("occupancy", text("Công suất", "Occupancy"), "%", 1),
    ]
    return table(text("Công suất theo phường, xã", "Occupancy by unit"), columns, rows)


def _band(view: View, occupancy: float | None) -> str | None:
    band = view.city.scales["occupancy"].band(occupancy)
    return band.id if band else None


def _map(view: View, hospitals: list[Facility]) -> MapLayer:
    values = {
        each.entity: {
            "value": each.occupancy,
            "band": _band(view, each.occupancy),
            "label": text(each.name, each.name),
        }
        for each in hospitals
    }
    return {
        "label": text("Công suất giường bệnh", "Bed occupancy"),
        "layer": view.city.datasets[CAPACITY].layer or CAPACITY,
        "unit": "%",
        "decimals": 0,
        "scale": "occupancy",
        "values": values,
        "worst": [each.entity for each in _ranked(hospitals)][:LABELLED],
    }


def _item(view: View, hospital: Facility, full: Mapping[str, Episode]) -> Item:
    episode = full[hospital.entity]
    owner = view.city.agencies[view.city.datasets[CAPACITY].owner].name
    grade = view.city.limit(CAPACITY, "occupancy").grade(episode.last)
    percent, free = round(episode.last), int(hospital.free or 0)
    return {
        "id": f"beds-{hospital.entity}",
        "title": text(*(2 * [f"{hospital.name}: {percent}%"])),
        "kind": text("Quá tải giường bệnh", "Beds overloaded"),
        "severity": grade if grade == "critical" else "warning",  # it stands until it is over
        "atMs": view.glass_ms(CAPACITY, episode.began_us),
        "area": hospital.area,
        "detail": text(
            f"công suất {percent}%, trống {free} giường; báo {owner['vi']}",
            f"{percent}% occupied, {free} beds free; to {owner['en']}",
        ),
        "source": _source(OCCUPIED) | {"entity": hospital.entity},
    }


def _source(indicator: str) -> Source:
    return {"dataset": CAPACITY, "indicator": indicator}


AGGREGATES = (Aggregate(CAPACITY, (CAPACITY,), capacity, rows_h=HISTORY_US // HOUR_US),)
