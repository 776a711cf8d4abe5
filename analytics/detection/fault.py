"""Faults of sensors, told apart from events by their neighbours: what they see too is an event.

- stuck: the same value for long, while neighbours vary and it used to.
- spike: a value for a step or two that neither its neighbours nor its own before and after know.
- drift: far from usual for long, while its neighbours are as usual.
- cloned: the last values are another's, one by one.
- offline: silent for long, while most others report.

One alert a kind, whoever it is about. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from analytics.detection.finding import Finding, Line, both, listed, points, text, written
from analytics.detection.neighbourhood import episodes
from analytics.detection.options import (
    DetectorOptions,
    Duration,
    Neighbours,
    Positive,
    Share,
    us,
)
from analytics.detection.scene import Scene
from analytics.detection.track import HOUR_US, Bools, Floats, Ints, Track, near
from data_access.envelope import Text
from data_access.limits import Limit

Kind = Literal["offline", "stuck", "drift", "cloned", "spike"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEAST_ROWS = 6  # values, for anything to be said of a sensor
LEAST_DIFFERENT = 3  # values of a series, for it to be like no other by chance
USUALLY_VARIES = 0.5  # share of steps in which a sensor's value changed, before it stuck
MOST_NAMED = 4
NAMES: dict[str, tuple[str, str]] = {
    "offline": ("Mất tín hiệu", "No signal"),
    "stuck": ("Kẹt giá trị", "Stuck"),
    "drift": ("Lệch so với lân cận", "Drifted from neighbours"),
    "cloned": ("Lặp số liệu trạm khác", "Repeats another's values"),
    "spike": ("Giá trị nhảy vọt đơn lẻ", "Lone spike"),
}


class Fault(DetectorOptions):
    """Options of `fault`."""

    kind: Literal["fault"]
    unit: str = ""  # of its values, as it is told
    neighbours: Neighbours
    stuck_after: Duration = "PT1H"
    ignore: tuple[float, ...] = ()  # values that may stand for long: 0 mm of rain
    drift: Positive = 40.0  # per cent of usual, away from the neighbours' median
    drift_by: Positive | None = None  # … instead in the unit, where a share says nothing (levels)
    drift_after: Duration = "PT3H"
    spike_z: Positive = 3.0
    spike_share: Share = 0.75  # of the values around it, that a spike is away from them
    clone_values: Annotated[int, Field(ge=4)] = 12
    offline_after: Duration = "PT1H"
    least_reporting: Share = 0.5  # of the others: else it is the source that is silent
    check: tuple[Kind, ...] = KINDS


def find(options: Fault, scene: Scene) -> list[Finding]:
    """Return the faults that stand, one finding a kind."""
    if scene.newest_us is None:
        return []
    close = near(scene.track.names, scene.spots, reach_km=options.neighbours.reach_km,
                 most=options.neighbours.most)  # fmt: skip
    checks = {
        "offline": lambda: _offline(options, scene),
        "stuck": lambda: _stuck(options, scene, close),
        "drift": lambda: _drift(options, scene, close),
        "cloned": lambda: _cloned(options, scene),
        "spike": lambda: _spikes(options, scene, close),
    }
    known: set[int] = set()
    found = []
    for kind in KINDS:
        if kind not in options.check:
            continue
        since = {c: at for c, at in checks[kind]().items() if c not in known}
        if since:
            known |= since.keys()
            found.append(_finding(options, scene, kind, since))
    return found


def _offline(options: Fault, scene: Scene) -> Mapping[int, int]:
    track, last = scene.track, _last_known(scene.track)
    newest = int(last.max())
    steps = max(1, us(options.offline_after) // track.step_us)
    silent = (last >= 0) & (newest - last >= steps)
    reporting = ((last >= 0) & ~silent).sum()
    if reporting < options.least_reporting * (last >= 0).sum():
        return {}
    return {int(c): int(track.times_us[last[c]]) + track.step_us for c in np.flatnonzero(silent)}


def _stuck(options: Fault, scene: Scene, close: Bools) -> Mapping[int, int]:
    track = scene.track
    found: dict[int, int] = {}
    after = us(options.stuck_after)
    for column in np.flatnonzero(_is_flat(track)).tolist():
        told = track.figures(column)
        if len(told) < LEAST_ROWS or told[-1][1] in options.ignore:
            continue
        run = 1
        while run < len(told) and told[-run - 1][1] == told[-1][1]:
            run += 1
        since_us = told[-run][0]
        if run < LEAST_ROWS or told[-1][0] - since_us < after:
            continue
        before = [figure for _, figure in told[: len(told) - run + 1]]
        if _used_to_vary(scene, column, before) and _neighbours_vary(
            track, close[column], since_us
        ):
            found[column] = since_us
    return found


def _is_flat(track: Track) -> Bools:
    """Tell which entities told nothing new in their last steps: the only ones worth a look."""
    tail = track.values[-LEAST_ROWS:]
    known = np.isfinite(tail)
    high = np.where(known, tail, -np.inf).max(axis=0)
    low = np.where(known, tail, np.inf).min(axis=0)
    flat: Bools = (high <= low) | ~known.any(axis=0)
    return flat


def _used_to_vary(scene: Scene, column: int, before: Sequence[float]) -> bool:
    """Tell whether a sensor's values changed before it told the same for long."""
    if len(before) > LEAST_ROWS:
        changed = sum(a != b for a, b in pairwise(before))
        return changed >= USUALLY_VARIES * (len(before) - 1)
    if scene.profile is None:
        return False
    hours = scene.profile.hours.values[:, column]
    return len(np.unique(hours[np.isfinite(hours)])) > LEAST_DIFFERENT


