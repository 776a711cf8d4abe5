"""Rain that the gauges of the store told, resolved into a hyetograph for a scenario.

Whoever asks does this, so that the rain stands in the inputs and a rerun is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data_access.city import City
from data_access.records import instant_us
from data_access.rollup import MICRO
from data_access.store.reader import StoreReader
from language import told
from twin.drainage.plan import DrainagePlan, StormPlan
from twin.drainage.scenario import MOST_H, MOST_STEPS, Hyetograph
from twin.drainage.storms import Depths, between, centre, with_mean
from twin.observing import seen_of
from twin.seen import Seen

DATASET, INDICATOR = "environment.rain", "rain_mm"
LEVELS, LEVEL = "environment.water", "water_level"
COARSE_MIN = 360  # steps this long say nothing of the course of a storm
BACK_H = (3, 6, 12, 24, 48, 72)  # how far back rain may be asked for


def backs_h(city: City) -> list[int]:
    """Return how many hours back gauges tell the rain of: whole steps of theirs; none without."""
    step_h = city.datasets[DATASET].cadence_s / 3600 if DATASET in city.datasets else 0.0
    if step_h <= 0:
        return []
    return [back for back in BACK_H if back <= MOST_H and back % step_h == 0]


def storm_from_gauges(
    reader: StoreReader, city: City, plan: DrainagePlan, begin: datetime, end: datetime
) -> Hyetograph:
    """Return what the gauges of the store told of [begin, end) (glass time), ward by ward.

    Gauges that report days say nothing of the hours; each day is then given the course of the
    plan's `gauge_storm`, and the note says so. Raises ValueError when no gauge told anything.
    """
    step_s = int(city.datasets[DATASET].cadence_s) if DATASET in city.datasets else 0
    if step_s <= 0:
        raise ValueError(told("this city has no rain gauges"))
    step_us = step_s * MICRO
    with reader.snapshot() as snapshot:
        current = snapshot.current(DATASET)
        if current is None:
            raise ValueError(told("no rain gauge has reported to this room"))
        from_us, to_us = (current.timeline.track(instant_us(each)) for each in (begin, end))
        steps = max(0, -(-(to_us - from_us) // step_us))
        if not 1 <= steps <= MOST_STEPS:
            raise ValueError(
                told("expected a stretch of 1 to {most} steps of the gauges", most=MOST_STEPS)
            )
        places = snapshot.places(DATASET)
        heard = snapshot.recent(DATASET, INDICATOR, from_us=from_us)
    gauges: dict[tuple[float, float], Depths] = {}
    for name, rows in heard.items():
        place = places.get(name)
        if place is None or place.lat is None or place.lon is None:
            continue
        depths = [0.0] * steps
        inside = [(at_us, mm) for at_us, mm in rows if at_us < to_us]
        for at_us, mm in inside:
            depths[(at_us - from_us) // step_us] += mm
        if inside:  # a gauge that said nothing did not say that it was dry
            gauges[place.lat, place.lon] = tuple(depths)
    if not gauges:
        raise ValueError(told("no rain gauge reported in this stretch"))
    wards = {ward.code: between(gauges, *centre(city, ward.code)) for ward in plan.ward}
    return _hyetograph(wards, step_s // 60, plan.storm_of(plan.gauge_storm))


def _hyetograph(wards: Mapping[str, Depths], step_min: int, course: StormPlan) -> Hyetograph:
    if step_min < COARSE_MIN:
        rounded = {code: tuple(round(mm, 3) for mm in depths) for code, depths in wards.items()}
        return Hyetograph(step_min=step_min, mm=with_mean(rounded), source="gauges")
    per_step = step_min // course.step_min
    shape = (*course.shape, *([0.0] * (per_step - len(course.shape))))
    mm = {
        code: tuple(round(total * share, 3) for total in totals for share in shape)
        for code, totals in wards.items()
    }
    note = {
        "vi": "Trạm chỉ báo tổng lượng; diễn biến trong ngày là giả định",
        "en": "Gauges report totals only; the course within a day is assumed",
    }
    return Hyetograph(step_min=course.step_min, mm=with_mean(mm), source="gauges", note=note)


def seen_from_gauges(reader: StoreReader, end: datetime) -> list[Seen]:
    """Return which of the store's gauges are there to be asked until `end` (glass time)."""
    found: list[Seen] = []
    with reader.snapshot() as snapshot:
        for dataset, indicator in ((DATASET, INDICATOR), (LEVELS, LEVEL)):
            current = snapshot.current(dataset)
            if current is not None:
                until_us = current.timeline.track(instant_us(end))
                series = len(snapshot.newest(dataset, indicator))
                found += seen_of(snapshot, dataset, series=series, until_us=until_us)
    return found


def levels_from_gauges(reader: StoreReader, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return the water levels the stations of the store told of [begin, end) (glass time).

    [{id, name, lat, lon, levels: [[minute from begin, m], …]}], as calibrate.py takes them; empty
    where no station with a position told any.
    """
    with reader.snapshot() as snapshot:
        current = snapshot.current(LEVELS)
        if current is None:
            return []
        from_us, to_us = (current.timeline.track(instant_us(each)) for each in (begin, end))
        places = snapshot.places(LEVELS)
        heard = snapshot.recent(LEVELS, LEVEL, from_us=from_us)
    found = []
    for name, rows in sorted(heard.items()):
        place = places.get(name)
        levels = [[round((at - from_us) / MICRO / 60, 3), m] for at, m in rows if at < to_us]
        if place is not None and place.lat is not None and levels:
            at = {"lat": place.lat, "lon": place.lon}
            found.append({"id": name, "name": place.name, **at, "levels": levels})
    return found
