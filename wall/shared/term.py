"""A term of leadership by this machine's own clock: until when commanding is safe.

The lease in Redis begins after the asking did, so counting from the asking ends before it, whatever
the network did with the answer. The clock goes on while a process or its machine sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from wall.shared.store import LEASE_S

RENEW_S = LEASE_S / 3
# Links are closed and displays sent elsewhere within this, before the lease itself is over.
LEAVE_S = 0.5


def own_clock_s() -> float:
    """Return seconds that no step of the wall time and no sleep of the machine disturbs."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class Term:
    """From a lease asked for at `asked_at_s` to where its holder must have fallen silent."""

    def __init__(
        self,
        asked_at_s: float,
        *,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = own_clock_s,
    ) -> None:
        self._lease_s = lease_s
        self._clock = clock
        self._until_s = 0.0
        self.renewed(asked_at_s)

    def renewed(self, asked_at_s: float) -> None:
        """Count from a newer asking that was granted."""
        self._until_s = max(self._until_s, asked_at_s + self._lease_s - LEAVE_S)

    def left_s(self) -> float:
        """Return how long commanding is still safe."""
        return self._until_s - self._clock()

    def stands(self) -> bool:
        """Tell whether it is now."""
        return self.left_s() > 0
