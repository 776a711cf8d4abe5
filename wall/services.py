"""Operations of services: who may ask what, with which arguments, and which module does it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from wall import (
    description,
    devices,
    exercises,
    glass,
    history,
    known,
    locks,
    masks,
    overlays,
    playing,
    realms,
    rules,
    scenes,
    scheduling,
    takes,
)
from wall.answers import Asked, answer_reading, refuse
from wall.errors import BadFields, Refused
from wall.operation import COMMANDERS, READERS, NoArgs, Operation, WallArgs, find_wall
from wall.peers import operations as peers
from wall.peers import outbound
from wall.peers.site import described, owner
from wall.proof import questions
from wall.protocol import Request, check
from wall.state import Client, State


class HistoryArgs(WallArgs):
    """Of `wall.history`."""

    limit: Annotated[int, Field(ge=0, le=history.KEPT)] = 100


def handle(state: State, client: Client, request: Request) -> None:
    """Do what a service asks, or refuse it."""
    asked = Asked(
        client.client_id, request.request_id, request.op, request.args, request.actor, state.now_ms
    )
    operation = OPERATIONS.get(request.op)
    if operation is None:
        known = Refused("unknownOp", f"no operation {request.op!r} here")
        refuse(state, asked, known, is_command=False)
        return
    found = owner(state, str(request.args.get("wallId")))
    if found is not None and client.kind == "service" and request.op != "wall.state":
        outbound.forward(state, found[0], asked)
        return
    try:
        if operation.service is None:
            _refuse_role(state, asked, operation)
        elif operation.service != client.service:
            raise Refused("forbidden", f"only the service {operation.service} may {request.op}")
        try:
            args = check(operation.args, request.args)
        except BadFields as error:
            raise Refused("invalidArgs", str(error)) from error
        operation.run(state, asked, args)
    except Refused as refused:
        refuse(state, asked, refused, is_command=not operation.is_reading)


def forbid(state: State, client: Client, request: Request) -> None:
    """Refuse a request of whoever is no service."""
    asked = Asked(client.client_id, request.request_id, request.op, {}, None, state.now_ms)
    refused = Refused("forbidden", "only services may ask")
    refuse(state, asked, refused, is_command=False)


def _refuse_role(state: State, asked: Asked, operation: Operation) -> None:
    if operation.is_reading and asked.actor is None:
        return
    role = asked.actor.role if asked.actor is not None else None
    if role in operation.roles:
        return
    named = _walls_of(asked.args)
    # What a role may do with another site's wall that site says: it is asked for that role.
    concerned = [state.walls.get(each) for each in named if owner(state, each) is None]
    is_given = all(ws is not None and role in ws.wall.control for ws in concerned)
    if operation.roles is COMMANDERS and named and is_given:
        return
    raise Refused("forbidden", f"role {role!r} may not ask for {asked.op}")


def _walls_of(args: dict[str, Any]) -> list[str]:
    """Return the walls that unchecked arguments name."""
    takes = args.get("takes")
    named = [args.get("wallId")] if not isinstance(takes, list) else []
    named += [each.get("wallId") for each in takes or () if isinstance(each, dict)]
    return [each for each in named if isinstance(each, str)]


def _list(state: State, asked: Asked, args: NoArgs) -> None:
    walls = [description.describe(state, ws, is_whole=False) for ws in state.walls.values()]
    walls += described(state)
    answer_reading(state, asked, {"walls": walls})


def _state(state: State, asked: Asked, args: WallArgs) -> None:
    found = owner(state, args.wall_id)
    if found is not None and found[0].is_connected:
        outbound.forward(state, found[0], asked)
        return
    if found is not None:
        answer_reading(state, asked, found[0].described(found[1]))
        return
    ws = find_wall(state, args.wall_id)
    answer_reading(state, asked, description.describe(state, ws, is_whole=True))


def _history(state: State, asked: Asked, args: HistoryArgs) -> None:
    ws = find_wall(state, args.wall_id)
    newest = ws.history.newest(args.limit)
    answer_reading(state, asked, {"switches": newest, **ws.history.summary()})


def _kinds(state: State, asked: Asked, args: NoArgs) -> None:
    answer_reading(state, asked, {"kinds": state.known_kinds})


OPERATIONS = {
    "walls.list": Operation(NoArgs, READERS, _list),
    "wall.state": Operation(WallArgs, READERS, _state),
    "wall.history": Operation(HistoryArgs, READERS, _history),
    "tiles.kinds": Operation(NoArgs, READERS, _kinds),
    **takes.OPERATIONS,
    **peers.OPERATIONS,
    **locks.OPERATIONS,
    **masks.OPERATIONS,
    **overlays.OPERATIONS,
    **glass.OPERATIONS,
    **scenes.OPERATIONS,
    **playing.OPERATIONS,
    **scheduling.OPERATIONS,
    **rules.OPERATIONS,
    **exercises.OPERATIONS,
    **realms.OPERATIONS,
    **known.OPERATIONS,
    **questions.OPERATIONS,
    **devices.OPERATIONS,
}
