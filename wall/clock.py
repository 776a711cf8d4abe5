"""The shared clock: monotonic, set to wall time once; and how far ahead a switch must be set."""

from __future__ import annotations

import time
from collections.abc import Iterable

LEAD_FLOOR_MS = 60.0  # shorter leads miss frames on a loaded machine
LEAD_ROUND_TRIPS = 3.0
FRAME_MS = 1_000 / 60  # of a display
ASSUMED_UNCERTAINTY_MS = 5.0  # half of the 10 ms round trip assumed before a client told its own


class SharedClock:
    """The controller's clock; later jumps of the machine's wall time do not reach it."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def now_ms(self) -> float:
        """Return milliseconds since the Unix epoch."""
        return (time.monotonic() + self._offset_s) * 1000


def machine_ms() -> float:
    """Return what the machine's clock says now, milliseconds since the Unix epoch; it may jump."""
    return time.time() * 1000


def promised_skew_ms(uncertainties_ms: Iterable[float | None]) -> float | None:
    """Return the skew that clients with these uncertainties cannot exceed when none is late.

    One frame, and the two worst clocks wrong in opposite directions. None when a clock is not
    known, or when there is nobody to promise it of.
    """
    worst: list[float] = []
    for each in uncertainties_ms:
        if each is None:
            return None
        worst.append(each)
    if not worst:
        return None
    return FRAME_MS + sum(sorted(worst)[-2:]) if len(worst) > 1 else 0.0


def lead_ms(clocks: Iterable[tuple[float | None, float | None]]) -> float:
    """Return how long after now a commit may be shown by clients with these clocks.

    Each is (uncertainty, round trip), None what it did not tell; a round trip then counts as twice
    the uncertainty. `max(60, 3 x worst round trip) + worst uncertainty`.
    """
    uncertainty_ms = round_trip_ms = 0.0
    for told_ms, trip_ms in list(clocks) or [(None, None)]:
        wrong_ms = ASSUMED_UNCERTAINTY_MS if told_ms is None else told_ms
        uncertainty_ms = max(uncertainty_ms, wrong_ms)
        round_trip_ms = max(round_trip_ms, 2 * wrong_ms if trip_ms is None else trip_ms)
    return max(LEAD_FLOOR_MS, LEAD_ROUND_TRIPS * round_trip_ms) + uncertainty_ms
