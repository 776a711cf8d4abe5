"""What an operation is: its arguments, who may ask for it, and what does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from wall.answers import Asked
from wall.errors import Refused
from wall.protocol import Name
from wall.scene import WireModel
from wall.state import State, WallState

COMMANDERS = frozenset({"operator", "administrator"})
ADMINISTRATORS = frozenset({"administrator"})
READERS = frozenset({"operator", "leader", "presenter", "viewer", "administrator"})


class NoArgs(WireModel):
    """Of operations without arguments."""


class WallArgs(WireModel):
    """Of operations on a wall."""

    wall_id: Name


Args = TypeVar("Args", bound=WallArgs)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; with `service` it is that service's own, whoever it acts for."""

    args: type[WireModel]
    roles: frozenset[str]
    run: Callable[[State, Asked, Any], None]
    service: str | None = None

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing."""
        return self.roles is READERS


def find_wall(state: State, wall_id: str) -> WallState:
    """Return a wall; raises Refused."""
    ws = state.walls.get(wall_id)
    if ws is None:
        raise Refused("unknownWall", f"no wall {wall_id!r} here")
    return ws


def on_wall(
    run: Callable[[State, Asked, WallState, Args], None],
) -> Callable[[State, Asked, Args], None]:
    """Return what does an operation on the wall that its arguments name; raises Refused."""

    def found(state: State, asked: Asked, args: Args) -> None:
        run(state, asked, find_wall(state, args.wall_id), args)

    return found
