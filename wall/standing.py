"""What stands on a wall and its outputs besides layers: preview, masks, lock, what was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wall.arrangement import Arrangement
from wall.classification import Classification
from wall.geometry import Output

Showing = tuple[str | None, str | None]  # scene, revision


@dataclass(slots=True)
class OutputState:
    """What is known of an output besides its place."""

    output: Output
    client_id: int | None = None
    last_seen_at_ms: float | None = None
    showing: Showing | None = None
    clock: dict[str, float] | None = None
    health: dict[str, Any] = field(default_factory=dict)
    tried_release: str | None = None  # it was last asked to load its page anew for


@dataclass(frozen=True, slots=True)
class Preview:
    """What an operator prepares on a wall."""

    arrangement: Arrangement
    by: str
    since_at_ms: float


@dataclass(frozen=True, slots=True)
class Mask:
    """A ceiling that stands over a wall's own for a while."""

    mask_id: str
    ceiling: Classification
    by: str
    since_at_ms: float
    until_at_ms: float | None

    def frame(self) -> dict[str, Any]:
        """Return the fields of `mask`."""
        until = {"untilAtMs": self.until_at_ms} if self.until_at_ms is not None else {}
        return {"maskId": self.mask_id, "ceiling": self.ceiling.to_json(), **until}

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, an entry of `masks`."""
        return {
            "maskId": self.mask_id,
            "ceiling": self.ceiling.to_json(),
            "by": self.by,
            "sinceAtMs": self.since_at_ms,
            "untilAtMs": self.until_at_ms,
        }


@dataclass(frozen=True, slots=True)
class Lock:
    """Who alone may change what is on air."""

    by: str
    since_at_ms: float

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"by": self.by, "sinceAtMs": self.since_at_ms}


@dataclass(slots=True)
class Changing:
    """To what a wall was last told to change, and at which instants (ms)."""

    showing: Showing = (None, None)
    latest_ms: float = 0.0  # of all told so far
    after_ms: float = 0.0  # the last to something else
