"""Realms: which world a number is of, and what time it is there.

`live` is the room's own. `exercise:<id>` plays a recorded stretch again, `known:<minute>` is what
was known at one minute (UTC). A realm is part of every key; what is published of one that is not
live carries it in its name. Pure; not for who may choose a realm, nor for where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data_access.envelope import LIVE

EXERCISE = "exercise:"
KNOWN = "known:"
_EXERCISE = re.compile(r"exercise:[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_KNOWN = re.compile(r"known:\d{8}T\d{4}Z")
_MINUTE = "%Y%m%dT%H%MZ"
MINUTE_MS = 60_000.0


@dataclass(frozen=True, slots=True)
class RealmClock:
    """At `at_ms` it is `glass_ms` there; from then on `speed` times as fast, up to `to_ms`.

    A speed of 0 stands still. `at_ms` is an instant of whoever asks, the others are the realm's.
    """

    at_ms: float
    glass_ms: float
    speed: float
    to_ms: float

    def glass(self, now_ms: float) -> float:
        """Return what time it is in the realm at `now_ms`; a clock that went back stands still."""
        passed_ms = max(0.0, now_ms - self.at_ms) * self.speed
        return min(self.glass_ms + passed_ms, max(self.to_ms, self.glass_ms))

    @classmethod
    def of(cls, body: Mapping[str, Any], *, behind_ms: float = 0.0) -> RealmClock:
        """Read the wire form; `behind_ms` is by how much whoever asks is behind the shared clock.

        Raises KeyError, TypeError or ValueError.
        """
        return cls(
            at_ms=float(body["atMs"]) - behind_ms,
            glass_ms=float(body["glassAtMs"]),
            speed=float(body["speed"]),
            to_ms=float(body["toAtMs"]),
        )


def is_exercise(realm: str) -> bool:
    """Tell whether `realm` is one of an exercise."""
    return _EXERCISE.fullmatch(realm) is not None


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


def published(realm: str, aggregate: str) -> str:
    """Return the name under which versions of an aggregate are published."""
    return aggregate if realm == LIVE else f"{realm}:{aggregate}"


def read_published(name: str) -> tuple[str, str]:
    """Return (realm, aggregate) of a published name."""
    realm, _, aggregate = name.rpartition(":")
    return (realm or LIVE), aggregate
