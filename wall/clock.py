"""The shared clock: monotonic, set to wall time once; and how far ahead a switch must be set."""

from __future__ import annotations

import time
from collections.abc import Iterable

LEAD_FLOOR_MS = 60.0  # shorter leads miss frames on a loaded machine
LEAD_ROUND_TRIPS = 3.0
LONGEST_LEAD_MS = 600.0  # a link that is slower, or says so, holds up no wall: it shows late
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


Told = tuple[float | None, float | None]  # uncertainty, round trip; None: not told


def promised_skew_ms(clocks: Iterable[Told]) -> float | None:
    """Return the skew that clients with these clocks cannot exceed when none is late.

    One frame, and the two worst clocks wrong in opposite directions. None when a clock is not
    known, when one needs a longer lead than there is, or when there is nobody to promise it of.
    """
    worst: list[float] = []
    for told_ms, trip_ms in clocks:
        if told_ms is None or _needed_ms(told_ms, trip_ms) > LONGEST_LEAD_MS:
            return None
        worst.append(told_ms)
    if not worst:
        return None
    return FRAME_MS + sum(sorted(worst)[-2:]) if len(worst) > 1 else 0.0


def lead_ms(clocks: Iterable[Told]) -> float:
    """Return how long after now a commit may be shown by clients with these clocks.

    What was not told counts as 5 ms, a round trip as twice the uncertainty. `max(60, 3 x worst
    round trip) + worst uncertainty`, of those that need no more than 600 ms.
    """
    uncertainty_ms = round_trip_ms = 0.0
    for told_ms, trip_ms in list(clocks) or [(None, None)]:
        wrong_ms = ASSUMED_UNCERTAINTY_MS if told_ms is None else told_ms
        if _needed_ms(wrong_ms, trip_ms) <= LONGEST_LEAD_MS:
            uncertainty_ms = max(uncertainty_ms, wrong_ms)
            round_trip_ms = max(round_trip_ms, 2 * wrong_ms if trip_ms is None else trip_ms)
    lead = max(LEAD_FLOOR_MS, LEAD_ROUND_TRIPS * round_trip_ms) + uncertainty_ms
    return min(lead, LONGEST_LEAD_MS)


def _needed_ms(uncertainty_ms: float, round_trip_ms: float | None) -> float:
    trip_ms = 2 * uncertainty_ms if round_trip_ms is None else round_trip_ms
    return max(LEAD_FLOOR_MS, LEAD_ROUND_TRIPS * trip_ms) + uncertainty_ms
