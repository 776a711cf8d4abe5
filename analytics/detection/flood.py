"""Flood watch: rain that the drains do not take, and water that rises above what it should.

Rain is summed over the window its thresholds are of (the drainage company's bands of two hours, or
the classes of a day), at each gauge, and believed when a neighbour is wet too. A level is held
against the limits of its own station, or against how far it has risen above what is usual of it;
it is believed when another station has risen, or it has rained. Rain and a level that are both
off near each other are one alert, one grade graver (Decision 18/2021/QĐ-TTg: hazards that coincide
raise the level by one). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from analytics.detection.finding import Finding, Line, both, listed, points, text, written
from analytics.detection.neighbourhood import (
    Group,
    believed_episodes,
    episodes,
    groups,
    neighbours,
    off_steps,
)
from analytics.detection.options import DetectorOptions, Duration, Limit, Neighbours, us
from analytics.detection.scene import Scene, km
from analytics.detection.track import HOUR_US, Bools, Floats, Ints
from data_access.envelope import Status, Text

GRAVER: dict[Status, Status] = {"caution": "warning", "warning": "critical", "critical": "critical"}
WET_MM = 0.5
RISING = ("flood", "rain", "EnvironmentalObstruction")  # kinds of happenings that bear it out


class Rain(DetectorOptions):
    """Options of `rain`; `limit` is of the millimetres of `window`."""

    kind: Literal["rain"]
    limit: Limit
    window: Duration
    neighbours: Neighbours


class Level(DetectorOptions):
    """Options of `level`; `limit` is of metres above usual, `stations` of metres, by station."""

    kind: Literal["level"]
    limit: Limit
    stations: Mapping[str, Limit] = Field(default_factory=dict)
    neighbours: Neighbours
    with_rain: str = ""  # id of the detector of rain it is told together with
    together_km: float = 5.0


def find_rain(options: Rain, scene: Scene) -> list[Finding]:
    """Return where it rains more than the drains take."""
    track = scene.track
    if scene.newest_us is None:
        return []
    steps = max(1, us(options.window) // track.step_us)
    sums = rolling_sum(track.values, steps)
    found = believed_episodes(scene, track.like(sums), options.limit)
    close = neighbours(scene, options.neighbours)
    seen_by = {
        column: _wet_neighbours(
            column, sums, close, options, off_steps(track.like(sums), column, each, options.limit)
        )
        for column, each in found.items()
    }
    believed = {c: each for c, each in found.items() if len(seen_by[c]) >= options.neighbours.least}
    return [_rain(options, scene, group, sums) for group in groups(believed, close, seen_by)]


def rolling_sum(values: Floats, steps: int) -> Floats:
    """Return the sum of the last `steps` of each step; a step without a report adds nothing."""
    known = np.isfinite(values)
    sums = np.cumsum(np.where(known, values, 0.0), axis=0)
    sums[steps:] -= sums[:-steps].copy()
    totals: Floats = np.where(known, np.round(sums, 6), np.nan)
    return totals


def _wet_neighbours(
    column: int, sums: Floats, close: Bools, options: Rain, steps: Ints
) -> tuple[int, ...]:
    """Return the neighbours that were wet, by a share of it, when it was wettest of late."""
    if not len(steps):
        return ()
    step = int(steps[np.argmax(sums[steps, column])])
    least = max(WET_MM, options.neighbours.share * float(sums[step, column]))
    others = np.flatnonzero(close[column])
    around = sums[max(0, step - 1) : step + 2, others]
    with np.errstate(invalid="ignore"):
        return tuple(others[(around >= least).any(axis=0)].tolist())


def _rain(options: Rain, scene: Scene, group: Group, sums: Floats) -> Finding:
    track, names = scene.track, [scene.track.names[column] for column in group.columns]
    worst = max(group.columns, key=lambda column: (group.episodes[column].last, column))
    at, figure = scene.spot(track.names[worst]), group.episodes[worst].last
    severity: Status = options.limit.grade(figure)
    window = us(options.window) / HOUR_US
    threshold = options.limit.critical if severity == "critical" else options.limit.warning
    told: list[Text] = [
        both(
            "{mm} mm trong {h} giờ",
            "{mm} mm in {h} hours",
            mm=written(figure, 1 if figure < 10 else 0),
            h=written(window),
        )
    ]
    if threshold is not None and figure >= threshold:
        told[0] = both(
            told[0]["vi"] + " (ngưỡng {t} mm)", told[0]["en"] + " (threshold {t} mm)",
            t=written(threshold),
        )  # fmt: skip
    vi, en = listed([scene.spot(name).name for name in names])
    told.append(text(f"{len(names)} trạm đo: {vi}", f"{len(names)} gauges: {en}"))
    return Finding(
        detector=options.id,
        sort="event",
        kind="flood",
        subjects=tuple(track.names[column] for column in group.all),
        severity="information" if severity == "normal" else severity,
        began_us=group.began_us,
        seen_us=group.seen_us,
        title=text(f"Nguy cơ úng ngập: {at.name}", f"Flood watch: {at.name}"),
        evidence=tuple(told),
        area=at.area,
        place=text(at.name, at.name),
        spot=at.position,
        line=Line("mm", 0, points(track, worst)),
    )


def find_level(options: Level, scene: Scene, *, raining: Sequence[Finding] = ()) -> list[Finding]:
    """Return water that stands too high; `raining`: what the detector of rain has found."""
    track = scene.track
    if scene.newest_us is None:
        return []
    middle, _ = scene.usual
    rise = track.values - middle
    found = {
        column: (each, options.limit, float(rise[_step(scene, each.last_us), column]))
        for column, each in episodes(track.like(rise), options.limit).items()
    }
    for name, limit in options.stations.items():
        if name in track.names:
            column = track.names.index(name)
            only = np.where(np.arange(len(track.names)) == column, track.values, np.nan)
            for _, each in episodes(track.like(only), limit).items():
                found[column] = each, limit, each.last
    close = neighbours(scene, options.neighbours)
    told = []
    for column, (each, limit, _) in sorted(found.items()):
        if track.names[column] in scene.suspects:
            continue
        step = _step(scene, each.last_us)
        own, others = rise[step, column], rise[max(0, step - 2) : step + 1, close[column]]
        with np.errstate(invalid="ignore"):
            risen = others >= options.neighbours.share * own
        seen = int(risen.any(axis=0).sum()) if np.isfinite(own) and own > 0 else 0
        spot = scene.spot(track.names[column])
        wet = [one for one in raining if _is_near(one, spot.lat, spot.lon, options.together_km)]
        if seen >= options.neighbours.least or wet or _is_borne_out(scene, spot, each.began_us):
            finding = _level(options, scene, column, limit, each.began_us, each.last_us, rise)
            told.append(_joined(finding, wet))
    return told


def _level(
    options: Level,
    scene: Scene,
    column: int,
    limit: Limit,
    began_us: int,
    seen_us: int,
    rise: Floats,
) -> Finding:
    track, step = scene.track, _step(scene, seen_us)
    name = track.names[column]
    at, level, risen = scene.spot(name), float(track.values[step, column]), rise[step, column]
    is_own = limit is not options.limit
    severity: Status = limit.grade(level if is_own else float(risen))
    told: list[Text] = []
    if is_own:
        least = next(
            (t for t in (limit.critical, limit.warning, limit.caution) if t and level >= t), level
        )
        told.append(
            both(
                "{m} m, báo động {t} m",
                "{m} m, alarm level {t} m",
                m=written(level, 2),
                t=written(least, 2),
            )
        )
    if np.isfinite(risen):
        told.append(
            both("cao hơn thường lệ {cm} cm", "{cm} cm above usual", cm=written(float(risen) * 100))
        )
    return Finding(
        detector=options.id,
        sort="event",
        kind="level",
        subjects=(name,),
        severity="information" if severity == "normal" else severity,
        began_us=began_us,
        seen_us=seen_us,
        title=text(f"Mực nước dâng: {at.name}", f"Water rising: {at.name}"),
        evidence=tuple(told),
        area=at.area,
        place=text(at.name, at.name),
        spot=at.position,
        line=Line("m", 2, points(track, column, 2)),
    )


def _joined(finding: Finding, wet: Sequence[Finding]) -> Finding:
    """Return a level one grade graver where it rains beside it, and says so."""
    if not wet:
        return finding
    return replace(
        finding,
        severity=GRAVER[finding.severity],
        evidence=(*finding.evidence, *wet[0].evidence[:1]),
        causes=tuple(one.title for one in wet[:2]),
    )


def _step(scene: Scene, at_us: int) -> int:
    return int((at_us - scene.track.start_us) // scene.track.step_us)


def _is_near(one: Finding, lat: float | None, lon: float | None, reach_km: float) -> bool:
    if one.spot is None or lat is None or lon is None:
        return False
    return km(lat, lon, *one.spot) <= reach_km


def _is_borne_out(scene: Scene, spot: object, began_us: int) -> bool:
    lat, lon = getattr(spot, "lat", None), getattr(spot, "lon", None)
    return any(
        each.kind in RISING
        and lat is not None
        and lon is not None
        and km(lat, lon, each.lat, each.lon) <= 3.0
        and abs(each.from_us - began_us) <= 6 * HOUR_US
        for each in scene.happenings
    )
