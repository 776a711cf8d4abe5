"""Rain as a weather service forecast it: the issue that stands, place by place, from its records.

A record is one interval of one place (`environment.rain_forecast` in city/datasets/nature.toml); a
later issue is its next version. Read a course of hours with `hours`: that is a hyetograph. Not for
forecasts made here, which are findings (analytics/forecast). Instants are track time, as the
store's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data_access.records import Played, instant_us
from data_access.rollup import DAY_US, HOUR_US, MICRO
from data_access.sources.places import middle
from data_access.store.past_records import became_known
from data_access.store.snapshot import Life, Snapshot

DATASET = "environment.rain_forecast"
CANCELLED = "cancelled"
ONE_ISSUE_US = 1800 * MICRO  # parts of one issue come within so much of each other


@dataclass(frozen=True, slots=True)
class Step:
    """Rain of [begin, end), and how likely there is any (0 to 1, None where it is not said)."""

    begin_us: int
    end_us: int
    mm: float
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """What was issued for one place; its steps ascend and do not overlap."""

    place: str
    area: str | None
    lat: float | None
    lon: float | None
    issued_us: int
    steps: tuple[Step, ...]

    def mm(self, begin_us: int, end_us: int) -> float | None:
        """Return the rain of [begin, end); None unless the issue speaks of all of it.

        Within a step it falls evenly: a forecast of three hours says nothing of the course in them.
        """
        total, covered_us = 0.0, 0
        for step in self.steps:
            shared_us = min(end_us, step.end_us) - max(begin_us, step.begin_us)
            if shared_us > 0:
                total += step.mm * shared_us / (step.end_us - step.begin_us)
                covered_us += shared_us
        return total if covered_us == end_us - begin_us else None

    def hours(self, begin_us: int, most: int) -> tuple[float, ...]:
        """Return the hyetograph: mm of each whole hour from `begin_us` on, as far as it goes."""
        found: list[float] = []
        for hour in range(most):
            from_us = begin_us + hour * HOUR_US
            depth = self.mm(from_us, from_us + HOUR_US)
            if depth is None:
                break
            found.append(depth)
        return tuple(found)


def newest_issues(snapshot: Snapshot, now_us: int, *, dataset: str = DATASET) -> list[Issue]:
    """Return the newest issue of each place that reaches beyond `now_us`, by place.

    Its steps are all it said, but those that were over a day before.
    """
    lives = snapshot.lives(dataset, since_us=now_us - DAY_US, bodies=True)
    by_place: dict[str, list[Life]] = {}
    for life in lives:
        if life.status != CANCELLED and life.reported_us <= now_us:
            by_place.setdefault(_place(life), []).append(life)
    found = [issue_of(name, by_place[name]) for name in sorted(by_place)]
    return [each for each in found if each.steps and each.steps[-1].end_us > now_us]


def all_issues(snapshot: Snapshot, *, from_us: int, to_us: int) -> list[Issue]:
    """Return every issue of each place of [from, to], as it was issued, oldest first.

    For whoever tests what was forecast against what came: later issues do not show in earlier ones.
    """
    current = snapshot.current(DATASET)
    if current is None:
        return []
    timeline = current.timeline
    found: dict[tuple[int, str], list[Life]] = {}
    for part in became_known(
        snapshot.connection,
        current.id,
        timeline,
        after_us=timeline.glass(from_us) - 1,
        to_us=timeline.glass(to_us),
        is_known=False,
    ):
        for _, played in part:
            life = _life(played)
            if life is not None and life.status != CANCELLED:
                found.setdefault((life.reported_us, _place(life)), []).append(life)
    return [issue_of(place, found[at_us, place]) for at_us, place in sorted(found)]


def _life(played: Played) -> Life | None:
    """Return a version as the record it was then; None of one without a validity."""
    row, shift_us = played.row, played.shift_us
    if row.valid_from is None or row.valid_to is None:
        return None
    return Life(
        base_id=row.record_id,
        status=row.status,
        category="",
        area=row.area,
        reported_us=instant_us(row.reported_at) + shift_us,
        opened_us=instant_us(row.valid_from) + shift_us,
        ended_us=instant_us(row.valid_to) + shift_us,
        due_us=None,
        body=row.body,
        geometry=row.geometry,
        source_ref=row.source_ref,
    )


def first_hour(issues: Sequence[Issue], now_us: int) -> int:
    """Return from when on issues with steps speak: the hour of `now_us`, or where they begin."""
    begins_us = max(each.steps[0].begin_us for each in issues)
    return max(now_us // HOUR_US * HOUR_US, begins_us)


def issue_of(place: str, lives: Sequence[Life]) -> Issue:
    """Return the newest issue among the intervals of one place (one or more)."""
    newest = max(lives, key=lambda life: life.reported_us)
    of_it = [life for life in lives if newest.reported_us - life.reported_us <= ONE_ISSUE_US]
    lat, lon = (None, None) if newest.geometry is None else middle(newest.geometry)
    steps = _apart(step for life in of_it if (step := _step(life)) is not None)
    return Issue(place, newest.area, lat, lon, newest.reported_us, steps)


def _place(life: Life) -> str:
    said = life.body.get("place")
    return str(said) if said else life.area or life.base_id


def _step(life: Life) -> Step | None:
    """Return an interval; None of one without an end or an amount."""
    mm, chance = life.body.get("rain_mm"), life.body.get("chance")
    if life.ended_us is None or life.ended_us <= life.opened_us:
        return None
    if isinstance(mm, bool) or not isinstance(mm, int | float):
        return None
    said = float(chance) if isinstance(chance, int | float) else None
    return Step(life.opened_us, life.ended_us, float(mm), said)


def _apart(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps in order; of those that overlap the one that is told in finer parts."""
    kept: list[Step] = []
    for step in sorted(steps, key=lambda each: (each.end_us - each.begin_us, each.begin_us)):
        if all(step.end_us <= each.begin_us or step.begin_us >= each.end_us for each in kept):
            kept.append(step)
    return tuple(sorted(kept, key=lambda each: each.begin_us))
