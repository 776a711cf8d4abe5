"""Courses unlike any before: hourly series without neighbours, such as visits or log-ins.

The profile of the hour proposes and explains; scikit-learn's local outlier factor, in its novelty
mode, must agree. In the labelled replay of `benchmarks/detection.py` three of four alerts of the
profile alone were right and nearly all of both together, for a tenth less found. Pure.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from analytics.detection.finding import Finding, Line, both, points, text, written
from analytics.detection.neighbourhood import episodes
from analytics.detection.options import DetectorOptions, Limit
from analytics.detection.scene import Scene
from analytics.detection.track import Floats
from analytics.detection.usual import times_usual
from data_access.envelope import Status
from data_access.hysteresis import Episode

LAGS = 6  # hours of a course
LEAST_COURSES = 120  # to learn from: five days
NEIGHBOURS = 20
NOVEL_SHARE = 0.05  # of the courses learned from, that are farther out


class Novelty(DetectorOptions):
    """Options of `novelty`; `limit` is of robust deviations from the hour's median.

    A series is taken to vary by the last of its `decimals` at least.
    """

    kind: Literal["novelty"]
    limit: Limit
    side: Literal["high", "low", "both"] = "high"
    least: float | None = None  # values below it are never unusual
    unit: str = ""
    decimals: Annotated[int, Field(ge=0, le=4)] = 0


def find(options: Novelty, scene: Scene) -> list[Finding]:
    """Return the series whose course is unlike what is usual."""
    track, profile = scene.track, scene.profile
    if scene.newest_us is None or profile is None:
        return []
    middle, spread = scene.usual
    spread = np.maximum(spread, 10.0**-options.decimals)  # known no finer than it is written
    with np.errstate(invalid="ignore"):
        z = (track.values - middle) / spread
    figures = {"high": z, "low": -z, "both": np.abs(z)}[options.side]
    if options.least is not None:
        with np.errstate(invalid="ignore"):
            figures = np.where(track.values < options.least, np.minimum(figures, 0.0), figures)
    found = []
    for column, episode in episodes(track.like(figures), options.limit).items():
        if track.names[column] in scene.suspects:
            continue
        if is_novel(profile.hours.values[:, column], track.values[:, column]):
            found.append(_finding(options, scene, column, episode))
    return found


def is_novel(learned: Floats, recent: Floats) -> bool:
    """Tell whether the last course is farther from those learned than nearly all of them are."""
    from sklearn.neighbors import LocalOutlierFactor  # slow to import, seldom needed

    before = _courses(learned)
    now = _courses(recent[-LAGS - 1 :])
    if len(before) < LEAST_COURSES or not len(now):
        return True  # nothing to learn from: the profile's word alone
    scale = np.median(np.abs(before - np.median(before, axis=0)), axis=0) + 1e-9
    factor = LocalOutlierFactor(n_neighbors=min(NEIGHBOURS, len(before) - 1), novelty=True)
    factor.fit(before / scale)
    edge = np.quantile(factor.negative_outlier_factor_, NOVEL_SHARE)
    return bool(factor.score_samples(now[-1:] / scale)[0] < edge)


def _courses(values: Floats) -> Floats:
    """Return stretches of LAGS values and the last change; with nothing missing in them."""
    if len(values) < LAGS:
        return np.zeros((0, LAGS + 1))
    windows = np.lib.stride_tricks.sliding_window_view(values, LAGS)
    whole = np.isfinite(windows).all(axis=1)
    kept = windows[whole]
    return np.column_stack([kept, kept[:, -1] - kept[:, -2]])


def _finding(options: Novelty, scene: Scene, column: int, episode: Episode) -> Finding:
    track, profile = scene.track, scene.profile
    assert profile is not None  # noqa: S101 - asked by the caller
    middle, _ = scene.usual
    step = int((episode.last_us - track.start_us) // track.step_us)
    value, usual = float(track.values[step, column]), float(middle[step, column])
    at = scene.spot(track.names[column])
    said = times_usual(value, usual, profile.at(episode.last_us).when)
    graded: Status = options.limit.grade(episode.last)
    return Finding(
        detector=options.id,
        sort="event",
        kind="novelty",
        subjects=(track.names[column],),
        severity="information" if graded == "normal" else graded,
        began_us=episode.began_us,
        seen_us=episode.last_us,
        title=text(
            f"{options.name['vi']}: {at.name}" if len(track.names) > 1 else options.name["vi"],
            f"{options.name['en']}: {at.name}" if len(track.names) > 1 else options.name["en"],
        ),
        evidence=(
            both(
                "{now} " + options.unit + ", " + said["vi"],
                "{now} " + options.unit + ", " + said["en"],
                now=written(value, options.decimals),
            ),
        ),
        area=at.area,
        place=text(at.name, at.name),
        spot=at.position,
        line=Line(
            options.unit,
            options.decimals,
            points(track, column),
            points(track.like(middle), column),
        ),
    )
