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
from dataclasses import dataclass, replace
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
    witnesses,
)
from analytics.detection.options import (
    DetectorOptions,
    Duration,
    Limit,
    Neighbours,
    NotNegative,
    us,
)
from analytics.detection.scene import Scene, km
from analytics.detection.track import HOUR_US, Bools, Floats, Ints, Spot, Track
from data_access.aggregates.items import ORDER
from data_access.envelope import Status, Text
from data_access.hysteresis import Episode

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
    least_spread: NotNegative = 0.02
    least_share: NotNegative = 0.0
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
    return [_rain(options, scene, group) for group in groups(believed, close, seen_by)]


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


def _rain(options: Rain, scene: Scene, group: Group) -> Finding:
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
    """Return where water stands too high; `raining`: what the detector of rain has found."""
    track = scene.track
    if scene.newest_us is None:
        return []
    middle, spread = scene.usual
    rise = track.values - middle
    with np.errstate(invalid="ignore", divide="ignore"):
        z = rise / spread
    off: dict[int, _Off] = {
        column: _Off(each, options.limit, track.like(rise))
        for column, each in episodes(track.like(rise), options.limit).items()
    }
    for name, limit in options.stations.items():
        if name in track.names:
            column = track.names.index(name)
            only = np.where(np.arange(len(track.names)) == column, track.values, np.nan)
            for each in episodes(track.like(only), limit).values():
                off[column] = _Off(each, limit, track.like(only))
    close = neighbours(scene, options.neighbours)
    believed: dict[int, Episode] = {}
    seen_by: dict[int, tuple[int, ...]] = {}
    for column, one in off.items():
        spot = scene.spot(track.names[column])
        steps = off_steps(one.figures, column, one.episode, one.limit)
        seen = witnesses(column, rise, z, close, options.neighbours, steps)
        if track.names[column] not in scene.suspects and (
            len(seen) >= options.neighbours.least
            or any(_is_near(options, each, spot) for each in raining)
            or _is_borne_out(scene, spot, one.episode.began_us)
        ):
            believed[column], seen_by[column] = one.episode, seen
    limits = {column: one.limit for column, one in off.items()}
    told = []
    for group in groups(believed, close, seen_by):
        spots = [scene.spot(track.names[column]) for column in group.columns]
        wet = [one for one in raining if any(_is_near(options, one, spot) for spot in spots)]
        told.append(_joined(_level(options, scene, group, limits, rise), wet))
    return told


@dataclass(frozen=True, slots=True)
class _Off:
    """A level that is off: what stands, by which limit, told from which figures."""

    episode: Episode
    limit: Limit
    figures: Track


def _level(
    options: Level, scene: Scene, group: Group, limits: Mapping[int, Limit], rise: Floats
) -> Finding:
    track = scene.track
    graded = {c: _graded(scene, c, each, limits[c], options, rise)
              for c, each in group.episodes.items()}  # fmt: skip
    worst = min(
        group.columns,
        key=lambda c: (ORDER[graded[c]], -np.nan_to_num(rise[_step(scene, group.seen_us), c]), c),
    )
    step = _step(scene, group.episodes[worst].last_us)
    level, risen = float(track.values[step, worst]), float(rise[step, worst])
    limit, at = limits[worst], scene.spot(track.names[worst])
    told: list[Text] = []
    if limit is not options.limit:
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
            both("cao hơn thường lệ {cm} cm", "{cm} cm above usual", cm=written(risen * 100))
        )
    others = [scene.spot(track.names[c]).name for c in group.all if c != worst]
    if others:
        vi, en = listed(others)
        told.append(text(f"cùng dâng: {vi}", f"risen too: {en}"))
    return Finding(
        detector=options.id,
        sort="event",
        kind="level",
        subjects=tuple(track.names[column] for column in group.all),
        severity=graded[worst],
        began_us=group.began_us,
        seen_us=group.seen_us,
        title=text(f"Mực nước dâng: {at.name}", f"Water rising: {at.name}"),
        evidence=tuple(told),
        area=at.area,
        place=text(at.name, at.name),
        spot=at.position,
        line=Line("m", 2, points(track, worst, 2)),
    )


def _graded(
    scene: Scene, column: int, each: Episode, limit: Limit, options: Level, rise: Floats
) -> Status:
    step = _step(scene, each.last_us)
    figure = rise[step, column] if limit is options.limit else scene.track.values[step, column]
    graded: Status = limit.grade(float(figure))
    return "information" if graded == "normal" else graded


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


def _is_near(options: Level, one: Finding, spot: Spot) -> bool:
    if one.spot is None or spot.lat is None or spot.lon is None:
        return False
    return km(spot.lat, spot.lon, *one.spot) <= options.together_km


def _is_borne_out(scene: Scene, spot: Spot, began_us: int) -> bool:
    lat, lon = spot.lat, spot.lon
    return any(
        each.kind in RISING
        and lat is not None
        and lon is not None
        and km(lat, lon, each.lat, each.lon) <= 3.0
        and abs(each.from_us - began_us) <= 6 * HOUR_US
        for each in scene.happenings
    )
