"""What the hub has said so far of one wall's proof, and what waits to be said in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wall.proof.picture import Picture
from wall.renders import Content

BATCH_MS = 3_000.0  # contents that change between switches are told together
LARGEST_BATCH = 500
STANDING_MS = 60_000.0  # the whole picture again: what a question begins from, and a sign of life
HEARD_EVERY_MS = 10_000.0  # of one output, however often it contradicts itself


@dataclass(slots=True)
class Ledger:
    """The running picture of a wall, as its chain tells it."""

    picture: Picture = field(default_factory=Picture)
    on_glass: dict[str, Content] = field(default_factory=dict)  # newest sent, by render
    changes: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Content] = field(default_factory=list)  # the contents of `changes`
    changes_since_ms: float = 0.0
    standing_at_ms: float | None = None  # None: not begun
    awaited: dict[str, str] = field(default_factory=dict)  # output -> switch it alone was told
    heard_at_ms: dict[str, float] = field(default_factory=dict)
