"""That a wall follows a wall of another site; what it does is `wall.peers.follow`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Following:
    """Which wall is followed, since when and on whose word."""

    of: str
    by: str
    since_at_ms: float

    @property
    def sign(self) -> str:
        """Who set a layer for it, in `by`."""
        return f"follow:{self.of}"

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"of": self.of, "by": self.by, "sinceAtMs": self.since_at_ms}
