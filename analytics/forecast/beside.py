"""What somebody else forecasts of the slots to come, as it was known at each moment: rain, so far.

Known ahead, it may tell a model what its series will do; whether it does is tested (`fitting`).
From an origin only the newest issue before it is seen, never a later one, nor what truly fell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.grid import Grid, Ints
from analytics.series import Floats
from data_access.rain_issue import ONE_ISSUE_US, Issue

NAMES = ("rain_sum", "rain_6", "rain_24")
FADES = (6.0, 24.0)  # slots after which a third of what fell still counts
UNIT_MM = 10.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Issues on a grid: `depths[i, k]` falls in slot `issued[i] + k`, NaN beyond what is said."""

    issued: Ints
    depths: Floats

    def features(self, origins: Ints, ahead: Ints) -> Floats:
        """Return NAMES of rows (the slot of an origin, slots ahead).

        The rain of the slots after the origin up to the target: all of it, and what is left of it
        when it fades; NaN where no issue says it.
        """
        found = np.full((len(origins), len(NAMES)), np.nan)
        if not len(self.issued):
            return found
        issue = np.searchsorted(self.issued, origins, side="right") - 1
        since = origins - self.issued[np.maximum(issue, 0)]
        until = since + ahead
        is_told = (issue >= 0) & (until < self.depths.shape[1])
        rows, here, there = issue[is_told], since[is_told], until[is_told]
        sums = np.cumsum(self.depths, axis=1)
        found[is_told, 0] = sums[rows, there] - sums[rows, here]
        for column, fades in enumerate(FADES, start=1):
            left = faded(self.depths, fades)
            gone = np.exp(-(there - here) / fades)
            found[is_told, column] = left[rows, there] - gone * left[rows, here]
        return found / UNIT_MM

    def dealt(self) -> Beside:
        """Return the same issues, each told at another's time: what they would say by chance."""
        order = np.random.default_rng(len(self.issued)).permutation(len(self.issued))
        return Beside(self.issued, self.depths[order])


def faded(depths: Floats, fades: float) -> Floats:
    """Return what is left at each slot of all that fell up to it."""
    found = np.empty_like(depths)
    left, keeps = np.zeros(len(depths)), float(np.exp(-1 / fades))
    for slot in range(depths.shape[1]):
        left = left * keeps + depths[:, slot]
        found[:, slot] = left
    return found


def on_grid(issues: Sequence[Issue], grid: Grid, reach: int) -> Beside:
    """Return issues as the mean over their places, slot by slot, up to `reach` slots ahead."""
    together: list[list[Issue]] = []
    for each in issues:
        if together and each.issued_us - together[-1][0].issued_us <= ONE_ISSUE_US:
            together[-1].append(each)
        else:
            together.append([each])
    issued = [int(grid.slots(np.array([part[0].issued_us]))[0]) for part in together]
    depths = np.full((len(together), reach), np.nan)
    for row, part in enumerate(together):
        bounds = [grid.begin_us(issued[row] + slot) for slot in range(reach + 1)]
        told = [[each.mm(bounds[slot], bounds[slot + 1]) for slot in range(reach)] for each in part]
        values = np.array([[np.nan if mm is None else mm for mm in line] for line in told])
        known = np.isfinite(values)
        with np.errstate(invalid="ignore"):
            depths[row] = np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0)
    # The slot of the issue began before it: what it does not say of that has fallen already.
    depths[:, 0] = np.nan_to_num(depths[:, 0])
    return Beside(np.array(issued, np.int64), depths)
