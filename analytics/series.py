"""Series on a regular grid, read from the observations store: gaps are NaN, nothing is invented.

Instants and slots are *track* time, as in the store; `data_access.replay` turns them into the
original time (whose calendar counts) and into glass time. What is forecast and what is watched for
the unusual read through here, so that both see the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.grid import BELOW_DAY_S, Grid, Ints, StepName
from data_access.contracts import CITY_AREA
from data_access.rollup import DAY, HOUR, HOUR_US, MICRO
from data_access.store.snapshot import AREA, ENTITY, Snapshot

Floats = npt.NDArray[np.float64]
How = Literal["mean", "sum"]  # how the rows of a slot, or of several entities, become one
Place = Literal["city", "areas", "entities"]
LARGEST = 1e100  # whose square is still a number: nothing that is measured comes near it
WHOLE = 0.8  # of the rows a slot usually has, below which its sum is not of all
COARSER: tuple[StepName, ...] = ("PT15M", "PT30M", "PT1H")


@dataclass(frozen=True, slots=True)
class Regular:
    """Values of consecutive slots from `first` on; NaN where nothing is known."""

    grid: Grid
    first: int
    values: Floats

    @property
    def last(self) -> int:
        """The last slot, first - 1 when there is none."""
        return self.first + len(self.values) - 1

    @property
    def slots(self) -> Ints:
        """Every slot."""
        return np.arange(self.first, self.first + len(self.values), dtype=np.int64)

    @property
    def known(self) -> int:
        """How many slots have a value."""
        return int(np.isfinite(self.values).sum())

    def at(self, first: int, last: int) -> Floats:
        """Return the values of [first, last], NaN outside what is there."""
        found = np.full(max(0, last - first + 1), np.nan)
        begin, end = max(first, self.first), min(last, self.last)
        if begin <= end:
            found[begin - first : end - first + 1] = self.values[
                begin - self.first : end - self.first + 1
            ]
        return found

    def until(self, last: int) -> Regular:
        """Return the series up to and with a slot, without unknown slots at its end."""
        values = self.values[: max(0, last - self.first + 1)]
        known = np.flatnonzero(np.isfinite(values))
        return Regular(self.grid, self.first, values[: known[-1] + 1 if len(known) else 0])


def regular(
    grid: Grid,
    slots: Ints,
    sums: Floats,
    rows: Floats | None = None,
    *,
    how: How = "mean",
    absent: float = np.nan,
    extent: tuple[int, int] | None = None,
    whole: float = 0.0,
) -> Regular:
    """Return parts (their slot, sum and rows, in any order) as one series.

    `absent` is what a slot without rows has (0 where nothing counted has no row), within `extent`
    (default: from the first to the last slot). What is no number, or none that can be reckoned
    with, is left out. A slot with
    fewer rows than `whole` of the usual number is a gap: a sum of what is missing is no fall.
    """
    slots, sums = np.asarray(slots, np.int64), np.asarray(sums, np.float64)
    counted = np.ones(len(slots)) if rows is None else np.asarray(rows, np.float64)
    good = (np.abs(sums) <= LARGEST) & (counted > 0)
    slots, sums, counted = slots[good], sums[good], counted[good]
    if extent is None:
        extent = (int(slots.min()), int(slots.max())) if len(slots) else (0, -1)
    first, last = extent
    inside = (slots >= first) & (slots <= last)
    at, length = slots[inside] - first, max(0, last - first + 1)
    total = np.bincount(at, sums[inside], length)
    count = np.bincount(at, counted[inside], length)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = total / count if how == "mean" else total
    least = whole * float(np.median(count[count > 0])) if whole and (count > 0).any() else 0.0
    values = np.where(count >= least, values, np.nan)
    return Regular(grid, first, np.where(count > 0, values, absent).astype(np.float64))


def sampled(grid: Grid, at_us: Ints, values: Floats, *, how: How = "mean") -> Regular:
    """Return rows (instants and values, in any order) as a series."""
    return regular(grid, grid.slots(at_us), values, how=how)


def fitting(grid: Grid, at_us: Ints) -> Grid:
    """Return `grid`, or a coarser one below a day that the newest rows fill.

    A source that changes from five minutes to an hour would leave three of four quarters empty.
    """
    recent = np.unique(np.asarray(at_us, np.int64))[-200:]
    if len(recent) < 3 or not grid.is_below_day:
        return grid
    spacing_s = float(np.median(np.diff(recent))) / MICRO
    finest = BELOW_DAY_S[grid.step]
    for step in (grid.step, *COARSER):
        if BELOW_DAY_S[step] >= finest and spacing_s <= BELOW_DAY_S[step] * 1.01:
            return Grid(step, grid.zone)
    return grid


def read(
    snapshot: Snapshot,
    dataset: str,
    indicator: str,
    grid: Grid,
    *,
    place: Place = "city",
    how: How = "mean",
    absent: float = np.nan,
    cadence_s: float = 0.0,
    from_us: int = 0,
) -> dict[str, Regular]:
    """Return the series of an indicator by entity, by area code, or of the city, good rows only.

    The newest slot is left out while rows of it are still to come, every `cadence_s`. Steps below
    an hour read the rows, others the roll-ups. Where a dataset has no rows in areas of the city,
    all its entities together are the city.
    """
    parts = _parts(snapshot, dataset, indicator, grid, place=place, from_us=from_us)
    if not parts:
        return {}
    last = complete(grid, snapshot.newest_us(dataset) or 0, cadence_s)
    first = min(int(slots.min()) for slots, _, _ in parts.values())
    extent = None if np.isnan(absent) else (first, last)
    whole = WHOLE if how == "sum" and extent is None and grid.is_below_day else 0.0
    found: dict[str, Regular] = {}
    for name, (slots, sums, rows) in parts.items():
        kept = slots <= last
        series = regular(
            grid,
            slots[kept],
            sums[kept],
            rows[kept],
            how=how,
            absent=absent,
            extent=extent,
            whole=whole,
        )
        if len(series.values):
            found[name] = series
    return found


def complete(grid: Grid, newest_us: int, cadence_s: float) -> int:
    """Return the last slot all of whose rows are there when rows stand for `cadence_s` each."""
    if grid.step == "P1M":  # statistics of a month stand at its beginning, and months differ
        return int(grid.slots(np.array([newest_us]))[0])
    return int(grid.slots(np.array([newest_us + round(cadence_s * MICRO)]))[0]) - 1


def read_counts(
    snapshot: Snapshot, dataset: str, grid: Grid, *, by: Place = "city", from_us: int, now_us: int
) -> dict[str, Regular]:
    """Return how many records of a dataset were opened in each slot before the one of `now_us`."""
    lives = snapshot.lives(dataset, since_us=from_us)
    at: dict[str, list[int]] = {}
    for life in lives:
        if from_us < life.opened_us <= now_us:
            name = CITY_AREA if by == "city" else life.area
            if name is not None:
                at.setdefault(name, []).append(life.opened_us)
    if not at:
        return {}
    slots = {name: grid.slots(np.array(times, np.int64)) for name, times in at.items()}
    extent = (
        min(int(each.min()) for each in slots.values()),
        int(grid.slots(np.array([now_us]))[0]) - 1,
    )
    return {
        name: regular(grid, each, np.ones(len(each)), how="sum", absent=0.0, extent=extent)
        for name, each in slots.items()
    }


Parts = dict[str, tuple[Ints, Floats, Floats]]  # name -> slot, sum and rows of its parts


def _parts(
    snapshot: Snapshot,
    dataset: str,
    indicator: str,
    grid: Grid,
    *,
    place: Place,
    from_us: int,
) -> Parts:
    if grid.is_below_day and grid.step != "PT1H":
        return _rows(snapshot, dataset, indicator, grid, place=place, from_us=from_us)
    step = HOUR if grid.is_below_day else DAY
    begin = from_us // HOUR_US if step == HOUR else from_us // (24 * HOUR_US)
    slots = (int(begin), 2**31 - 1)
    wanted = [CITY_AREA] if place == "city" else None
    kind = ENTITY if place == "entities" else AREA
    table = snapshot.cells(dataset, indicator, step, slots, kind=kind, names=wanted)
    labels = table.name
    if place == "city" and not len(table):
        table = snapshot.cells(dataset, indicator, step, slots)
        labels = np.full(len(table), CITY_AREA, object)
    elif place == "areas":
        labels = np.where(table.name == CITY_AREA, "", table.name)
    at = table.slot if grid.is_below_day else grid.of_days(table.slot)
    return _grouped(labels, at, table.sum, table.rows.astype(np.float64))


def _rows(
    snapshot: Snapshot,
    dataset: str,
    indicator: str,
    grid: Grid,
    *,
    place: Place,
    from_us: int,
) -> Parts:
    area_of: Mapping[str, str | None] = {
        each.entity: each.area for each in snapshot.newest(dataset, indicator)
    }
    is_mapped = any(area is not None for area in area_of.values())
    labels: list[str] = []
    at: list[Ints] = []
    values: list[Floats] = []
    for entity, rows in snapshot.recent(dataset, indicator, from_us=from_us).items():
        area = area_of.get(entity)
        label = entity if place == "entities" else area or ""
        if place == "city":
            label = CITY_AREA if area is not None or not is_mapped else ""
        if not rows or not label:
            continue
        instants, figures = zip(*rows, strict=True)
        labels += [label] * len(rows)
        at.append(grid.slots(np.array(instants, np.int64)))
        values.append(np.array(figures, np.float64))
    if not at:
        return {}
    sums = np.concatenate(values)
    return _grouped(np.array(labels, object), np.concatenate(at), sums, np.ones(len(sums)))


def _grouped(labels: npt.NDArray[np.object_], slots: Ints, sums: Floats, rows: Floats) -> Parts:
    order = np.argsort(labels.astype(str), kind="stable")
    labels, slots, sums, rows = labels[order], slots[order], sums[order], rows[order]
    if not len(labels):
        return {}
    starts = np.flatnonzero(np.append(True, labels[1:] != labels[:-1]))
    ends = np.append(starts[1:], len(labels))
    return {
        str(labels[begin]): (slots[begin:end], sums[begin:end], rows[begin:end])
        for begin, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if labels[begin]
    }
