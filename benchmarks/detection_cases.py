"""What is put into which series for the labelled replay: one case a sort of trouble.

Series are real where a lake has them, and said to be; what is put in is ours (`injection.py`). Each
case says what usual is made of, so that nothing is judged by what it is part of. Roads, water and
outbreaks stand in modules of their own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from analytics.detection.air import Air, rolling_mean
from analytics.detection.fault import Fault
from analytics.detection.flood import Rain
from analytics.detection.novelty import Novelty
from analytics.detection.plan import Plan
from analytics.detection.surge import Surge
from analytics.detection.track import DAY_US, HOUR_US, MINUTE_US, Floats, Spot, Track
from benchmarks.detection_case import Apart, Case, Draw, Text, detector
from benchmarks.detection_replay import ZONE, Played, replay
from benchmarks.detection_roads import real_roads, simulated_roads
from benchmarks.detection_water import water
from benchmarks.detection_weeks import clusters, epidemics
from benchmarks.injection import Injected, Truth
from data_access.city import City
from data_access.limits import Limit
from data_access.simulator import air as simulated_air
from data_access.simulator import calls as simulated_calls
from data_access.simulator.order import Order

METR_LA = "transport/metr_la_speed*.csv.gz"
WEATHER = "environment/unlicensed/hanoi_aqi_weather_hourly*.csv"
DENGUE = "health/opendengue*hanoi*.csv"
DENGUE_NATIONAL = "health/opendengue*national*.csv"
VOLUMES = "transport/metro_interstate*.csv"
LANE = "transport/pems_lane_flow*.csv"
AIR_DAYS = 70
UNHEALTHY = 80.0  # µg/m³ of PM2.5, from which VN_AQI is above 150 (Decision 1459/QĐ-TCMT)
UNHEALTHY_HOURS = 3
DRAWN = 2.0  # times the usual, from which on weather is why people call
HANOI: Text = {
    "vi": "sốt xuất huyết Hà Nội theo tháng, OpenDengue (thật)",
    "en": "dengue of Hanoi by month, OpenDengue (real)",
}
NATIONAL: Text = {
    "vi": "sốt xuất huyết cả nước theo tháng, OpenDengue (thật)",
    "en": "dengue of the country by month, OpenDengue (real)",
}


def cases(plan: Plan, city: City, lake: Path | None, draws: Draw) -> Iterator[Case]:
    """Yield the cases of one seed whose series are there."""

    def files(pattern: str) -> list[Path]:
        return [] if lake is None else sorted(lake.glob(pattern))[:1]

    for path in files(METR_LA):
        yield real_roads(plan, city, path, draws)
    for path in files(WEATHER):
        yield _real_air(plan, path, draws)
        yield _rain(plan, path, draws)
    yield water(plan, draws)
    yield _calls(plan, city, draws)
    yield clusters(plan, city, draws)
    if draws.is_tuning:
        for path in files(DENGUE):
            yield epidemics(plan, path, draws, series=HANOI)
        for path in files(VOLUMES):
            yield _motorway(plan, path, draws, days=(35, 240))
        return
    yield simulated_roads(plan, city, draws)
    yield _simulated_air(plan, city, draws)
    for path in files(DENGUE_NATIONAL):
        yield epidemics(plan, path, draws, series=NATIONAL)
    for path in files(VOLUMES):
        yield _motorway(plan, path, draws, days=(245, 270))
    for path in files(LANE):
        yield _lane(plan, path, draws)


def _real_air(plan: Plan, path: Path, draws: Draw) -> Case:
    """Return episodes and faults at twelve stations around the city's real hours."""
    city, start = hours_told(path, "PM25")
    names, spots = _row_of(12)
    draw = np.random.default_rng(draws.seed)
    values = np.round(
        city[:, None] * draw.lognormal(0, 0.15, 12) * draw.lognormal(0, 0.07, (len(city), 12)), 1
    )
    series = {"vi": "PM2.5 Hà Nội 2023 (thật) tại 12 trạm",
              "en": "Hanoi PM2.5 2023 (real), 12 stations"}  # fmt: skip
    track = Track(start, HOUR_US, names, values)
    there = unhealthy(track, city)
    return _air(plan, track, spots, draws, series=series, apart="draws", every=14, there=there)


def _simulated_air(plan: Plan, city: City, draws: Draw) -> Case:
    """Return episodes and faults at the city's own stations, two months of early summer."""
    contract = city.datasets[detector(plan, Air).dataset]
    order = Order(city, contract, draws.seed, datetime(2026, 6, 29, tzinfo=UTC))
    listed = simulated_air.stations(order)
    days = order.days(AIR_DAYS)[:-1]
    pm25 = simulated_air.PARAMETERS.index("pm25")
    values = np.concatenate(
        [simulated_air.day_values(order, day, listed)[:, pm25].T for day in days]
    )
    kept = [at for at, each in enumerate(listed) if not each.is_doubtful and each.ward]
    names = tuple(listed[at].name for at in kept)
    spots = {listed[at].name: Spot(listed[at].name, listed[at].lat, listed[at].lon) for at in kept}
    start = round(order.instant(days[0]).timestamp()) * 1_000_000
    track = Track(start, HOUR_US, names, np.round(values[:, kept], 1))
    series = {"vi": "PM2.5 tại các trạm Hà Nội (mô phỏng)",
              "en": "Hanoi's air stations (simulated)"}  # fmt: skip
    faulty = [
        start + day * DAY_US + hour * HOUR_US
        for day, each in enumerate(days)
        for hour in simulated_air.repeated_hours(order, each)
    ]
    there = [Truth("spike", True, names, at, at + HOUR_US, was_there=True) for at in faulty]
    there += unhealthy(track, np.nanmedian(track.values, axis=1))
    return _air(plan, track, spots, draws, series=series, apart="series", every=8, there=there)


