"""Whether something is spoken of more than usual: a count held against the same hours before.

The usual count is that of the same hours on days of the same kind (working days, days off), without
the highest of them, so that a burst does not become what is usual. How unlikely the count is under
it is the tail of a negative binomial: a Poisson count whose rate is itself known from few days only
(a Gamma posterior with Jeffreys' prior), or as scattered as those days were, whichever is wider.
With under LEAST_DAYS days nothing is called usual, and nothing a burst.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, pvariance

from scipy.special import betainc

from data_access.rollup import HOUR_US

DAY_US = 24 * HOUR_US
DAYS = 28  # looked back at
LEAST_DAYS = 3
LEAST_COUNT = 5  # below nothing is a burst
LEAST_GROWTH = 1.5
UNLIKELY = 0.001  # that it is chance, for all that is looked at together
PRIOR = 0.5  # Jeffreys' for a Poisson rate


@dataclass(frozen=True, slots=True)
class Burst:
    """A count of a window beside what is usual; `usual` is None where too little is known."""

    count: int
    usual: float | None
    chance: float  # of so many or more, if nothing is unusual
    days: int  # the usual is made of

    @property
    def growth(self) -> float | None:
        """How many times the usual it is; None without one to speak of."""
        if self.usual is None or self.usual < PRIOR:
            return None
        return self.count / self.usual

    def is_hot(self, looked_at: int) -> bool:
        """Tell whether it is a burst, when so many counts were looked at."""
        grown = self.growth is None or self.growth >= LEAST_GROWTH
        unlikely = self.chance * max(1, looked_at) <= UNLIKELY
        return self.usual is not None and self.count >= LEAST_COUNT and grown and unlikely


def burst(
    times_us: Sequence[int],
    *,
    now_us: int,
    window_h: int,
    known_from_us: int,
    is_off: Callable[[int], bool],
) -> Burst:
    """Return the count of the last `window_h` hours beside the same hours of the days before.

    `known_from_us`: before it nothing is known, so nothing is counted. `is_off` tells of an instant
    whether it lies on a day off.
    """
    window_us = window_h * HOUR_US
    count = sum(now_us - window_us < at <= now_us for at in times_us)
    ends = [now_us - back * DAY_US for back in range(1, DAYS + 1)]
    ends = [end for end in ends if end - window_us >= known_from_us]
    alike = [end for end in ends if is_off(end) == is_off(now_us)]
    chosen = alike if len(alike) >= LEAST_DAYS else ends
    if len(chosen) < LEAST_DAYS:
        return Burst(count, None, 1.0, len(chosen))
    before = sorted(sum(end - window_us < at <= end for at in times_us) for end in chosen)
    kept = before[:-1] if len(before) > LEAST_DAYS else before
    return Burst(count, mean(kept), _chance(count, kept), len(kept))


def _chance(count: int, before: Sequence[int]) -> float:
    """Return how likely `count` or more is, after such counts before."""
    if count <= 0:
        return 1.0
    total, days = sum(before) + PRIOR, len(before)
    rate, scatter = total / days, float(pvariance(before))
    chances = [_tail(count, size=total, rate=rate)]
    if scatter > rate:
        chances.append(_tail(count, size=rate**2 / (scatter - rate), rate=rate))
    return max(chances)


def _tail(count: int, *, size: float, rate: float) -> float:
    """Return P(X >= count) of a negative binomial of mean `rate` and variance rate + rate²/size."""
    return float(betainc(count, size, rate / (rate + size)))
