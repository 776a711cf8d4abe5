"""Roads for the labelled replay: jams and faults of detectors, in real and in simulated speeds.

Into real speeds jams are put; simulated ones have crashes of their own, with the queues behind
them, and what is told of them is told as the city is told. Usual are the other working days of the
same week: a week is what there is.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np

from analytics.detection.book import Alert
from analytics.detection.congestion import Congestion
from analytics.detection.fault import Fault
from analytics.detection.plan import Plan
from analytics.detection.scene import Happening
from analytics.detection.track import DAY_US, HOUR_US, MINUTE_US, Floats, Spot, Track
from benchmarks.detection_case import Case, Draw, Text, detector
from benchmarks.detection_replay import ZONE, Played, hours_of, replay
from benchmarks.detection_weeks import WEEK_US
from benchmarks.injection import Injected, Truth
from data_access.city import City, Link
from data_access.simulator import crashes
from data_access.simulator import speeds as simulated_speeds
from data_access.simulator.order import Order
from data_access.simulator.traffic import Traffic
from data_access.sources.placing import on_links

Jams = tuple[set[int], tuple[Happening, ...]]  # columns that feel them, and what is told of them

KMH_PER_MPH = 1.609344
STEPS_A_DAY = 288
STUCK_STEPS = 24
REAL_FIRST, REAL_DAYS = date(2012, 3, 1), (0, 1, 4, 5, 6)  # Thursday; its working days
MADE_FIRST, MADE_DAYS = date(2026, 6, 1), (0, 1, 2, 3, 4)  # Monday
METR_LA: Text = {"vi": "tốc độ METR-LA (thật)", "en": "METR-LA speeds (real)"}
SIMULATED_JAMS: Text = {
    "vi": "Ùn tắc sau va chạm (mô phỏng)",
    "en": "jams after crashes (simulated)",
}
SIMULATED_FAULTS: Text = {
    "vi": "Lỗi điểm đo tốc độ (mô phỏng)",
    "en": "faults of speed detectors (simulated)",
}
CRASH = {"vi": "Va chạm giao thông", "en": "Crash"}
TOLD_AFTER_US = 8 * MINUTE_US  # by the roads' own reports, at the latest
SIMULATED: Text = {"vi": "tốc độ đường Hà Nội (mô phỏng)", "en": "Hanoi's roads (simulated)"}


def real_roads(plan: Plan, city: City, path: Path, draws: Draw) -> Case:
    """Return METR-LA's week: all working days in tuning, else one of them a seed."""
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file))
    week = _week(rows[0], np.array(rows[1:], float) * KMH_PER_MPH, REAL_FIRST)
    days = REAL_DAYS if draws.is_tuning else (REAL_DAYS[draws.number % len(REAL_DAYS)],)
    put = partial(_put_jams, reach_km=detector(plan, Congestion).neighbours.reach_km)
    return _roads(plan, city, week, draws, days=days, series=METR_LA, jams_of=put)


def simulated_roads(plan: Plan, city: City, draws: Draw) -> Case:
    """Return two days of the city's own roads, as the simulator has them with this seed."""
    contract = city.datasets[detector(plan, Congestion).dataset]
    until = datetime.combine(MADE_FIRST, datetime.min.time(), UTC)
    order = Order(city, contract, draws.seed, until)
    values = simulated_speeds.speeds_kmh(order, MADE_FIRST)
    week = _week(simulated_speeds.detectors(order), values, MADE_FIRST)
    days = tuple(MADE_DAYS[(draws.number + more) % len(MADE_DAYS)] for more in (0, 2))
    traffic = Traffic.of(city, draws.seed)
    placed = on_links(week.names, city.network)
    column = {
        (each.link.id, each.direction == "forward"): at
        for at, each in enumerate(placed[name] for name in week.names)
    }

    def crashed(bent: Injected, _spots: Mapping[str, Spot], day: int) -> Jams:
        midnight = bent.track.start_us + day * DAY_US
        taken: set[int] = set()
        told = []
        for crash in crashes.crashes(traffic, draws.seed, day):
            felt = crashes.queue(traffic, crash)
            columns = [
                at for each in felt if (at := column.get(_way(traffic, each.arc))) is not None
            ]
            end_s = max(each.to_s for each in felt)
            bent.tell("jam", columns, midnight, crash.begin_s, end_s)
            taken |= set(columns)
            link = city.network.links[traffic.roads.links[crash.arc]]
            spot = _middle(link)
            begun = midnight + round(crash.begin_s * 1e6)
            told.append(
                Happening("accident", CRASH, spot[0], spot[1], begun + TOLD_AFTER_US,
                          begun + round(crash.lasting_s * 1e6))
            )  # fmt: skip
        return taken, tuple(told)

    return _roads(plan, city, week, draws, days=days, series=SIMULATED, jams_of=crashed)


def _way(traffic: Traffic, arc: int) -> tuple[str, bool]:
    return traffic.roads.links[arc], bool(traffic.roads.forward[arc])


def _week(names: Sequence[str], values: Floats, first: date) -> Track:
    start = datetime.combine(first, datetime.min.time(), ZONE).timestamp()
    return Track(round(start) * 1_000_000, 5 * MINUTE_US, tuple(names), values)