def _neighbours_vary(track: Track, close: Bools, since_us: int) -> bool:
    """Tell whether most neighbours (all, where it has none) changed while it did not."""
    others = np.flatnonzero(close) if close.any() else np.arange(len(track.names))
    tail = track.values[int((since_us - track.start_us) // track.step_us) :, others]
    known = np.isfinite(tail).sum(axis=0) >= LEAST_ROWS // 2
    if not known.any():
        return False
    tail = tail[:, known]
    varied = np.nanmax(tail, axis=0) > np.nanmin(tail, axis=0)
    return bool(varied.mean() > 0.5)


def _drift(options: Fault, scene: Scene, close: Bools) -> Mapping[int, int]:
    track = scene.track
    middle, spread = scene.usual
    least, as_usual = (options.drift, 100.0) if options.drift_by is None else (options.drift_by, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        off = track.values - middle
        # Of what is usually nought or less a share says nothing: degrees, levels under a datum.
        share = 100 * track.values / np.where(middle > 0, middle, np.nan)
        told = share if options.drift_by is None else off
        z = np.abs(off) / spread
    away = np.full_like(told, np.nan)
    for column in range(len(track.names)):
        others = np.flatnonzero(close[column])
        around = _median(told[:, others]) if len(others) >= 2 else np.full(len(told), np.nan)
        # What its neighbours show, too, if less or later, is an event.
        is_off = (z[:, column] >= 2) & (np.abs(around - as_usual) < least)
        away[:, column] = np.where(is_off, np.abs(told[:, column] - around), 0.0)
        away[np.isnan(told[:, column]) | np.isnan(around), column] = np.nan
    limit = Limit(caution=least, clear=least / 2, after=options.drift_after,
                  clear_after=options.drift_after)  # fmt: skip
    return {c: each.began_us for c, each in episodes(track.like(away), limit).items()}


def _cloned(options: Fault, scene: Scene) -> Mapping[int, int]:
    """Return the copies: of sensors that repeat each other, the one with the first name is kept."""
    track, count = scene.track, options.clone_values
    groups: dict[bytes, list[int]] = {}
    tail = track.values[-2 * count :]
    for column in range(len(track.names)):
        there = np.flatnonzero(np.isfinite(tail[:, column]))[-count:]
        values = tail[there, column]
        if len(there) == count and len(set(values.tolist())) >= LEAST_DIFFERENT:
            key = there.tobytes() + values.tobytes()
            groups.setdefault(key, []).append(column)
    first_us = int(track.times_us[max(0, len(track.values) - 2 * count)])
    return {
        column: first_us
        for columns in groups.values()
        for column in sorted(columns, key=lambda c: track.names[c])[1:]
    }


def _spikes(options: Fault, scene: Scene, close: Bools) -> Mapping[int, int]:
    track = scene.track
    values = track.values
    found: dict[int, int] = {}
    if len(values) < LEAST_ROWS:
        return found
    middle, spread = scene.usual
    steps = max(2, HOUR_US // track.step_us)
    begin = max(2, len(values) - steps)
    for step in range(begin, len(values) - 1):
        before, after = _median(values[step - 2 : step].T), _median(values[step + 1 : step + 3].T)
        around = np.fmax(np.abs(before), np.abs(after))
        with np.errstate(invalid="ignore"):
            least = options.spike_share * around
            jumps = (np.abs(values[step] - before) > least) & (np.abs(values[step] - after) > least)
            jumps &= (values[step] > before) == (values[step] > after)
            jumps &= np.abs(values[step] - middle[step]) > options.spike_z * spread[step]
        for column in np.flatnonzero(jumps).tolist():
            if _is_alone(values, step, column, close[column], before):
                found.setdefault(column, int(track.times_us[step]))
    return found


def _is_alone(values: Floats, step: int, column: int, close: Bools, before: Floats) -> bool:
    """Tell whether no neighbour moved the same way by half as much, in per cent."""
    others = np.flatnonzero(close)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = (values[step] - before) / np.abs(before)
    own = moved[column]
    return not bool((np.sign(own) * moved[others] >= abs(own) / 2).any())


def _median(values: Floats) -> Floats:
    """Return the median of each row, NaN of a row without a value."""
    found = np.full(len(values), np.nan)
    known = np.isfinite(values).any(axis=1)
    if known.any():
        found[known] = np.nanmedian(values[known], axis=1)
    return found


def _last_known(track: Track) -> Ints:
    """Return the last step with a value of each entity, -1 of one without."""
    known = np.isfinite(track.values)
    last = len(known) - 1 - np.argmax(known[::-1], axis=0)
    found: Ints = np.where(known.any(axis=0), last, -1)
    return found


def _finding(options: Fault, scene: Scene, kind: str, since: Mapping[int, int]) -> Finding:
    track = scene.track
    columns = sorted(since, key=lambda column: (since[column], track.names[column]))
    names = [track.names[column] for column in columns]
    spots = [scene.spot(name) for name in names]
    vi, en = listed([spot.name for spot in spots], MOST_NAMED)
    kind_vi, kind_en = NAMES[kind]
    return Finding(
        detector=options.id,
        sort="fault",
        kind=kind,
        subjects=tuple(names),
        severity="information",
        began_us=min(since.values()),
        seen_us=scene.newest_us or 0,
        title=text(
            f"{kind_vi}: {vi}" if len(names) <= 1 else f"{kind_vi}: {len(names)} điểm đo",
            f"{kind_en}: {en}" if len(names) <= 1 else f"{kind_en}: {len(names)} sensors",
        ),
        evidence=(
            _evidence(options, scene, kind, columns[0]),
            *((text(vi, en),) if names[1:] else ()),
        ),
        area=spots[0].area,
        place=text(spots[0].name, spots[0].name),
        spot=None if spots[0].lat is None or spots[0].lon is None else (spots[0].lat, spots[0].lon),
        line=Line(options.unit, 1, points(track, columns[0], 2)),
    )


def _evidence(options: Fault, scene: Scene, kind: str, column: int) -> Text:
    told = scene.track.figures(column)
    value = told[-1][1] if told else 0.0
    if kind == "stuck":
        unit = f"\u00a0{options.unit}" if options.unit else ""
        return both(
            "giữ nguyên {v}" + unit + " trong khi lân cận thay đổi",
            "stays at {v}" + unit + " while its neighbours vary",
            v=written(value, 1),
        )
    if kind == "drift":
        return text(
            "lân cận vẫn như thường lệ: lỗi cảm biến, không phải sự kiện",
            "its neighbours are as usual: a fault, not an event",
        )
    if kind == "cloned":
        return text("trùng từng giá trị với trạm khác", "equals another's values one by one")
    if kind == "spike":
        return text("không trạm lân cận nào thấy", "no neighbour sees it")
    return text("các điểm đo khác vẫn báo", "the others still report")
