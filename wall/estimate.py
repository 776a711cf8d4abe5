"""The shared clock as a client estimates it over its link (PROTOCOL.md, "Clock"). Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass

DRIFT = 1e-4  # the most that two quartz clocks run apart
UNKNOWN_MS = 5.0  # half of the 10 ms round trip that the controller assumes before it is told


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what the offset (shared minus own) lay at an instant of the client's own clock."""

    at_ms: float
    low_ms: float
    high_ms: float

    def loosened(self, own_ms: float) -> Bounds:
        """Return what they say of another instant."""
        by_ms = DRIFT * abs(own_ms - self.at_ms)
        return Bounds(own_ms, self.low_ms - by_ms, self.high_ms + by_ms)


class ClockEstimate:
    """The middle of what all replies together leave possible; the rule of `assets/clock.mjs`."""

    def __init__(self, *, tick_ms: float = 0.0) -> None:
        """`tick_ms` is how coarse the client's own clock is."""
        self._tick_ms = tick_ms
        self._bounds: Bounds | None = None
        self._is_new_row = True
        self.offset_ms = 0.0
        self.round_trip_ms: float | None = None  # the smallest of the last row

    def begin_row(self) -> None:
        """Take note that a row of samples follows."""
        self._is_new_row = True

    def take(self, t0_ms: float, t1_ms: float, t2_ms: float, t3_ms: float) -> None:
        """Take one `clockReply` and when it arrived; a negative round trip is dropped."""
        low_ms, high_ms = t2_ms - t3_ms, t1_ms - t0_ms
        if not high_ms >= low_ms:
            return
        sample = Bounds(t0_ms, low_ms - self._tick_ms, high_ms + self._tick_ms)
        held = sample if self._bounds is None else self._bounds.loosened(t0_ms)
        both = Bounds(t0_ms, max(held.low_ms, sample.low_ms), min(held.high_ms, sample.high_ms))
        # Bounds that cross contradict each other: a clock was stepped.
        self._bounds = both if both.low_ms <= both.high_ms else sample
        self.offset_ms = (self._bounds.low_ms + self._bounds.high_ms) / 2
        trip_ms = high_ms - low_ms
        before_ms = trip_ms if self._is_new_row else self.round_trip_ms
        self.round_trip_ms = trip_ms if before_ms is None else min(before_ms, trip_ms)
        self._is_new_row = False

    def uncertainty_ms(self, own_ms: float) -> float:
        """Return how far the estimate may be off at an instant of the client's own clock."""
        if self._bounds is None:
            return UNKNOWN_MS
        bounds = self._bounds.loosened(own_ms)
        return (bounds.high_ms - bounds.low_ms) / 2
