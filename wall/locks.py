"""The lock of a wall: while one person holds it, nobody else changes what is on air."""

from __future__ import annotations

from wall.answers import Asked, answer
from wall.errors import Refused
from wall.events import event
from wall.operation import COMMANDERS, Operation, WallArgs, on_wall
from wall.record import wall_record
from wall.standing import Lock
from wall.state import State, WallState


def refuse_others(asked: Asked, ws: WallState) -> None:
    """Raise Refused when somebody else holds the lock."""
    if ws.lock is not None and ws.lock.by != asked.by:
        raise Refused(
            "locked", f"wall {ws.wall.wall_id!r} is locked by {ws.lock.by}", lock=ws.lock.to_json()
        )


def _lock(state: State, asked: Asked, ws: WallState, args: WallArgs) -> None:
    """Take the lock; taking it again changes nothing."""
    refuse_others(asked, ws)
    if ws.lock is None:
        ws.lock = Lock(asked.by, state.now_ms)
    _answer(state, asked, ws)


def _unlock(state: State, asked: Asked, ws: WallState, args: WallArgs) -> None:
    """Give the lock back; an administrator may end another's."""
    if asked.actor is None or asked.actor.role != "administrator":
        refuse_others(asked, ws)
    ws.lock = None
    _answer(state, asked, ws)


def _answer(state: State, asked: Asked, ws: WallState) -> None:
    result = {"lock": ws.lock.to_json() if ws.lock is not None else None}
    then = event(state, f"wall.{ws.wall.wall_id}", "lock", result)
    answer(state, asked, result, changes=(wall_record(ws),), then=then)


OPERATIONS = {
    "wall.lock": Operation(WallArgs, COMMANDERS, on_wall(_lock)),
    "wall.unlock": Operation(WallArgs, COMMANDERS, on_wall(_unlock)),
}
