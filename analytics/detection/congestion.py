"""Unusual congestion: a road far slower than it usually is at this hour, seen by its neighbours.

Of a road that is slow every Monday morning nothing is said here: `transport.congestion` tells of
that. Speed is held against what is usual, and must be below `free_share` of free flow too (the
Highway Capacity Manual's levels of service D to F). Neighbours are no witnesses where as many roads
are slow elsewhere: that is the hour, the weather or chance. Where trouble is told of, a road need
be less slow. Causes are candidates, near in place and time; the expected end is what earlier ones
that lasted as long still had before them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import median
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from analytics.detection.causes import causes, told_of
from analytics.detection.finding import Finding, Line, both, listed, points, text, written
from analytics.detection.neighbourhood import (
    Group,
    believed_episodes,
    groups,
    neighbours,
    off_steps,
    witnesses,
)
from analytics.detection.options import (
    DetectorOptions,
    Limit,
    Neighbours,
    NotNegative,
    Positive,
    Share,
)
from analytics.detection.scene import Scene
from analytics.detection.track import MINUTE_US, Floats, Track
from analytics.detection.usual import times_usual
from data_access.envelope import Status, Text
from data_access.hysteresis import Episode

LEAST_PAST = 5  # earlier ones, for an end to be expected


class Congestion(DetectorOptions):
    """Options of `congestion`; `limit` is of the speed in per cent of what is usual."""

    kind: Literal["congestion"]
    limit: Limit
    least_spread: NotNegative = 2.0
    least_share: NotNegative = 0.15
    free_share: Share = 0.5
    least_z: Positive = 3.0
    neighbours: Neighbours
    told_caution: Positive | None = None  # from where on it is slow where trouble is told of
    cause_km: Positive = 0.8
    causes: tuple[str, ...] = ()  # datasets of records
    free_flow: str = "free_flow_kmh"  # attribute of an entity

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        told, caution, clear = self.told_caution, self.limit.caution, self.limit.clear
        if told is not None and not (caution or 0.0) <= told <= (clear or math.inf):
            raise ValueError("told_caution: expected from the limit's caution to its clear")
        return self

    @property
    def told_limit(self) -> Limit:
        """The limit of a road on which trouble is told of."""
        return replace(self.limit, caution=self.told_caution or self.limit.caution)


def find(options: Congestion, scene: Scene) -> list[Finding]:
    """Return the jams that stand."""
    track = scene.track
    if scene.newest_us is None:
        return []
    middle, spread = scene.usual
    figures, deviation, z = _figures(options, scene, middle, spread)
    found = believed_episodes(scene, track.like(figures), options.limit)
    close = neighbours(scene, options.neighbours)
    believed: dict[int, Episode] = {}
    seen_by: dict[int, tuple[int, ...]] = {}
    told: dict[int, list[int]] = {}
    for column, episode in {**_less_slow(options, scene, track.like(figures)), **found}.items():
        near = told_of(scene, [track.names[column]], episode.began_us, reach_km=options.cause_km)
        told[column] = [happening for _, happening in near]
        seen: tuple[int, ...] = ()
        if column in found:
            steps = off_steps(track.like(figures), column, episode, options.limit)
            seen = witnesses(column, deviation, z, close, options.neighbours, steps)
        if len(seen) >= options.neighbours.least or told[column]:
            believed[column], seen_by[column] = episode, seen
    gathered = groups(believed, close, seen_by, told)
    return [_finding(options, scene, group, middle) for group in gathered]


def _less_slow(options: Congestion, scene: Scene, figures: Track) -> dict[int, Episode]:
    """Return the roads that are slow enough where trouble is told of."""
    if options.told_caution is None or not scene.happenings:
        return {}
    return believed_episodes(scene, figures, options.told_limit)


def _figures(
    options: Congestion, scene: Scene, middle: Floats, spread: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return (speed in per cent of usual, by how much it is below, in deviations)."""
    values = scene.track.values
    free = np.array([scene.free.get(name, np.nan) for name in scene.track.names])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100 * values / middle
        z = (middle - values) / spread
        bound = np.where(np.isnan(free), middle, free) * options.free_share
        is_well = (values > bound) | (z < options.least_z)
        figures = np.where(is_well & np.isfinite(share), np.maximum(share, 100.0), share)
    deviation: Floats = 100 - share
    return figures, deviation, z


def _finding(options: Congestion, scene: Scene, group: Group, middle: Floats) -> Finding:
    track, names = scene.track, [scene.track.names[column] for column in group.columns]
    worst = min(group.columns, key=lambda column: (group.episodes[column].last, column))
    step = int((group.episodes[worst].last_us - track.start_us) // track.step_us)
    speed, usual = float(track.values[step, worst]), float(middle[step, worst])
    first = scene.spot(names[0])
    places = list(dict.fromkeys(scene.spot(name).name for name in names))
    told: list[Text] = []
    if scene.profile is not None:
        when = scene.profile.at(group.episodes[worst].last_us).when
        said = times_usual(speed, usual, when)
        told.append(
            both(
                "{now} km/h, " + said["vi"] + " ({usual} km/h)",
                "{now} km/h, " + said["en"] + " ({usual} km/h)",
                now=written(speed),
                usual=written(usual),
            )
        )
    if others := len(group.all) - 1:
        en = "detector is" if others == 1 else "detectors are"
        told.append(
            text(
                f"{others} điểm đo lân cận cũng chậm bất thường",
                f"{others} neighbouring {en} unusually slow too",
            )
        )
    if len(places) > 1:
        vi, en = listed(places[1:])
        told.append(text(f"lan sang {vi}", f"spread to {en}"))
    ends_us, ends_of = _expected_end(scene, names, group)
    return Finding(
        detector=options.id,
        sort="event",
        kind="congestion",
        subjects=tuple(track.names[column] for column in group.all),
        severity=_severity(options, group),
        began_us=group.began_us,
        seen_us=group.seen_us,
        title=text(f"Ùn tắc bất thường {first.name}", f"Unusual congestion, {first.name}"),
        evidence=tuple(told),
        area=first.area,
        place=text(first.name, first.name),
        spot=first.position,
        causes=tuple(causes(scene, names, group.began_us, reach_km=options.cause_km)),
        ends_us=ends_us,
        ends_of=ends_of,
        line=Line("km/h", 0, points(track, worst), points(track.like(middle), worst)),
    )


def _severity(options: Congestion, group: Group) -> Status:
    worst = min(each.last for each in group.episodes.values())
    graded: Status = options.told_limit.grade(worst)
    return "information" if graded == "normal" else graded


def _expected_end(scene: Scene, names: list[str], group: Group) -> tuple[int | None, int]:
    """Return when it should be over, and of how many earlier ones that lasted as long."""
    lasted_us = group.seen_us - group.began_us
    own = [took for entity, took in scene.past_us if entity in names and took > lasted_us]
    any_ = [took for _, took in scene.past_us if took > lasted_us]
    known = own if len(own) >= LEAST_PAST else any_
    if len(known) < LEAST_PAST:
        return None, 0
    whole = round(median(known) / (5 * MINUTE_US)) * 5 * MINUTE_US
    return group.began_us + max(int(whole), lasted_us), len(known)
