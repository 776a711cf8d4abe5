"""Air episodes: dust far above what is usual of the hour, and unhealthy, at several stations.

Held against the breakpoints of VN_AQI (Decision 1459/QĐ-TCMT), so that a winter as usual is no
alert every day; one station that shows it alone is for `fault.py`. Bad air that is only less far
above usual than it was (the hour at which it is always bad) goes on. Pure.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from analytics.detection.finding import Finding, Line, both, listed, points, text, written
from analytics.detection.neighbourhood import (
    Group,
    believed_episodes,
    groups,
    neighbours,
    off_steps,
    witnesses,
)
from analytics.detection.options import DetectorOptions, Limit, Neighbours, Positive
from analytics.detection.scene import Scene
from analytics.detection.track import HOUR_US, Floats
from analytics.detection.usual import times_usual
from data_access.envelope import Status, Text


class Air(DetectorOptions):
    """Options of `air`; `limit` is of the concentration over some hours."""

    kind: Literal["air"]
    limit: Limit
    hours: int = 3  # over which the mean is taken
    least_times: Positive = 1.5  # of what is usual
    clear_times: Positive | None = None  # … below which it is over, however bad; default: the same
    neighbours: Neighbours
    unit: str = "µg/m³"

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.clear_times is not None and self.clear_times > self.least_times:
            raise ValueError("clear_times: expected at most least_times")
        return self


def find(options: Air, scene: Scene) -> list[Finding]:
    """Return the episodes that stand."""
    track = scene.track
    if scene.newest_us is None:
        return []
    middle, spread = scene.usual
    steps = max(1, options.hours * HOUR_US // track.step_us)
    mean, usual = rolling_mean(track.values, steps), rolling_mean(middle, steps)
    with np.errstate(invalid="ignore", divide="ignore"):
        times = mean / usual
        z = (mean - usual) / spread
        figures = _held(options, mean, times)
    figures = np.where(np.isfinite(usual), figures, np.nan)
    deviation = mean - usual
    found = believed_episodes(scene, track.like(figures), options.limit)
    close = neighbours(scene, options.neighbours)
    seen_by = {
        column: witnesses(
            column,
            deviation,
            z,
            close,
            options.neighbours,
            off_steps(track.like(figures), column, episode, options.limit),
        )
        for column, episode in found.items()
    }
    believed = {c: each for c, each in found.items() if len(seen_by[c]) >= options.neighbours.least}
    return [
        _finding(options, scene, group, mean, usual) for group in groups(believed, close, seen_by)
    ]


def _held(options: Air, mean: Floats, times: Floats) -> Floats:
    """Return the means, of hours as usual no more than clears, of those between what stands."""
    clear, caution = options.limit.clear, options.limit.caution
    low = 0.0 if clear is None else clear
    between = low if caution is None else (low + caution) / 2
    held = np.where(times < options.least_times, np.minimum(mean, between), mean)
    usual = options.clear_times or options.least_times
    figures: Floats = np.where(times < usual, np.minimum(mean, low), held)
    return figures


def rolling_mean(values: Floats, steps: int) -> Floats:
    """Return the mean of the last `steps` of each step; of fewer than half of them nothing."""
    if steps <= 1 or not len(values):
        return values
    known = np.isfinite(values)
    sums = np.cumsum(np.where(known, values, 0.0), axis=0)
    counts = np.cumsum(known, axis=0)
    sums[steps:] -= sums[:-steps].copy()
    counts[steps:] -= counts[:-steps].copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(counts * 2 >= steps, sums / counts, np.nan)
    return means


def _finding(options: Air, scene: Scene, group: Group, mean: Floats, usual: Floats) -> Finding:
    track, names = scene.track, [scene.track.names[column] for column in group.columns]
    worst = max(group.columns, key=lambda column: (group.episodes[column].last, column))
    step = int((group.episodes[worst].last_us - track.start_us) // track.step_us)
    figure, expected = float(mean[step, worst]), float(usual[step, worst])
    at = scene.spot(track.names[worst])
    told: list[Text] = []
    if scene.profile is not None:
        said = times_usual(figure, expected, scene.profile.at(group.episodes[worst].last_us).when)
        told.append(
            both(
                "{now} " + options.unit + ", " + said["vi"],
                "{now} " + options.unit + ", " + said["en"],
                now=written(figure),
            )
        )
    everybody = [scene.spot(track.names[column]).name for column in group.all]
    if everybody[1:]:
        vi, en = listed(everybody, 2)
        told.append(
            text(
                f"{len(everybody)} trạm cùng thấy: {vi}", f"{len(everybody)} stations see it: {en}"
            )
        )
    worst_now = max(each.last for each in group.episodes.values())
    severity: Status = options.limit.grade(worst_now)
    return Finding(
        detector=options.id,
        sort="event",
        kind="air",
        subjects=tuple(track.names[column] for column in group.all),
        severity="information" if severity == "normal" else severity,
        began_us=group.began_us,
        seen_us=group.seen_us,
        title=text(
            f"{options.name['vi']}: {at.name}"
            + (f" và {len(names) - 1} trạm" if names[1:] else ""),
            f"{options.name['en']}: {at.name}"
            + (f" and {len(names) - 1} stations" if names[1:] else ""),
        ),
        evidence=tuple(told),
        area=at.area,
        place=text(at.name, at.name),
        spot=at.position,
        line=Line(options.unit, 0, points(track, worst), points(track.like(usual), worst)),
    )
