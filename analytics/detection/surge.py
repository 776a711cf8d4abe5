"""Surges: far more calls about one thing in an hour than the same hour of the week brings.

Counts are held against the negative binomial that earlier hours lead to expect: a Poisson process
whose rate is known from few hours only, and varies more than chance. How unlikely the count is
(minus the logarithm of the probability to base ten) is what is held against the limit. Pure.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from analytics.detection.finding import Finding, Line, both, points, text, written
from analytics.detection.neighbourhood import episodes
from analytics.detection.options import DetectorOptions, Limit, Positive
from analytics.detection.scene import Scene
from analytics.detection.track import HOUR_US, Floats, Track
from analytics.detection.usual import Profile, times_usual
from data_access.envelope import Status
from data_access.hysteresis import Episode

UNLIKELIEST = 30.0  # beyond it numbers mean nothing
PRIOR = 0.5  # calls, of Jeffreys' prior of a Poisson rate


class Surge(DetectorOptions):
    """Options of `surge`; `limit` is of how unlikely an hour is: 4 is one in ten thousand."""

    kind: Literal["surge"]
    limit: Limit
    least: Annotated[int, Field(ge=3)] = 12  # fewer in an hour are no surge
    least_times: Positive = 2.0  # of what is usual
    topic_of: Literal["entity", "last part"] = "entity"  # of an entity "branch/topic"


def find(options: Surge, scene: Scene) -> list[Finding]:
    """Return the topics that surge; the scene's values are sums of its steps, 0 where nobody calls.

    Its profile holds sums of hours.
    """
    track, profile = scene.track, scene.profile
    if scene.newest_us is None or profile is None:
        return []
    counts, means = _hourly(scene), np.full_like(track.values, np.nan)
    figures = np.full_like(track.values, np.nan)
    for step, at_us in enumerate(track.times_us.tolist()):
        means[step], size = _expected(profile, at_us + track.step_us - HOUR_US)
        figures[step] = _unlikely(counts[step], means[step], size)
    with np.errstate(invalid="ignore"):
        small = (counts < options.least) | (counts < options.least_times * means)
    figures = np.where(small & np.isfinite(figures), np.minimum(figures, 0.0), figures)
    return [
        _finding(options, scene, profile, column, episode, track.like(counts), track.like(means))
        for column, episode in episodes(track.like(figures), options.limit).items()
    ]


def _hourly(scene: Scene) -> Floats:
    """Return the counts of the hour that ends with each step."""
    steps = max(1, HOUR_US // scene.track.step_us)
    values = scene.track.values
    sums = np.full_like(values, np.nan)
    if len(values) < steps:
        return sums
    windows = np.lib.stride_tricks.sliding_window_view(values, steps, axis=0)
    sums[steps - 1 :] = windows.sum(axis=-1)
    return sums


def _expected(profile: Profile, from_us: int) -> tuple[Floats, Floats]:
    """Return (mean, size of the negative binomial) of the hour that begins at `from_us`."""
    share = (from_us % HOUR_US) / HOUR_US  # of it that lies in the clock's next hour
    mean, variance, total = profile.counts(from_us)
    if share:
        after = profile.counts(from_us + HOUR_US)
        mean, variance, total = (
            a * (1 - share) + b * share for a, b in zip((mean, variance, total), after, strict=True)
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        varied = np.where(variance > mean, mean**2 / (variance - mean), np.inf)
    return mean, np.minimum(total + PRIOR, varied)


def _unlikely(count: Floats, mean: Floats, r: Floats) -> Floats:
    """Return -log10 of the probability of at least so many."""
    from scipy.special import betainc  # slow to import, and most looks have no calls to look at

    with np.errstate(invalid="ignore", divide="ignore"):
        p = mean / (r + mean)
        tail = betainc(np.maximum(count, 1.0), np.maximum(r, PRIOR), np.clip(p, 0.0, 1.0))
        found = -np.log10(np.maximum(tail, 10.0**-UNLIKELIEST))
    unlikely: Floats = np.where(np.isfinite(count) & np.isfinite(mean), found, np.nan)
    return unlikely


def _finding(
    options: Surge,
    scene: Scene,
    profile: Profile,
    column: int,
    episode: Episode,
    counts: Track,
    means: Track,
) -> Finding:
    topic = scene.track.names[column]
    name = scene.spot(topic).name
    step = int((episode.last_us - counts.start_us) // counts.step_us)
    count, mean = float(counts.values[step, column]), float(means.values[step, column])
    said = times_usual(count, mean, profile.at(episode.last_us).when)
    grade: Status = options.limit.grade(episode.last)
    return Finding(
        detector=options.id,
        sort="event",
        kind="surge",
        subjects=(topic,),
        severity="information" if grade == "normal" else grade,
        began_us=episode.began_us,
        seen_us=episode.last_us,
        title=text(f"Cuộc gọi tăng đột biến: {name}", f"Surge of calls: {name}"),
        evidence=(
            both(
                "{count} cuộc trong giờ, " + said["vi"] + " ({usual} cuộc)",
                "{count} calls in the hour, " + said["en"] + " ({usual})",
                count=written(count),
                usual=written(mean, 0 if mean >= 10 else 1),
            ),
        ),
        place=text(name, name),
        line=Line("cuộc", 0, points(counts, column), points(means, column)),
    )
