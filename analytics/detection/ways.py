"""Which ways a queue grows onto: those that lead to where a way begins, of the same direction.

A jam spills back against the traffic. So what bears one out is slow on the way itself or on those
that feed it, not on the other side of the road nor on a road beyond that has nothing to do with it.
Pure; of a sensor whose way nobody told nothing follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.detection.track import Bools

BACK = 2  # junctions over which a queue is looked for


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of a road: from which junction to which."""

    link: str
    begin: str
    end: str


def upstream(names: Sequence[str], ways: Mapping[str, Way], *, back: int = BACK) -> Bools:
    """Return which entities stand where the queue of which would: (entity, neighbour).

    On its way, or on one that leads there over `back` junctions at the most, never back over the
    same road. A row without any is of an entity that has no way, or that nothing leads to.
    """
    on: dict[Way, list[int]] = defaultdict(list)
    for column, name in enumerate(names):
        if name in ways:
            on[ways[name]].append(column)
    leading: dict[str, list[Way]] = defaultdict(list)
    for way in on:
        leading[way.end].append(way)
    found = np.zeros((len(names), len(names)), np.bool_)
    for way, columns in on.items():
        reached = {way}
        front = [way]
        for _ in range(back):
            before = {
                each
                for one in front
                for each in leading[one.begin]
                if each.link not in (one.link, way.link)
            }
            front = [each for each in before if each not in reached]
            reached |= before
        felt = [column for each in reached for column in on[each]]
        found[np.ix_(columns, felt)] = True
    found[np.arange(len(names)), np.arange(len(names))] = False
    return found
