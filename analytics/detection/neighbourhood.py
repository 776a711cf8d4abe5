"""What a neighbourhood sees together is an event; what one sees alone is none.

Each entity is followed by hysteresis (data_access/hysteresis.py). One that is off needs witnesses:
neighbours that are off the same way, at the same time, by more than they vary. Those that are near
each other are one group, the oldest first: one alert for one place. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.detection.options import Neighbours
from analytics.detection.scene import Scene
from analytics.detection.track import MINUTE_US, Bools, Floats, Ints, Track, near
from data_access.hysteresis import Episode, standing
from data_access.limits import Grade, Limit

WITNESS_STEPS = 3  # in which it was off, over whose median
BEGINNING_STEPS = 6  # within which others see an event, too
GAP_STEPS = 6  # that may be missing without a break


@dataclass(frozen=True, slots=True)
class Group:
    """Entities (columns) that are off together, the one that began it first, and who saw it too."""

    columns: tuple[int, ...]
    episodes: Mapping[int, Episode]
    witnesses: tuple[int, ...]  # that are not off themselves

    @property
    def all(self) -> tuple[int, ...]:
        """Everything it is about: whoever tells of any of it tells of the same."""
        return (*self.columns, *self.witnesses)

    @property
    def began_us(self) -> int:
        """When its first one was off for the first time."""
        return min(each.began_us for each in self.episodes.values())

    @property
    def seen_us(self) -> int:
        """The newest value of any of them."""
        return max(each.last_us for each in self.episodes.values())


def episodes(figures: Track, limit: Limit, *, grade: Grade = "caution") -> dict[int, Episode]:
    """Return what stands at the end of the figures, by column."""
    threshold = getattr(limit, grade)
    if threshold is None or not len(figures.values):
        return {}
    with np.errstate(invalid="ignore"):
        off = figures.values <= threshold if limit.worse == "low" else figures.values >= threshold
    gap = max(GAP_STEPS * figures.step_us, 30 * MINUTE_US)
    found = {}
    for column in np.flatnonzero(off.any(axis=0)).tolist():
        episode = standing(figures.figures(column), limit, grade=grade, longest_gap_us=gap)
        if episode is not None:
            found[column] = episode
    return found


def believed_episodes(scene: Scene, figures: Track, limit: Limit) -> dict[int, Episode]:
    """Return what stands, but of entities that are held to be faulty."""
    found = episodes(figures, limit)
    return {c: each for c, each in found.items() if figures.names[c] not in scene.suspects}


def neighbours(scene: Scene, options: Neighbours) -> Bools:
    """Return who may bear witness for whom (entity, neighbour): nobody who is held to be faulty."""
    names = scene.track.names
    close = near(names, scene.spots, reach_km=options.reach_km, most=options.most)
    kept = np.array([name not in scene.suspects for name in names], np.bool_)
    among: Bools = close & kept
    return among


def off_steps(figures: Track, column: int, episode: Episode, limit: Limit) -> Ints:
    """Return the steps at the beginning of an episode in which its entity was off, the last few.

    Who sees it only later sees something else: what one sensor alone was off by for long is its
    fault, whoever else is off by then.
    """
    values, times = figures.values[:, column], figures.times_us
    threshold = np.nan if limit.caution is None else limit.caution
    with np.errstate(invalid="ignore"):
        off = values <= threshold if limit.worse == "low" else values >= threshold
    until_us = min(episode.last_us, episode.began_us + BEGINNING_STEPS * figures.step_us)
    inside = (times >= episode.began_us) & (times <= until_us)
    found: Ints = np.flatnonzero(off & inside)[-WITNESS_STEPS:]
    return found


def witnesses(
    column: int, deviation: Floats, z: Floats, near: Bools, options: Neighbours, steps: Ints
) -> tuple[int, ...]:
    """Return the neighbours that saw it too in the steps in which it was off.

    `deviation` and `z` are positive where an entity is off the way that counts: (step, entity).
    Nobody saw it where so many neighbours would be off by chance, as many as are elsewhere.
    """
    if not near[column].any() or not len(steps):
        return ()
    own = _middle(deviation[steps][:, [column]])[0]
    around = slice(int(steps[0]), int(steps[-1]) + 2)  # a neighbour may feel it a step later
    of_all, their_z = _middle(deviation[around]), _middle(z[around])
    with np.errstate(invalid="ignore"):
        off = (of_all >= options.share * own) & (their_z >= options.least_z)
    seen: list[int] = np.flatnonzero(off & near[column]).tolist()
    if seen and options.chance < 1:
        elsewhere = np.isfinite(of_all) & ~near[column]
        elsewhere[column] = False
        asked = int((np.isfinite(of_all) & near[column]).sum())
        if _chance(len(seen), asked, off[elsewhere]) > options.chance:
            return ()
    return tuple(seen)


def _chance(seen: int, asked: int, elsewhere: Bools) -> float:
    """Return how probable it is that at least `seen` of `asked` are off, of whom others are."""
    from scipy.special import betainc  # slow to import, and most looks have nobody to ask

    share = float(elsewhere.mean()) if len(elsewhere) else 0.0
    return float(betainc(seen, asked - seen + 1, share))


def groups(
    found: Mapping[int, Episode],
    near: Bools,
    seen_by: Mapping[int, tuple[int, ...]],
    told_of: Mapping[int, Collection[int]] | None = None,
) -> list[Group]:
    """Return the entities that are off gathered where they, or who saw them, meet; oldest first.

    Those of which the same is told (`told_of`: entity -> happenings) are of one event, too.
    """
    said = {column: set((told_of or {}).get(column, ())) for column in found}
    linked = near | near.T
    left = sorted(found, key=lambda column: (found[column].began_us, column))
    gathered = []
    while left:
        together = [left.pop(0)]
        for one in together:  # grows while it is walked
            seen = {one, *seen_by.get(one, ())}
            joined = [
                column
                for column in left
                if linked[one, column]
                or not seen.isdisjoint({column, *seen_by.get(column, ())})
                or not said[one].isdisjoint(said[column])
            ]
            left = [column for column in left if column not in joined]
            together += joined
        others = dict.fromkeys(each for one in together for each in seen_by.get(one, ()))
        witnesses = tuple(each for each in others if each not in together)
        gathered.append(Group(tuple(together), {c: found[c] for c in together}, witnesses))
    return gathered


def _middle(values: Floats) -> Floats:
    """Return the median of each column, NaN of one without a value."""
    middles = np.full(values.shape[1], np.nan)
    known = np.isfinite(values).any(axis=0)
    if known.any():
        middles[known] = np.nanmedian(values[:, known], axis=0)
    return middles
