"""The other controller's clock as seen from here: PROTOCOL.md, "Clock", from the client's side."""

from __future__ import annotations

ROW = 8  # samples
ROWS_KEPT = 3


class OffsetClock:
    """The best of the last rows: `offset_ms` is theirs minus ours, None before a first sample."""

    def __init__(self) -> None:
        self._rows: list[list[tuple[float, float]]] = []

    @property
    def best(self) -> tuple[float, float] | None:
        """The sample with the smallest round trip: its uncertainty and offset, milliseconds."""
        return min((sample for row in self._rows for sample in row), default=None)

    @property
    def offset_ms(self) -> float | None:
        """Their clock minus ours."""
        return None if self.best is None else self.best[1]

    @property
    def uncertainty_ms(self) -> float | None:
        """Half the smallest round trip."""
        return None if self.best is None else self.best[0]

    @property
    def is_row_whole(self) -> bool:
        """Whether the newest row has all its samples."""
        return bool(self._rows) and len(self._rows[-1]) >= ROW

    def begin_row(self) -> None:
        """Begin a row, forgetting the oldest."""
        self._rows = [*self._rows[1 - ROWS_KEPT :], []]

    def take(self, *, t0_ms: float, t1_ms: float, t2_ms: float, t3_ms: float) -> None:
        """Take a sample; one with a negative round trip is dropped."""
        round_trip_ms = (t3_ms - t0_ms) - (t2_ms - t1_ms)
        if round_trip_ms < 0 or not self._rows:
            return
        offset_ms = ((t1_ms - t0_ms) + (t2_ms - t3_ms)) / 2
        self._rows[-1].append((round_trip_ms / 2, offset_ms))
