"""Names of realms: which world data are of. Of the wire and of every key, so of all layers alike.

`live` is the room's own; `exercise:<id>` plays a recorded stretch again; `known:<minute>` is what
was known at one minute (UTC). Pure, and imports nothing of ours; not for what time it is there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

LIVE = "live"
EXERCISE = "exercise:"
KNOWN = "known:"
EXERCISE_ID = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
_KNOWN = re.compile(r"known:\d{8}T\d{4}Z")
_MINUTE = "%Y%m%dT%H%MZ"


def is_exercise(realm: str) -> bool:
    """Tell whether `realm` is one of an exercise."""
    return re.fullmatch(EXERCISE + EXERCISE_ID, realm) is not None


def is_beside(realm: str) -> bool:
    """Tell whether `realm` is one that is not live."""
    return is_exercise(realm) or known_at_ms(realm) is not None


def known_realm(at_ms: float) -> str:
    """Return the realm of what was known at an instant, to the minute it lies in."""
    return KNOWN + datetime.fromtimestamp(at_ms / 1000, UTC).strftime(_MINUTE)


def known_at_ms(realm: str) -> float | None:
    """Return the minute whose knowledge `realm` is; None of any other realm."""
    if _KNOWN.fullmatch(realm) is None:
        return None
    try:
        at = datetime.strptime(realm.removeprefix(KNOWN), _MINUTE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at.timestamp() * 1000


def glass_ms(
    now_ms: float, *, at_ms: float, glass_at_ms: float, speed: float, to_ms: float
) -> float:
    """Return what time it is at `now_ms` by a clock that said `glass_at_ms` at `at_ms`.

    From then on it runs `speed` times as fast, up to `to_ms`; a clock that went back stands still.
    """
    passed_ms = max(0.0, now_ms - at_ms) * speed
    return min(glass_at_ms + passed_ms, max(to_ms, glass_at_ms))
