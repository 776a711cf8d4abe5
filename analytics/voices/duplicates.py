"""Which reports tell of one thing: near duplicates by spot, time and words.

Each report joins the cluster it is most like, or begins one. It is compared with what a cluster's
first and most different reports say, never with a drifting mean, so that a chain of neighbours does
not grow along a street. Candidates come from the same cell of the ground or the same name; among
many, from common bands of letters (shingles.py) and the newest; the words are then compared whole.
Reports come in the order of their time, in as many parts as one likes: the clusters are the same.
Pure and deterministic; what a cluster is told of is told elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import floor

from rapidfuzz import fuzz

from analytics.voices.reports import OTHER, Report
from analytics.voices.shingles import bands
from analytics.voices.spots import REACH_M, relation
from data_access.areas import KM_PER_DEGREE
from data_access.rollup import HOUR_US

WINDOW_H = 48.0  # after its newest report a thing that nobody wrote of is over
ALIKE, ALIKE_ACROSS = 38.0, 65.0  # of 100: of one category, and of two
# The same words without a place, sent again: so many letters do not come twice by chance.
AGAIN_LETTERS, AGAIN_H = 30, 24.0
REPRESENTATIVES = 6
DIFFERENT = 80.0  # of 100: below, a report of a cluster is worth comparing with as well
NEWEST = 48  # clusters of a block that are looked at whatever their letters
_CELL_DEGREES = REACH_M / 1000 / KM_PER_DEGREE  # of latitude; twice that of longitude, up to 60°
_AROUND = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]

Block = tuple[object, ...]


@dataclass(slots=True)
class Cluster:
    """Reports of one thing, the oldest first."""

    number: int
    reports: list[Report] = field(default_factory=list)
    representatives: list[Report] = field(default_factory=list)

    @property
    def first(self) -> Report:
        """The report that began it."""
        return self.reports[0]

    @property
    def newest_us(self) -> int:
        """When it was last written of."""
        return max(each.at_us for each in self.reports[-REPRESENTATIVES:])


class Duplicates:
    """Clusters of the reports so far."""

    def __init__(self, *, window_h: float = WINDOW_H) -> None:
        self._window_us = int(window_h * HOUR_US)
        self._clusters: list[Cluster] = []
        self._ids: set[str] = set()
        self._newest: dict[Block, list[int]] = defaultdict(list)
        self._banded: dict[tuple[Block, int, bytes], list[int]] = defaultdict(list)
        self._same_words: dict[str, int] = {}

    @property
    def clusters(self) -> Sequence[Cluster]:
        """The clusters, in the order in which they began."""
        return self._clusters

    def add(self, reports: Iterable[Report]) -> None:
        """Take in reports in the order of their time; one that is in already is left out."""
        for each in reports:
            if each.report_id not in self._ids:
                self._ids.add(each.report_id)
                self._place(each)

    def _place(self, new: Report) -> None:
        letters = bands(new.matter) if new.spot.is_placed else []
        best: tuple[float, int] | None = None
        for number in self._candidates(new, letters):
            found = self._likeness(self._clusters[number], new)
            if found is not None and (best is None or (found, -number) > (best[0], -best[1])):
                best = found, number
        again = self._again(new) if best is None else None
        joined = best[1] if best is not None else again
        if joined is None:
            joined = len(self._clusters)
            self._clusters.append(Cluster(joined))
        self._join(self._clusters[joined], new, letters)

    def _likeness(self, cluster: Cluster, new: Report) -> float | None:
        """Return how like a cluster a report is, None when it is not of it."""
        if new.at_us - cluster.newest_us > self._window_us:
            return None
        relations = [relation(each.spot, new.spot) for each in cluster.representatives]
        if "other" in relations or "same" not in relations:
            return None
        best = None
        for each in cluster.representatives:
            score = alike(each.matter, new.matter)
            needed = ALIKE if _are_of_one(each.category, new.category) else ALIKE_ACROSS
            if score >= needed and (best is None or score > best):
                best = score
        return best

    def _again(self, new: Report) -> int | None:
        """Return the cluster of the same words without a place, None when there is none."""
        number = self._same_words.get(_again_key(new))
        if number is None or len(new.matter) < AGAIN_LETTERS:
            return None
        cluster = self._clusters[number]
        is_soon = new.at_us - cluster.newest_us <= AGAIN_H * HOUR_US
        is_apart = any(relation(e.spot, new.spot) == "other" for e in cluster.representatives)
        return number if is_soon and not is_apart else None

    def _join(self, cluster: Cluster, new: Report, letters: Sequence[bytes]) -> None:
        cluster.reports.append(new)
        self._same_words[_again_key(new)] = cluster.number
        like = (alike(each.matter, new.matter) for each in cluster.representatives)
        if len(cluster.representatives) >= REPRESENTATIVES or max(like, default=0.0) >= DIFFERENT:
            return
        cluster.representatives.append(new)
        for block in _own_blocks(new):
            if cluster.number not in self._newest[block][-NEWEST:]:
                self._newest[block].append(cluster.number)
            for at, band in enumerate(letters):
                self._banded[block, at, band].append(cluster.number)

    def _candidates(self, new: Report, letters: Sequence[bytes]) -> Iterator[int]:
        seen: set[int] = set()
        for block in _looked_at(new):
            found = self._newest.get(block, [])
            near = found[-NEWEST:]
            if len(found) > NEWEST:
                near = near + [
                    number
                    for at, band in enumerate(letters)
                    for number in self._banded.get((block, at, band), ())[-NEWEST:]
                ]
            for number in near:
                if number not in seen:
                    seen.add(number)
                    yield number


def alike(one: str, other: str) -> float:
    """Return how like each other two matters are, 0 to 100, whatever the order of their words."""
    if not one or not other:
        return 0.0
    return (fuzz.token_sort_ratio(one, other) + fuzz.token_set_ratio(one, other)) / 2


def _are_of_one(category: str, other: str) -> bool:
    return category == other != OTHER


def _again_key(new: Report) -> str:
    return f"{new.spot.area or ''}/{new.matter}"


def _own_blocks(new: Report) -> list[Block]:
    blocks: list[Block] = [("name", name) for name in sorted(new.spot.names)]
    if new.spot.point is not None:
        blocks.append(("cell", *_cell(new.spot.point)))
    return blocks


def _looked_at(new: Report) -> list[Block]:
    blocks: list[Block] = [("name", name) for name in sorted(new.spot.names)]
    if new.spot.point is not None:
        x, y = _cell(new.spot.point)
        blocks += [("cell", x + dx, y + dy) for dx, dy in _AROUND]
    return blocks


def _cell(point: tuple[float, float]) -> tuple[int, int]:
    return floor(point[0] / _CELL_DEGREES), floor(point[1] / (2 * _CELL_DEGREES))
