"""Crashes that block a road, and the queue behind each: what speeds, counts and reports share.

A queue grows against the traffic onto the roads that feed the blocked one, later and weaker from
junction to junction, and goes back the way it came. They are of weekdays, not of dates: measured
speeds come as one week that is played again and again. Not a generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data_access.simulator.order import draws
from data_access.simulator.roads import Roads
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import Numbers

DAYS = 7
A_DAY = 3.0
HOURS = (6, 22)
LASTING_S = (20 * 60, 75 * 60)
LEFT = (0.3, 0.5)  # of its speed, to the road with the crash
QUEUE_KMH = 12.0  # at which a queue grows backwards (a demo value)
DECAY = 0.8  # of what a road loses, to the one that feeds it most
LEAST = 0.35  # of what the blocked road loses; less is not felt
HELD = 0.6  # of what a road loses in speed, it loses in vehicles that pass


@dataclass(frozen=True, slots=True)
class Crash:
    """One crash on an arc; seconds are of the local day."""

    arc: int
    begin_s: float
    lasting_s: float
    left: float


@dataclass(frozen=True, slots=True)
class Slowed:
    """An arc that a crash is felt on, from when to when, and what speed it keeps."""

    arc: int
    from_s: float
    to_s: float
    left: float


def crashes(traffic: Traffic, seed: int, weekday: int) -> list[Crash]:
    """Return the crashes of a weekday (Monday is 0): the more is driven, the more."""
    driven = (traffic.out_h + traffic.back_h) * traffic.roads.hours * traffic.roads.free_kmh
    draw = draws(seed, "traffic.crashes", weekday)
    if not driven.sum():
        return []
    return [
        Crash(
            int(draw.choice(len(driven), p=driven / driven.sum())),
            float(draw.uniform(*HOURS)) * 3600,
            float(draw.uniform(*LASTING_S)),
            float(draw.uniform(*LEFT)),
        )
        for _ in range(draw.poisson(A_DAY))
    ]


def queue(traffic: Traffic, crash: Crash) -> list[Slowed]:
    """Return the arcs that a crash slows, the blocked one first; what is reached last clears first.

    A road suffers by its share of what the next one gets.
    """
    roads = traffic.roads
    feeding = roads.feeding(traffic.out_h + traffic.back_h)
    reached: dict[int, tuple[float, float]] = {crash.arc: (0.0, 1.0)}
    front = [crash.arc]
    while front:
        arc = front.pop(0)
        since_s, share = reached[arc]
        then_s = since_s + 3600 * _km(roads, arc) / QUEUE_KMH
        most = max((brought for _, brought in feeding[arc]), default=0.0)
        for before, brought in feeding[arc]:
            felt = share * DECAY * brought / most if most else 0.0
            if before not in reached and felt >= LEAST and then_s < crash.lasting_s:
                reached[before] = then_s, felt
                front.append(before)
    last_s = max(since_s for since_s, _ in reached.values())
    end_s = crash.begin_s + crash.lasting_s
    return [
        Slowed(arc, crash.begin_s + since_s, end_s + last_s - since_s, 1 - (1 - crash.left) * share)
        for arc, (since_s, share) in reached.items()
    ]


def speed_left(traffic: Traffic, seed: int, weekday: int, step_s: int) -> Numbers:
    """Return the share of speed that crashes leave at every step of a weekday, (steps, arcs)."""
    left = np.ones((86400 // step_s, len(traffic.roads)))
    for slowed in _slowed(traffic, seed, weekday):
        first, last = round(slowed.from_s / step_s), round(slowed.to_s / step_s)
        part = left[first:last, slowed.arc]
        np.minimum(part, slowed.left, out=part)
    return left


def passing_left(speed: Numbers) -> Numbers:
    """Return the share of vehicles that still pass where crashes leave so much of the speed."""
    return 1 - HELD * (1 - speed)


def _slowed(traffic: Traffic, seed: int, weekday: int) -> Iterator[Slowed]:
    for crash in crashes(traffic, seed, weekday):
        yield from queue(traffic, crash)


def _km(roads: Roads, arc: int) -> float:
    return float(roads.hours[arc] * roads.free_kmh[arc])
