"""The figures of a run: of the city, of each ward, of each link in time; and their spread.

One seed gives a plain JSON value (`seed_figures`), kept for the base; several give the result.
All trips count, also those that never came in: averages of the finished ones hide a jam.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit  # Student's t; scipy.stats takes 0.4 s to import

from data_access.envelope import Text
from twin.result import Kpi, Spread
from twin.traffic.outputs import EdgeTimes, TripEnd
from twin.traffic.streets import Streets

INTERVAL_S = 300
STOPPED_KMH = 5.0  # time on roads slower than this, in five minutes, counts as standing
CONFIDENCE = 0.95
DIGITS = 6  # of what is kept: beyond it sums of floats are noise


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure is called, its unit, and which way is good."""

    label: Text
    unit: str
    decimals: int
    better: str


def _text(vi: str, en: str) -> Text:
    return {"vi": vi, "en": en}


CITY: Mapping[str, Meaning] = {
    "loss": Meaning(
        _text("Thời gian mất mỗi chuyến (mọi chuyến)", "Time lost per trip (all trips)"),
        "phút", 1, "down",
    ),
    "trip": Meaning(
        _text("Thời gian đi mỗi chuyến (mọi chuyến)", "Time of a trip (all trips)"),
        "phút", 1, "down",
    ),
    "speed": Meaning(_text("Vận tốc trung bình", "Mean speed"), "km/h", 1, "up"),
    "arrived": Meaning(_text("Chuyến đã đến nơi", "Trips arrived"), "chuyến/giờ", 0, "up"),
    "unfinished": Meaning(_text("Chuyến chưa xong", "Trips not finished"), "chuyến", 0, "down"),
    "dropped": Meaning(
        _text("Chuyến không thể đi", "Trips that cannot be made"), "chuyến", 0, "down"
    ),
    "stopped": Meaning(
        _text("Thời gian gần như đứng yên", "Time nearly at a standstill"), "%", 1, "down"
    ),
    "bus": Meaning(_text("Xe buýt đi 1 km", "Buses, 1 km"), "phút", 1, "down"),
    "emergency": Meaning(
        _text("Xe ưu tiên đi 1 km", "Emergency vehicles, 1 km"), "phút", 1, "down"
    ),
}  # fmt: skip
AREA: Mapping[str, Meaning] = {
    "speed": CITY["speed"],
    "lossHours": Meaning(_text("Giờ xe mất đi", "Vehicle hours lost"), "giờ", 0, "down"),
    "stopped": CITY["stopped"],
    "kmDriven": Meaning(_text("Quãng đường xe chạy", "Distance driven"), "km", 0, "up"),
}


def city_figures(
    ends: Sequence[TripEnd],
    edges: Mapping[str, EdgeTimes],
    *,
    dropped: int,
    per: float,
) -> dict[str, float]:
    """Return the figures of CITY for one seed; those without any vehicle are left out.

    `per` vehicles are meant by one; `arrived` is of the whole run, not of an hour.
    """
    done = sum(end.is_done for end in ends)
    found = {
        "arrived": done * per,
        "unfinished": (len(ends) - done) * per,
        "dropped": dropped * per,
    }
    if ends:
        found["trip"] = sum(end.duration_s + end.waited_s for end in ends) / len(ends) / 60
        found["loss"] = sum(end.loss_s for end in ends) / len(ends) / 60
    found |= _moving(list(edges.values()))
    for kind in ("bus", "emergency"):
        of_kind = [end for end in ends if end.kind == kind and end.is_in]
        km = sum(end.length_m for end in of_kind) / 1000
        if km > 0:
            found[kind] = sum(end.duration_s for end in of_kind) / 60 / km
    return {key: round(found[key], DIGITS) for key in CITY if key in found}


def area_figures(
    edges: Mapping[str, EdgeTimes], streets: Streets, wards: Sequence[str], *, per: float
) -> dict[str, dict[str, float]]:
    """Return the figures of AREA for each ward that has streets; `per` vehicles meant by one."""
    by_area: dict[str, list[EdgeTimes]] = {}
    for edge_id, times in sorted(edges.items()):
        edge = streets.edges.get(edge_id)
        if edge is not None and edge.area is not None:
            by_area.setdefault(edge.area, []).append(times)
    found: dict[str, dict[str, float]] = {}
    for code in sorted(set(by_area) & set(wards) or set(by_area)):
        of_area = by_area[code]
        figures = {
            "lossHours": sum(sum(each.loss_s) for each in of_area) / 3600 * per,
            "kmDriven": sum(sum(each.vehicle_m) for each in of_area) / 1000 * per,
        } | _moving(of_area)
        found[code] = {key: round(figures[key], DIGITS) for key in AREA if key in figures}
    return found


