"""Realms: which world a wall shows, and what time it is there.

`live` is the room's own; `exercise:<id>` plays a recorded stretch again; `known:<minute>` is what
was known at one minute, for consoles only. Pure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from wall.protocol import Instant
from wall.scene import WireModel

LIVE = "live"
EXERCISE = "exercise:"
KNOWN = "known:"
EXERCISE_ID = r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$"
_KNOWN = re.compile(r"known:\d{8}T\d{4}Z")
_MINUTE = "%Y%m%dT%H%MZ"

Speed = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


class RealmClock(WireModel):
    """At `atMs` it is `glassAtMs` there; from then on `speed` times as fast, up to `toAtMs`.

    A speed of 0 stands still.
    """

    at_ms: Instant
    glass_at_ms: Instant
    speed: Speed
    to_at_ms: Instant

    @classmethod
    def set(cls, now_ms: float, glass_ms: float, *, speed: float, to_ms: float) -> RealmClock:
        """Return the clock that is set at `now_ms`."""
        fields = {"atMs": now_ms, "glassAtMs": glass_ms, "speed": speed, "toAtMs": to_ms}
        return cls.model_validate(fields)

    def glass_ms(self, now_ms: float) -> float:
        """Return what time it is there at an instant of the shared clock."""
        passed_ms = max(0.0, now_ms - self.at_ms) * self.speed
        return min(self.glass_at_ms + passed_ms, max(self.to_at_ms, self.glass_at_ms))

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return self.model_dump(by_alias=True)


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