def _roads(
    plan: Plan,
    city: City,
    week: Track,
    draws: Draw,
    *,
    days: Sequence[int],
    series: Text,
    jams_of: Callable[[Injected, Mapping[str, Spot], int], Jams],
) -> Case:
    jams = detector(plan, Congestion)
    faults = detector(plan, Fault, jams.dataset)
    spots = _spots(week.names, city)
    free = dict(zip(week.names, np.nanpercentile(week.values, 95, axis=0).tolist(), strict=True))
    truths = stuck(replace(week, start_us=week.start_us + WEEK_US))
    plays = []
    for day in days:
        later = replace(week, start_us=week.start_us + WEEK_US)
        bent = Injected.into(later, draws.seed + (day if draws.is_tuning else 0))
        midnight = bent.track.start_us + day * DAY_US
        taken, told = jams_of(bent, spots, day)
        _put_faults(bent, midnight, taken)
        usual = week.values.copy()
        usual[day * STEPS_A_DAY : (day + 1) * STEPS_A_DAY] = np.nan
        history = _joined(hours_of(week.like(usual)), hours_of(bent.track))
        played = Played(bent.track, spots, free, told, history=history)
        truths += bent.truths
        plays.append((played, midnight + 5 * HOUR_US, midnight + 24 * HOUR_US - 1))

    def play() -> list[Alert]:
        return [
            alert
            for played, from_us, to_us in plays
            for alert in replay([faults, jams], played, from_us=from_us, to_us=to_us)
        ]

    return Case(
        "roads" if series is METR_LA else "roads.simulated",
        {"vi": "Ùn tắc", "en": "jams"} if series is METR_LA else SIMULATED_JAMS,
        {"vi": "Lỗi điểm đo tốc độ", "en": "faults of speed detectors"}
        if series is METR_LA
        else SIMULATED_FAULTS,
        series,
        "draws" if series is METR_LA else "series",
        truths,
        play,
    )


def stuck(track: Track) -> list[Truth]:
    """Return the faults a series has of its own: detectors that tell one value for two hours.

    No mean of five minutes of traffic is the same for so long.
    """
    values = track.values
    same = np.isfinite(values[1:]) & (values[1:] == values[:-1])
    found = []
    for column, name in enumerate(track.names):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], same[:, column].astype(int), [0]])))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if last - first >= STUCK_STEPS:
                begin, end = (track.start_us + at * track.step_us for at in (first, last + 1))
                found.append(Truth("stuck", True, (name,), begin, end, was_there=True))
    return found


def _spots(names: Sequence[str], city: City) -> dict[str, Spot]:
    """Return where detectors are: in the middle of the links they are shown on."""
    placed = on_links(names, city.network)
    return {name: Spot(each.link.name, *_middle(each.link)) for name, each in placed.items()}


def _middle(link: Link) -> tuple[float, float]:
    return (link.start.lat + link.end.lat) / 2, (link.start.lon + link.end.lon) / 2


def _put_jams(bent: Injected, spots: Mapping[str, Spot], day: int, *, reach_km: float) -> Jams:
    taken: set[int] = set()
    midnight = bent.track.start_us + day * DAY_US
    for hour in (7, 11, 15, 19):
        for column in bent.draw.permutation(len(bent.track.names)).tolist():
            others = bent.around(column, spots, reach_km, 4)[:3]
            if len(others) >= 2 and taken.isdisjoint([column, *others]):
                break
        taken |= {column, *others}
        begin = midnight + hour * HOUR_US + int(bent.draw.integers(12)) * 5 * MINUTE_US
        lasting = int(bent.draw.integers(7, 19)) * 5 * MINUTE_US
        factor = float(bent.draw.uniform(0.12, 0.3))
        bent.scale("jam", column, others, bent.steps(begin, lasting), factor=factor)
    return taken, ()


def _put_faults(bent: Injected, midnight: int, taken: set[int]) -> None:
    columns = [c for c in bent.draw.permutation(len(bent.track.names)).tolist() if c not in taken]
    at = midnight + 8 * HOUR_US
    bent.stick(columns[0], bent.steps(at, 4 * HOUR_US))
    bent.drift(columns[1], bent.steps(at, 9 * HOUR_US), float(bent.draw.uniform(0.25, 0.4)))
    bent.silence(columns[2], bent.steps(at + HOUR_US, 3 * HOUR_US))
    bent.spike(columns[3], bent.steps(at + 5 * HOUR_US, 0).start, 0.08)
    bent.clone(columns[4], columns[5], bent.steps(at + 2 * HOUR_US, 4 * HOUR_US))
    bent.track.values[bent.steps(at + 4 * HOUR_US, 0).start - 1, columns[6]] = 5.0
    bent.stick(columns[6], bent.steps(at + 4 * HOUR_US, 3 * HOUR_US))  # as slow as a jam


def _joined(before: Track, after: Track) -> Track:
    """Return hours of two stretches, the second beginning where the first ends or later."""
    gap = int((after.start_us - before.start_us) // HOUR_US)
    values = np.full((gap + len(after.values), len(before.names)), np.nan)
    values[: len(before.values)] = before.values[:gap]
    values[gap:] = after.values
    return Track(before.start_us, HOUR_US, before.names, values)
