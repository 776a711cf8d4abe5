"""Realms: what time it is in one, and under which names its versions are published.

`live` is the room's own. `exercise:<id>` plays a recorded stretch again, `known:<minute>` is what
was known at one minute (UTC). A realm is part of every key; what is published of one that is not
live carries it in its name. Pure; not for who may choose a realm, nor for where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from realm import EXERCISE, LIVE, glass_ms, is_beside, is_exercise, known_at_ms, known_realm

__all__ = [
    "EXERCISE",
    "RealmClock",
    "is_beside",
    "is_exercise",
    "known_at_ms",
    "known_realm",
    "published",
    "read_published",
]


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
        return glass_ms(
            now_ms,
            at_ms=self.at_ms,
            glass_at_ms=self.glass_ms,
            speed=self.speed,
            to_ms=self.to_ms,
        )

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


def published(realm: str, aggregate: str) -> str:
    """Return the name under which versions of an aggregate are published."""
    return aggregate if realm == LIVE else f"{realm}:{aggregate}"


def read_published(name: str) -> tuple[str, str]:
    """Return (realm, aggregate) of a published name."""
    realm, _, aggregate = name.rpartition(":")
    return (realm or LIVE), aggregate
