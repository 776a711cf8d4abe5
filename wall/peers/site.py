"""What is known of another site: whether it is heard, its clock, and its walls as it told them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wall.peers.offset import OffsetClock

if TYPE_CHECKING:
    from wall.state import State

# What is done with the answer to a request: its body (`ok`, `result` or `error`).
Then = Callable[["State", dict[str, Any]], None]
LOST = {"ok": False, "error": {"code": "unavailable", "message": "the other site is not heard"}}


@dataclass(frozen=True, slots=True)
class Mirror:
    """A wall of the other site, as its own controller told it: newest term and number win."""

    epoch: int
    sequence: int
    wall: dict[str, Any]
    scene: dict[str, Any] | None  # on air there, whole; None: nothing is


@dataclass(slots=True)
class PeerSite:
    """Another site, seen over the link that this controller opened."""

    site_id: str
    is_connected: bool = False
    heard_at_ms: float | None = None
    epoch: int = 0
    clock: OffsetClock = field(default_factory=OffsetClock)
    ask_time_at_ms: float = 0.0
    row_at_ms: float = 0.0
    mirrors: dict[str, Mirror] = field(default_factory=dict)
    waiting: dict[str, Then] = field(default_factory=dict)

    def described(self, mirror: Mirror) -> dict[str, Any]:
        """Return a mirrored wall as `walls.list` has it."""
        peer = {"connected": self.is_connected, "asOfAtMs": self.heard_at_ms}
        return {**mirror.wall, "siteId": self.site_id, "peer": peer}


@dataclass(slots=True)
class Mirroring:
    """What peers were told last, and when they may be told again."""

    peers: set[int] = field(default_factory=set)  # clients of that kind
    sequence: int = 0
    told: dict[str, bytes] = field(default_factory=dict)  # wall -> what was told of it
    due_ms: float | None = None


def owner(state: State, wall_id: str) -> tuple[PeerSite, Mirror] | None:
    """Return the site whose wall this is, when it is not ours."""
    if wall_id in state.walls:
        return None
    for site in state.peers.values():
        mirror = site.mirrors.get(wall_id)
        if mirror is not None:
            return site, mirror
    return None


def described(state: State) -> list[dict[str, Any]]:
    """Return the walls of all other sites, as `walls.list` has them."""
    return [
        site.described(mirror)
        for site in state.peers.values()
        for wall_id, mirror in sorted(site.mirrors.items())
        if wall_id not in state.walls
    ]
