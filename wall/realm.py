"""What time it is in a realm, as the controller keeps and tells it; their names are in `realm`.

A wall shows live or an exercise; what was known at a minute is for consoles only. Pure.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

import realm
from realm import EXERCISE, LIVE
from wall.protocol import Instant
from wall.scene import WireModel

__all__ = ["EXERCISE", "LIVE", "RealmClock"]

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
        return realm.glass_ms(
            now_ms,
            at_ms=self.at_ms,
            glass_at_ms=self.glass_at_ms,
            speed=self.speed,
            to_ms=self.to_at_ms,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return self.model_dump(by_alias=True)
