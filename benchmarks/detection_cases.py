"""What is put into which series for the labelled replay: one case a sort of trouble.

Series are real where a lake has them, and said to be; what is put in is ours (`injection.py`). Each
case says what usual is made of, so that nothing is judged by what it is part of.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from analytics.detection.air import Air
from analytics.detection.congestion import Congestion
from analytics.detection.fault import Fault
from analytics.detection.flood import Rain
from analytics.detection.novelty import Novelty
from analytics.detection.plan import Plan
from analytics.detection.surge import Surge
from analytics.detection.track import DAY_US, HOUR_US, MINUTE_US, Floats, Spot, Track
from benchmarks.detection_replay import ZONE, Played, hours_of, replay
from benchmarks.detection_weeks import WEEK_US, Case, clusters, detector, epidemics
from benchmarks.injection import Injected, Truth
from data_access.city import City
from data_access.limits import Limit
from data_access.simulator import calls as simulated_calls
from data_access.simulator.order import Order
from data_access.sources.placing import on_links

KMH_PER_MPH = 1.609344
METR_LA = "transport/metr_la_speed*.csv.gz"
WEATHER = "environment/unlicensed/hanoi_aqi_weather_hourly*.csv"
DENGUE = "health/opendengue*hanoi*.csv"
VOLUMES = "transport/metro_interstate*.csv"


def cases(plan: Plan, city: City, lake: Path | None, *, seed: int) -> Iterator[Case]:
    """Yield the cases whose series are there."""
    if lake is not None and (files := sorted(lake.glob(METR_LA))):
        yield from _roads(plan, city, files[0], seed)
    if lake is not None and (files := sorted(lake.glob(WEATHER))):
        yield _air(plan, files[0], seed)
        yield _rain(plan, files[0], seed)
    yield _calls(plan, city, seed)
    yield clusters(plan, city, seed)
    if lake is not None and (files := sorted(lake.glob(DENGUE))):
        yield epidemics(plan, files[0], seed)
    if lake is not None and (files := sorted(lake.glob(VOLUMES))):
        yield _courses(plan, files[0], seed)


def _roads(plan: Plan, city: City, path: Path, seed: int) -> Iterator[Case]:
    """Yield jams and faults in METR-LA's working days; usual are the week's other working days."""
    jams = detector(plan, Congestion)
    faults = next(d for d in plan.detector if isinstance(d, Fault) and d.dataset == jams.dataset)
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file))
    names = tuple(rows[0])
    values = np.array(rows[1:], float) * KMH_PER_MPH
    placed = on_links(names, city.network)
    spots = {name: _middle(placed[name].link.start, placed[name].link.end, placed[name].link.name)
             for name in names}  # fmt: skip
    thursday = round(datetime(2012, 3, 1, tzinfo=ZONE).timestamp()) * 1_000_000
    week = Track(thursday, 5 * MINUTE_US, names, values)
    free = dict(zip(names, np.nanpercentile(values, 95, axis=0).tolist(), strict=True))
    truths: list[Truth] = []
    plays = []
    for day in (0, 1, 4, 5, 6):
        bent = Injected.into(replace(week, start_us=week.start_us + WEEK_US), seed + day)
        midnight = bent.track.start_us + day * DAY_US
        taken = _put_jams(bent, spots, midnight, jams.neighbours.reach_km)
        _put_faults(bent, midnight, taken)
        usual = week.values.copy()
        usual[day * 288 : (day + 1) * 288] = np.nan
        history = _joined(hours_of(week.like(usual)), hours_of(bent.track))
        played = Played(bent.track, spots, free, history=history, spread=(2.0, 0.15))
        truths += bent.truths
        plays.append((played, midnight + 5 * HOUR_US, midnight + 24 * HOUR_US - 1))
    yield Case(
        "roads",
        {"vi": "Ùn tắc, lỗi điểm đo", "en": "jams, faults of detectors"},
        {"vi": "tốc độ METR-LA (thật)", "en": "METR-LA speeds (real)"},
        truths,
        lambda: [
            alert
            for played, from_us, to_us in plays
            for alert in replay([faults, jams], played, from_us=from_us, to_us=to_us)
        ],
    )


def _put_jams(bent: Injected, spots: dict[str, Spot], midnight: int, reach_km: float) -> set[int]:
    taken: set[int] = set()
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
    return taken


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


def _air(plan: Plan, path: Path, seed: int) -> Case:
    """Return episodes and faults at twelve stations around the city's real hours."""
    air = detector(plan, Air)
    faults = next(d for d in plan.detector if isinstance(d, Fault) and d.dataset == air.dataset)
    city, start = _hours(path, "PM25")
    names, spots = _row_of(12)
    draw = np.random.default_rng(seed)
    place = draw.lognormal(0, 0.15, 12)
    values = np.round(city[:, None] * place * draw.lognormal(0, 0.07, (len(city), 12)), 1)
    bent = Injected.into(Track(start, HOUR_US, names, values), seed)
    for day in range(30, 170, 14):
        begin = bent.track.start_us + day * DAY_US + int(draw.integers(24)) * HOUR_US
        steps = bent.steps(begin, int(draw.integers(10, 30)) * HOUR_US)
        middle = int(draw.integers(2, 10))
        level = float(np.median(values[steps, middle]))
        factor = max(2.5, 130.0 / max(level, 1.0))
        others = [middle - 2, middle - 1, middle + 1, min(middle + 2, 11)]
        bent.scale("air", middle, sorted({*others} - {middle}), steps, factor=factor,
                   share=(0.7, 0.95), ramp=3, lag=1)  # fmt: skip
    for number, day in enumerate(range(37, 170, 14)):
        begin = bent.track.start_us + day * DAY_US
        column = int(draw.integers(12))
        steps = bent.steps(begin, 2 * DAY_US)
        if number % 3 == 0:
            bent.stick(column, steps)
        elif number % 3 == 1:
            bent.drift(column, steps, 4.0)
        else:
            bent.silence(column, steps)
    played = Played(bent.track, spots)
    return Case(
        "air",
        {"vi": "Đợt bụi mịn, lỗi trạm", "en": "air episodes, faults of stations"},
        {
            "vi": "PM2.5 Hà Nội 2023 (thật) tại 12 trạm",
            "en": "Hanoi PM2.5 2023 (real), 12 stations",
        },
        bent.truths,
        lambda: replay(
            [faults, air],
            played,
            from_us=bent.track.start_us + 28 * DAY_US,
            to_us=int(bent.track.times_us[-1]),
        ),
    )