def _moving(edges: Sequence[EdgeTimes]) -> dict[str, float]:
    """Return mean speed (km/h, of all vehicle time) and the share of it at a standstill (%)."""
    seconds = sum(sum(each.vehicle_s) for each in edges)
    if seconds <= 0:
        return {}
    metres = sum(sum(each.vehicle_m) for each in edges)
    standing = sum(
        s for each in edges for s, m in zip(each.vehicle_s, each.vehicle_m, strict=True)
        if s and m / s * 3.6 < STOPPED_KMH
    )  # fmt: skip
    return {"speed": metres / seconds * 3.6, "stopped": standing / seconds * 100}


def link_frames(
    edges: Mapping[str, EdgeTimes], streets: Streets, intervals: int, *, per: float
) -> dict[str, dict[str, list[float | None]]]:
    """Return {"speed", "flow"} -> link -> a value an interval: km/h, vehicles/h both ways.

    A speed is of the vehicles that were there: None where nobody was. `per` are meant by one.
    """
    speed: dict[str, list[float | None]] = {}
    flow: dict[str, list[float | None]] = {}
    for link_id, link in sorted(streets.links.items()):
        length = {True: 0.0, False: 0.0}
        seconds, metres, passed = np.zeros(intervals), np.zeros(intervals), np.zeros(intervals)
        for is_forward, chain in ((True, link.forward), (False, link.backward)):
            length[is_forward] = sum(
                streets.edges[e].length_m for e in chain if not e.endswith(".bus")
            )
            for edge in chain:
                times = edges.get(edge)
                if times is not None:
                    seconds += times.vehicle_s
                    metres += times.vehicle_m
                    passed += np.array(times.entered) * streets.edges[edge].length_m
        whole = max(length.values())
        speed[link_id] = [
            round(float(m / s * 3.6), 1) if s > 0 else None
            for s, m in zip(seconds, metres, strict=True)
        ]
        hourly = passed / whole * 3600 / INTERVAL_S * per
        flow[link_id] = [round(float(each)) for each in hourly]
    return {"speed": speed, "flow": flow}


def edge_seconds(edges: Mapping[str, EdgeTimes], streets: Streets) -> dict[str, float]:
    """Return how long each driven edge took on average, s; edges nobody drove are left out."""
    found = {}
    for edge_id, times in sorted(edges.items()):
        metres, seconds = sum(times.vehicle_m), sum(times.vehicle_s)
        if edge_id in streets.edges and metres > streets.edges[edge_id].length_m:
            found[edge_id] = round(streets.edges[edge_id].length_m * seconds / metres, 2)
    return found


def spread(by_seed: Sequence[float]) -> Spread:
    """Return mean and 95 % interval of the mean (Student's t) of a figure over seeds."""
    values = [float(each) for each in by_seed]
    mean = sum(values) / len(values)
    half = 0.0
    if len(values) > 1:
        deviation = math.sqrt(sum((each - mean) ** 2 for each in values) / (len(values) - 1))
        at = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2))
        half = at * deviation / math.sqrt(len(values))
    low, high = round(mean - half, DIGITS), round(mean + half, DIGITS)
    return {"mean": round(mean, DIGITS), "low": low, "high": high, "bySeed": values}


def kpis(
    meanings: Mapping[str, Meaning],
    base: Sequence[Mapping[str, float]],
    value: Sequence[Mapping[str, float]],
) -> list[Kpi]:
    """Return the figures both have in every seed; deltas are of pairs of equal seeds."""
    found: list[Kpi] = []
    for key, meaning in meanings.items():
        if not all(key in each for each in (*base, *value)):
            continue
        before, after = [each[key] for each in base], [each[key] for each in value]
        deltas = [round(b - a, DIGITS) for a, b in zip(before, after, strict=True)]
        found.append(
            {
                "id": key,
                "label": meaning.label,
                "unit": meaning.unit,
                "decimals": meaning.decimals,
                "better": "up" if meaning.better == "up" else "down",
                "base": spread(before),
                "value": spread(after),
                "delta": spread(deltas),
            }
        )
    return found


def mean_frames(
    by_seed: Sequence[Mapping[str, Sequence[float | None]]], decimals: int
) -> dict[str, list[float | None]]:
    """Return the mean over seeds of frames of links; None where no seed has a value."""
    found: dict[str, list[float | None]] = {}
    for link in sorted(set[str]().union(*by_seed)):
        rows = [each[link] for each in by_seed if link in each]
        columns = list(zip(*rows, strict=True))
        found[link] = [_mean(column, decimals) for column in columns]
    return found


def _mean(values: Sequence[Any], decimals: int) -> float | None:
    known = [each for each in values if each is not None]
    return round(sum(known) / len(known), decimals) if known else None
