"""Whether something that was off still stands, told from the figures alone (city/limits.toml).

Raised once a figure has been off for `after`, over once it has been well for `clear_after`; between
the two thresholds nothing changes. A fold over history, so that a restart, another process or a
question about the past gives the same answer. Pure; what was raised is not remembered elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data_access.limits import Grade, Limit

SECOND_US = 1_000_000
LONGEST_GAP_US = 30 * 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Episode:
    """What stands: since when (the figure's first time off), the worst figure, the last one."""

    began_us: int
    worst: float
    last: float
    last_us: int


def standing(
    figures: Iterable[tuple[int, float]],
    limit: Limit,
    *,
    grade: Grade = "warning",
    longest_gap_us: int = LONGEST_GAP_US,
) -> Episode | None:
    """Return what stands at the end of `figures` (time in microseconds, ascending), if anything.

    `grade` is from where on a figure counts as off. What is silent for longer than `longest_gap_us`
    neither begins nor ends anything.
    """
    found: Episode | None = None
    off_us: int | None = None  # since when it is off, or well, without a break
    well_us: int | None = None
    worst = 0.0
    last_us: int | None = None
    for at_us, figure in figures:
        if last_us is not None and at_us - last_us > longest_gap_us:
            off_us = well_us = None
        last_us = at_us
        is_off, is_well = limit.reaches(figure, grade), limit.is_over(figure)
        if is_off:
            worst = figure if off_us is None else limit.worse_of(worst, figure)
        off_us = None if not is_off else at_us if off_us is None else off_us
        well_us = None if not is_well else at_us if well_us is None else well_us
        if found is None:
            if off_us is not None and at_us - off_us >= limit.after_s * SECOND_US:
                found = Episode(off_us, worst, figure, at_us)
        elif well_us is not None and at_us - well_us >= limit.clear_after_s * SECOND_US:
            found = None
        else:
            grown = limit.worse_of(found.worst, figure)
            found = replace(found, worst=grown, last=figure, last_us=at_us)
    return found