def _air(
    plan: Plan,
    track: Track,
    spots: Mapping[str, Spot],
    draws: Draw,
    *,
    series: Text,
    apart: Apart,
    every: int,
    there: Sequence[Truth] = (),
) -> Case:
    """Return episodes and, days later, faults of single stations: one of each in `every` days.

    `there` is what the series has of its own.
    """
    air = detector(plan, Air)
    faults = detector(plan, Fault, air.dataset)
    draw = np.random.default_rng(draws.seed + 1)
    bent = Injected.into(track, draws.seed)
    last = len(track.values) // 24 - 4
    for day in range(30, last, every):
        begin = bent.track.start_us + day * DAY_US + int(draw.integers(24)) * HOUR_US
        steps = bent.steps(begin, int(draw.integers(10, 30)) * HOUR_US)
        middle, others = _somewhere(bent, spots, draw)
        level = float(np.nanmedian(track.values[steps, middle]))
        factor = max(2.5, 130.0 / max(level, 1.0))
        bent.scale("air", middle, others, steps, factor=factor,
                   share=(0.7, 0.95), ramp=3, lag=1)  # fmt: skip
    for number, day in enumerate(range(30 + every // 2, last, every)):
        begin = bent.track.start_us + day * DAY_US
        column = int(draw.integers(len(track.names)))
        steps = bent.steps(begin, 2 * DAY_US)
        if number % 3 == 0:
            bent.stick(column, steps)
        elif number % 3 == 1:
            bent.drift(column, steps, 4.0)
        else:
            bent.silence(column, steps)
    played = Played(bent.track, spots)
    of = ("", "") if apart == "draws" else (" (mô phỏng)", " (simulated)")
    return Case(
        "air" if apart == "draws" else "air.simulated",
        {"vi": f"Đợt bụi mịn{of[0]}", "en": f"air episodes{of[1]}"},
        {"vi": f"Lỗi trạm không khí{of[0]}", "en": f"faults of air stations{of[1]}"},
        series,
        apart,
        [*bent.truths, *there],
        lambda: replay(
            [faults, air],
            played,
            from_us=bent.track.start_us + 28 * DAY_US,
            to_us=int(bent.track.times_us[-1]),
        ),
    )


def unhealthy(track: Track, city: Floats) -> list[Truth]:
    """Return the episodes a series has of its own: stretches in which the whole city is unhealthy.

    Held against the law's band, not against what is usual: that is the detector's.
    """
    bad = np.nan_to_num(rolling_mean(city[:, None], UNHEALTHY_HOURS)[:, 0]) > UNHEALTHY
    edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(int)))
    times = track.start_us + edges.reshape(-1, 2) * track.step_us
    return [
        Truth("air", False, track.names, int(begin), int(end), was_there=True)
        for begin, end in times.tolist()
    ]


def _somewhere(
    bent: Injected, spots: Mapping[str, Spot], draw: np.random.Generator
) -> tuple[int, list[int]]:
    """Return a station with two neighbours or more, and the nearest of them."""
    for column in draw.permutation(len(bent.track.names)).tolist():
        others = bent.around(column, spots, 8.0, 4)
        if len(others) >= 2:
            break
    return column, others


def _rain(plan: Plan, path: Path, draws: Draw) -> Case:
    """Return storms of two hours over a part of the city, and gauges that show one alone."""
    rain = detector(plan, Rain).model_copy(
        update={
            "window": "PT2H",
            "history": "P1D",
            "limit": Limit(caution=50, warning=75, critical=100, clear_after="PT2H"),
        }
    )
    city, start = hours_told(path, "Precipitation")
    names, spots = _row_of(10)
    draw = np.random.default_rng(draws.seed + 1)
    values = np.round(city[:, None] * draw.lognormal(0, 0.4, (len(city), 10)), 1)
    bent = Injected.into(Track(start, HOUR_US, names, values), draws.seed)
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
        None,
        {
            "vi": "mưa giờ Hà Nội 2023 (thật) tại 10 trạm",
            "en": "Hanoi hourly rain 2023 (real), 10 gauges",
        },
        "draws",
        bent.truths,
        lambda: replay(
            [rain],
            played,
            from_us=bent.track.start_us + 2 * DAY_US,
            to_us=int(bent.track.times_us[-1]),
        ),
    )


