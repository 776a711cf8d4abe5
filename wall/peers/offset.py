"""The other controller's clock as seen from here (PROTOCOL.md, "Clock"), and how long a word takes.

However unequal the two ways of the line are, their clock lies within what is stated.
"""

from __future__ import annotations

from collections import deque

from wall.estimate import ClockEstimate

ROW = 8  # samples


class OffsetClock:
    """What all replies of one link together leave possible; `offset_ms` is theirs minus ours."""

    def __init__(self) -> None:
        self._estimate = ClockEstimate()
        self._trips_ms: deque[float] = deque(maxlen=ROW)
        self._in_row = 0

    @property
    def offset_ms(self) -> float | None:
        """Their clock minus ours; None before a first sample."""
        return self._estimate.offset_ms if self._trips_ms else None

    def uncertainty_ms(self, now_ms: float) -> float:
        """Return how far the offset may be off at an instant of our clock."""
        return self._estimate.uncertainty_ms(now_ms)

    @property
    def round_trip_ms(self) -> float:
        """The longest of the last samples: longer no way of the line has been."""
        return max(self._trips_ms, default=0.0)

    @property
    def is_row_whole(self) -> bool:
        """Whether the newest row has all its samples."""
        return self._in_row >= ROW

    def begin_row(self) -> None:
        """Begin a row."""
        self._in_row = 0

    def take(self, *, t0_ms: float, t1_ms: float, t2_ms: float, t3_ms: float) -> None:
        """Take a sample; one with a negative round trip is dropped."""
        self._in_row += 1
        round_trip_ms = (t3_ms - t0_ms) - (t2_ms - t1_ms)
        if round_trip_ms >= 0:
            self._estimate.take(t0_ms, t1_ms, t2_ms, t3_ms)
            self._trips_ms.append(round_trip_ms)
