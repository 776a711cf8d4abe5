"""Healthcare capacity: beds, intensive care, emergency visits, ambulances, full hospitals.

Beds may be more than full. A hospital is overloaded by its occupancy (its limit, with its own
times): one alert from when that began until it has been well again for long enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.hospitals import (
    BEDS,
    CAPACITY,
    OCCUPIED,
    VISITS,
    Facility,
    Figures,
    bed_map,
    by_unit,
    one_by_one,
    overload,
    share,
    source_of,
    total,
)
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import (
    NO_THRESHOLD,
    line,
    number,
    series,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Series, Text
from data_access.hysteresis import Episode, standing
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import AREA, Place

SILENT_CADENCES = 3  # a facility that said nothing for so many is not counted
HISTORY_US = 96 * HOUR_US  # what began earlier is said to have begun then
DAY_H, WEEK_H = 24, 7 * 24


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
            "hospitals": later(one_by_one, view, hospitals),
            "units": later(by_unit, view, hospitals),
        },
        "maps": {"hospitals": later(bed_map, view, hospitals)},
        "items": {"active": ranked_items([overload(view, each, full) for each in hospitals
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


def _beds(
    view: View,
    facilities: list[Facility],
    hospitals: list[Facility],
    full: Mapping[str, Episode],
) -> dict[str, Number]:
    beds, occupied = total(hospitals, BEDS), total(hospitals, OCCUPIED)
    is_limited = view.city.limit(CAPACITY, "occupancy").is_set
    icu, icu_taken = total(facilities, "icu_beds"), total(facilities, "icu_occupied")
    return {
        "occupancy": number(
            text("Công suất giường bệnh", "Bed occupancy"),
            share(occupied, beds),
            "%",
            1,
            limit=view.city.limit(CAPACITY, "occupancy"),
            better="down",
            note=_of_whole(occupied, beds, "giường", "beds"),
            source=source_of(OCCUPIED),
        ),
        "beds_free": number(
            text("Giường trống", "Free beds"),
            sum(each.free or 0.0 for each in hospitals) if hospitals else None,
            "giường",
            better="up",
            note=text(f"{len(hospitals)} bệnh viện", f"{len(hospitals)} hospitals"),
            source=source_of(BEDS),
        ),
        "overloaded": number(
            text("Bệnh viện quá tải", "Overloaded hospitals"),
            len(full) if is_limited else None,
            limit=view.city.limit(CAPACITY, "overloaded"),
            better="down",
            note=text(f"trong {len(hospitals)} bệnh viện", f"of {len(hospitals)} hospitals")
            if is_limited
            else NO_THRESHOLD,
            source=source_of(OCCUPIED),
        ),
        "icu": number(
            text("Công suất hồi sức (ICU)", "ICU occupancy"),
            share(icu_taken, icu),
            "%",
            1,
            limit=view.city.limit(CAPACITY, "icu"),
            better="down",
            note=_of_whole(icu_taken, icu, "giường", "beds"),
            source=source_of("icu_occupied"),
        ),
    }


def _emergency(view: View, facilities: list[Facility], last_us: int) -> dict[str, Number]:
    vents, vents_used = total(facilities, "ventilators"), total(facilities, "ventilators_used")
    cars, busy = total(facilities, "ambulances"), total(facilities, "ambulances_busy")
    last = last_us // HOUR_US
    day = text("24 giờ", "24 hours")
    return {
        "ventilators": number(
            text("Máy thở còn", "Free ventilators"),
            None if vents is None or vents_used is None else max(0.0, vents - vents_used),
            "máy",
            better="up",
            note=_of_whole(vents_used, vents, "máy đang dùng", "in use"),
            source=source_of("ventilators"),
        ),
        "visits": number(
            text("Lượt cấp cứu", "Emergency visits"),
            _hours(view, VISITS, last),
            "visits",
            better="down",
            period=day,
            previous=_hours(view, VISITS, last - WEEK_H),
            previousLabel=text("cùng kỳ tuần trước", "same time last week"),
            source=source_of(VISITS),
        ),
        "ambulances": number(
            text("Xe cứu thương đang đi", "Ambulances on a call"),
            share(busy, cars),
            "%",
            limit=view.city.limit(CAPACITY, "ambulances"),
            better="down",
            note=_of_whole(busy, cars, "xe", "vehicles"),
            source=source_of("ambulances_busy"),
        ),
        "calls": number(
            text("Cuộc gọi cấp cứu 115", "Ambulance calls (115)"),
            _hours(view, "ambulance_calls", last),
            "cuộc",
            period=day,
            source=source_of("ambulance_calls"),
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
        source=source_of(OCCUPIED),
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
        source=source_of(VISITS),
    )


AGGREGATES = (Aggregate(CAPACITY, (CAPACITY,), capacity, rows_h=HISTORY_US // HOUR_US),)