def _calls(plan: Plan, city: City, draws: Draw) -> Case:
    """Return surges in six weeks of simulated calls, without those the simulator puts in.

    What rain and dust make people call about is in the series; on days with twice as much, and
    more, an alert about it is right.
    """
    surge = detector(plan, Surge)
    until = datetime(2026, 6 if draws.is_tuning else 9, 28, tzinfo=UTC)
    told: dict[str, dict[int, float]] = {}
    there: list[Truth] = []
    kept, simulated_calls.SURGES = simulated_calls.SURGES, 0.0
    try:
        for back in (28, 14, 0):
            order = Order(
                city, city.datasets[surge.dataset], draws.seed, until - timedelta(days=back)
            )
            for day in order.days(simulated_calls.DAYS):
                at_us = round(order.instant(day).timestamp()) * 1_000_000
                there += [
                    Truth("surge", False, (name,), at_us, at_us + DAY_US, was_there=True)
                    for name, times in simulated_calls.drawn(order, day).items()
                    if times >= DRAWN
                ]
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
    bent = Injected.into(track, draws.seed)
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
        None,
        {"vi": "cuộc gọi 1022 (mô phỏng)", "en": "1022 calls (simulated)"},
        "series",
        [*bent.truths, *there],
        lambda: replay([surge], played, from_us=first, to_us=int(track.times_us[-1])),
    )


def _motorway(plan: Plan, path: Path, draws: Draw, *, days: tuple[int, int]) -> Case:
    """Return hours with far more than usual on `days` of one counter on a motorway."""
    with path.open(encoding="utf-8") as file:
        told = [
            (datetime.fromisoformat(row["date_time"]), float(row["traffic_volume"]))
            for row in csv.DictReader(file)
        ]
    series = {"vi": "lưu lượng giờ I-94 (thật)", "en": "hourly volumes of I-94 (real)"}
    return _courses(plan, "I-94", told, draws, series=series, days=days, every=6)


def _lane(plan: Plan, path: Path, draws: Draw) -> Case:
    """Return the same in the working days of one lane's counter: means of an hour."""
    with path.open(encoding="utf-8-sig") as file:
        told = [
            (
                datetime.strptime(row["5 Minutes"], "%d/%m/%Y %H:%M").replace(tzinfo=ZONE),
                float(row["Lane 1 Flow (Veh/5 Minutes)"]),
            )
            for row in csv.DictReader(file)
        ]
    series = {"vi": "lưu lượng làn đường PeMS (thật)", "en": "a lane's flow, PeMS (real)"}
    return _courses(plan, "PeMS", told, draws, series=series, days=(28, 55), every=3)


def _courses(
    plan: Plan,
    name: str,
    told: Sequence[tuple[datetime, float]],
    draws: Draw,
    *,
    series: Text,
    days: tuple[int, int],
    every: int,
) -> Case:
    novelty = detector(plan, Novelty).model_copy(update={"least": 0.0})
    rows = {round(at.replace(tzinfo=ZONE).timestamp()) * 1_000_000: each for at, each in told}
    track = Track.of({name: sorted(rows.items())}, step_us=HOUR_US, from_us=min(rows),
                     to_us=max(rows))  # fmt: skip
    bent = Injected.into(track, draws.seed)
    for day in range(*days, every):
        begin = track.start_us + day * DAY_US + int(bent.draw.integers(24)) * HOUR_US
        steps = bent.steps(begin, int(bent.draw.integers(4, 9)) * HOUR_US)
        if np.isfinite(track.values[steps, 0]).all():  # nobody counted on other days
            factor = float(bent.draw.uniform(1.6, 2.5))
            bent.scale("course", 0, (), steps, factor=factor)
    played = Played(bent.track)
    return Case(
        f"courses.{name.casefold()}",
        {"vi": f"Diễn biến bất thường, {name}", "en": f"unusual courses, {name}"},
        None,
        series,
        "draws" if draws.is_tuning else "series",
        bent.truths,
        lambda: replay(
            [novelty],
            played,
            from_us=track.start_us + (days[0] - 5) * DAY_US,
            to_us=min(int(track.times_us[-1]), track.start_us + (days[1] + 5) * DAY_US),
        ),
    )


def _row_of(count: int) -> tuple[tuple[str, ...], dict[str, Spot]]:
    """Return stations 1.5 km apart."""
    names = tuple(f"station-{at:02}" for at in range(count))
    return names, {name: Spot(name, 21.0, 105.75 + at * 0.0145) for at, name in enumerate(names)}


def hours_told(path: Path, column: str) -> tuple[Floats, int]:
    """Return (hours of a column whose heading begins so, when the first begins)."""
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    heading = next(name for name in rows[0] if name.strip().startswith(column))
    utc = next(name for name in rows[0] if name.strip().startswith("UTC"))
    first = datetime.fromisoformat(rows[0][utc].replace("Z", "").replace("T", " ").strip())
    start = round(first.replace(tzinfo=UTC, minute=0, second=0).timestamp()) * 1_000_000
    return np.array([float(row[heading]) for row in rows]), start
