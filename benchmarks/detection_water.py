"""Water for the labelled replay: floods seen by level gauges, sluices, and faults of gauges.

Gauges, their levels, their day and their noise are the simulator's; nothing real is told by the
hour. A flood rises at a place and, later and less, around it, and runs off for hours; a sluice that
is opened moves one level alone and is no event; a gauge that was knocked shows half a metre more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from analytics.detection.fault import Fault
from analytics.detection.flood import Level
from analytics.detection.plan import Plan
from analytics.detection.track import DAY_US, HOUR_US, Floats, Spot, Track
from benchmarks.detection_case import Case, Draw, detector
from benchmarks.detection_replay import ZONE, Played, replay
from benchmarks.injection import Injected
from data_access.simulator.water import M_A_MM, STATIONS

FIRST = datetime(2026, 3, 2, tzinfo=ZONE)  # Monday
DAYS, USUAL_DAYS = 100, 28
FLOOD_EVERY, SLUICE_EVERY = 7, 14  # days
FAULTS = ("stuck", "offline", "shift", "cloned")
RISE_M = {kind: 60 * of_mm for kind, of_mm in M_A_MM.items()}  # 60 mm in an afternoon
FELT = 4  # gauges around, at most


def water(plan: Plan, draws: Draw) -> Case:
    """Return a hundred days of the city's gauges."""
    level = detector(plan, Level)
    faults = detector(plan, Fault, level.dataset)
    names = tuple(station.id for station in STATIONS)
    spots = {s.id: Spot(s.name, s.lat, s.lon) for s in STATIONS}
    draw = np.random.default_rng(draws.seed)
    start = round(FIRST.timestamp()) * 1_000_000
    bent = Injected.into(Track(start, HOUR_US, names, _ordinary(draw)), draws.seed)
    for number, day in enumerate(range(USUAL_DAYS + 2, DAYS - 3, FLOOD_EVERY)):
        _flood(bent, spots, day)
        _fault(bent, FAULTS[number % len(FAULTS)], day + 4, spots)
    for day in range(USUAL_DAYS + 5, DAYS - 3, SLUICE_EVERY):
        _sluice(bent, day)
    return Case(
        "levels",
        {"vi": "Ngập theo mực nước", "en": "floods by level"},
        {"vi": "Lỗi trạm mực nước", "en": "faults of level gauges"},
        {"vi": "15 trạm mực nước Hà Nội (mô phỏng)", "en": "Hanoi's 15 level gauges (simulated)"},
        "series",
        bent.truths,
        lambda: replay(
            [faults, level],
            Played(bent.track, spots),
            from_us=start + USUAL_DAYS * DAY_US,
            to_us=int(bent.track.times_us[-1]),
        ),
    )


def _ordinary(draw: np.random.Generator) -> Floats:
    """Return levels of DAYS days with the swing of a day, light rain, and what gauges add."""
    hours = np.arange(DAYS * 24)
    light = np.sin((hours % 24 - 8) / 12 * np.pi)
    mm = np.where(draw.random(DAYS) < 0.3, draw.gamma(0.8, 6.0, DAYS), 0.0)  # a day, no flood
    wet = np.convolve(np.repeat(mm / 24, 24), np.exp(-np.arange(72) / 18))[: len(hours)]
    season = np.cumsum(draw.normal(0, 0.001, len(hours)))  # levels wander by the week
    told = [
        station.level_m
        + M_A_MM[station.kind] * wet
        + 0.03 * light
        + season
        + draw.normal(0, 0.005, len(hours))
        for station in STATIONS
    ]
    values: Floats = np.round(np.stack(told, axis=1), 3).astype(np.float64)
    values[draw.random(values.shape) < 0.01] = np.nan
    return values


def _flood(bent: Injected, spots: Mapping[str, Spot], day: int) -> None:
    """Have water rise within hours at a gauge and its nearest, and run off."""
    for column in bent.draw.permutation(len(bent.track.names)).tolist():
        if others := bent.around(column, spots, 6.0, FELT):
            break
    begin = bent.track.start_us + day * DAY_US + int(bent.draw.integers(10, 20)) * HOUR_US
    rising, off = int(bent.draw.integers(2, 5)), float(bent.draw.uniform(5, 14))  # hours
    hours = np.arange(48)
    shape = np.where(hours < rising, (hours + 1) / rising, np.exp(-(hours - rising + 1) / off))
    size = float(bent.draw.uniform(1.3, 3.0))
    amounts = np.zeros((len(hours), 1 + len(others)))
    for at, one in enumerate((column, *others)):
        felt = 1.0 if not at else float(bent.draw.uniform(0.5, 0.95))
        lag = 0 if not at else int(bent.draw.integers(0, 3))
        metres = max(0.45, RISE_M[STATIONS[one].kind] * size) * felt
        amounts[lag:, at] = metres * shape[: len(hours) - lag]
    steps = bent.steps(begin, len(hours) * HOUR_US)
    bent.raise_by("level", (column, *others), steps, amounts)


def _fault(bent: Injected, kind: str, day: int, spots: Mapping[str, Spot]) -> None:
    column = int(bent.draw.integers(len(bent.track.names)))
    begin = bent.track.start_us + day * DAY_US + int(bent.draw.integers(6)) * HOUR_US
    steps = bent.steps(begin, 36 * HOUR_US)
    if kind == "stuck":
        bent.stick(column, steps)
    elif kind == "offline":
        bent.silence(column, bent.steps(begin, 12 * HOUR_US))
    elif kind == "cloned":
        close = bent.around(column, spots, 8.0, 1) or [(column + 1) % len(bent.track.names)]
        bent.clone(column, close[0], steps)
    else:
        bent.shift(column, steps, float(bent.draw.choice([-1, 1]) * bent.draw.uniform(0.4, 0.9)))


def _sluice(bent: Injected, day: int) -> None:
    """Have one lake be filled or drawn down for some hours: nobody's event, nobody's fault."""
    lakes = [at for at, station in enumerate(STATIONS) if station.kind == "lake"]
    column = lakes[int(bent.draw.integers(len(lakes)))]
    begin = bent.track.start_us + day * DAY_US + int(bent.draw.integers(24)) * HOUR_US
    steps = bent.steps(begin, 10 * HOUR_US)
    hours = np.arange(steps.stop - steps.start)
    moved = float(bent.draw.choice([-1, 1]) * bent.draw.uniform(0.2, 0.45))
    bent.track.values[steps, column] += moved * np.sin((hours + 1) / (len(hours) + 1) * np.pi)
