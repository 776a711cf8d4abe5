"""How long to wait after failed sign-ins: free at first, then doubling. Counts in, seconds out.

Two subjects are counted: the account at that address (a guesser of one password) and the address
alone (a sprayer over many accounts). Neither locks an account for others: a stranger must not be
able to shut an operator out from another desk.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

LONGEST_WAIT_S = 900
FORGOTTEN_AFTER_S = 86_400


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures cost nothing, and the wait after the first that does."""

    free: int
    first_wait_s: int


PAIR = Allowance(free=5, first_wait_s=2)
ADDRESS = Allowance(free=25, first_wait_s=2)


def wait_s(failures: int, allowance: Allowance) -> int:
    """Return the seconds to wait after the last of `failures`."""
    beyond = failures - allowance.free
    if beyond < 0:
        return 0
    return min(LONGEST_WAIT_S, allowance.first_wait_s << min(beyond, 16))


def remaining_s(failures: int, last_at_ms: float, *, now_ms: float, allowance: Allowance) -> int:
    """Return the whole seconds still to wait at `now_ms` (0: may be tried)."""
    left_ms = last_at_ms + wait_s(failures, allowance) * 1000 - now_ms
    return max(0, -int(-left_ms // 1000))


def subjects(account: str, address: str, *, key: bytes) -> tuple[tuple[str, Allowance], ...]:
    """Return what an attempt counts under; hashed: people type passwords into name fields."""

    def hashed(*parts: str) -> str:
        return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    return (hashed("pair", account, address), PAIR), (hashed("address", address), ADDRESS)