def _rain(plan: Plan, path: Path, seed: int) -> Case:
    """Return storms of two hours over a part of the city, and gauges that show one alone."""
    rain = detector(plan, Rain).model_copy(
        update={
            "window": "PT2H",
            "history": "P1D",
            "limit": Limit(caution=50, warning=75, critical=100, clear_after="PT2H"),
        }
    )
    city, start = _hours(path, "Precipitation")
    names, spots = _row_of(10)
    draw = np.random.default_rng(seed + 1)
    values = np.round(city[:, None] * draw.lognormal(0, 0.4, (len(city), 10)), 1)
    bent = Injected.into(Track(start, HOUR_US, names, values), seed)
    for day in range(10, 170, 8):
        begin = bent.track.start_us + day * DAY_US + int(draw.integers(24)) * HOUR_US
        steps = bent.steps(begin, 2 * HOUR_US)
        first = int(draw.integers(0, 7))
        amounts = draw.uniform(65, 160) / 2 * draw.uniform(0.7, 1.1, (2, 3))
        bent.add("flood", [first, first + 1, first + 2], steps, amounts)
    for day in range(14, 170, 16):
        begin = bent.track.start_us + day * DAY_US
        bent.track.values[bent.steps(begin, HOUR_US), int(draw.integers(10))] += 300.0
        # a lone cell beyond nature: no detector of rain may call it an event, none names it
    played = Played(bent.track, spots)
    return Case(
        "floods",
        {"vi": "Mưa gây ngập (2 giờ)", "en": "storms beyond the drains (2 h)"},
        {
            "vi": "mưa giờ Hà Nội 2023 (thật) tại 10 trạm",
            "en": "Hanoi hourly rain 2023 (real), 10 gauges",
        },
        bent.truths,
        lambda: replay(
            [rain],
            played,
            from_us=bent.track.start_us + 2 * DAY_US,
            to_us=int(bent.track.times_us[-1]),
        ),
    )


def _calls(plan: Plan, city: City, seed: int) -> Case:
    """Return surges in six weeks of simulated calls, without those of the simulator."""
    surge = detector(plan, Surge)
    until = datetime(2026, 6, 29, tzinfo=UTC)
    told: dict[str, dict[int, float]] = {}
    kept, simulated_calls.SURGES = simulated_calls.SURGES, 0.0
    try:
        for back in (28, 14, 0):
            order = Order(city, city.datasets[surge.dataset], seed, until - timedelta(days=back))
            for row in simulated_calls.rows(order):
                at_us = round(row["time"].timestamp()) * 1_000_000
                told.setdefault(str(row["entity"][1]), {})[at_us] = float(row["calls"])
    finally:
        simulated_calls.SURGES = kept
    times = [at for rows in told.values() for at in rows]
    track = Track.of(
        {name: list(rows.items()) for name, rows in told.items()},
        step_us=30 * MINUTE_US,
        from_us=min(times),
        to_us=max(times),
        counts=True,
    )
    track = track.like(np.nan_to_num(track.values))
    bent = Injected.into(track, seed)
    first = track.start_us + 24 * DAY_US
    for number in range(24):
        begin = first + int(number * 0.7 * DAY_US) + int(bent.draw.integers(48)) * 30 * MINUTE_US
        steps = bent.steps(begin, int(bent.draw.integers(3, 8)) * 30 * MINUTE_US)
        if steps.stop >= len(track.values):
            break
        column = int(bent.draw.integers(len(track.names)))
        usual = float(track.values[steps, column].mean())
        more = np.maximum(10.0, 3.0 * usual) * np.ones((steps.stop - steps.start, 1))
        bent.add("surge", [column], steps, bent.draw.poisson(more).astype(float))
    played = Played(bent.track, how="sum")
    return Case(
        "calls",
        {"vi": "Cuộc gọi tăng đột biến", "en": "surges of calls"},
        {"vi": "cuộc gọi 1022 (mô phỏng)", "en": "1022 calls (simulated)"},
        bent.truths,
        lambda: replay([surge], played, from_us=first, to_us=int(track.times_us[-1])),
    )


def _courses(plan: Plan, path: Path, seed: int) -> Case:
    """Return hours with far more than usual in half a year of one counter on a motorway."""
    novelty = detector(plan, Novelty).model_copy(update={"least": 0.0})
    told: dict[int, float] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["date_time"]).replace(tzinfo=ZONE)
            told[round(at.timestamp()) * 1_000_000] = float(row["traffic_volume"])
    track = Track.of({"I-94": sorted(told.items())}, step_us=HOUR_US, from_us=min(told),
                     to_us=max(told))  # fmt: skip
    bent = Injected.into(track, seed)
    for day in range(35, 240, 6):
        begin = track.start_us + day * DAY_US + int(bent.draw.integers(24)) * HOUR_US
        steps = bent.steps(begin, int(bent.draw.integers(4, 9)) * HOUR_US)
        bent.scale("course", 0, (), steps, factor=float(bent.draw.uniform(1.6, 2.5)))
    played = Played(bent.track)
    return Case(
        "courses",
        {"vi": "Diễn biến bất thường theo giờ", "en": "unusual courses of hours"},
        {"vi": "lưu lượng giờ I-94 (thật)", "en": "hourly volumes of I-94 (real)"},
        bent.truths,
        lambda: replay([novelty], played, from_us=track.start_us + 30 * DAY_US,
                       to_us=track.start_us + 245 * DAY_US),
    )  # fmt: skip


def _middle(start: object, end: object, name: str) -> Spot:
    lat = (start.lat + end.lat) / 2  # type: ignore[attr-defined]
    lon = (start.lon + end.lon) / 2  # type: ignore[attr-defined]
    return Spot(name, lat, lon)


def _row_of(count: int) -> tuple[tuple[str, ...], dict[str, Spot]]:
    """Return stations 1.5 km apart."""
    names = tuple(f"station-{at:02}" for at in range(count))
    return names, {name: Spot(name, 21.0, 105.75 + at * 0.0145) for at, name in enumerate(names)}


def _hours(path: Path, column: str) -> tuple[Floats, int]:
    """Return (hours of a column whose heading begins so, when the first begins)."""
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    heading = next(name for name in rows[0] if name.strip().startswith(column))
    utc = next(name for name in rows[0] if name.strip().startswith("UTC"))
    first = datetime.fromisoformat(rows[0][utc].replace("Z", "").replace("T", " ").strip())
    start = round(first.replace(tzinfo=UTC, minute=0, second=0).timestamp()) * 1_000_000
    return np.array([float(row[heading]) for row in rows]), start


def _joined(before: Track, after: Track) -> Track:
    """Return hours of two stretches, the second beginning where the first ends or later."""
    gap = int((after.start_us - before.start_us) // HOUR_US)
    values = np.full((gap + len(after.values), len(before.names)), np.nan)
    values[: len(before.values)] = before.values[:gap]
    values[gap:] = after.values
    return Track(before.start_us, HOUR_US, before.names, values)
