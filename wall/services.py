"""Operations of services: who may ask what, with which arguments, and which module does it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from wall import (
    change,
    contents,
    description,
    devices,
    glass,
    history,
    locks,
    masks,
    overlays,
    playing,
    rules,
    scenes,
    scheduling,
    stage,
)
from wall.answers import Asked, answer, answer_reading, refuse
from wall.errors import BadFields, InvalidScene, Refused
from wall.events import event
from wall.layers import LayerChange, LayerName
from wall.operation import (
    ADMINISTRATORS,
    COMMANDERS,
    READERS,
    NoArgs,
    Operation,
    WallArgs,
    find_wall,
)
from wall.peers import operations as peers
from wall.peers import outbound
from wall.peers.site import described, owner
from wall.proof import questions
from wall.protocol import Name, Request, ShowingFields, check
from wall.record import wall_record
from wall.scene import WireModel
from wall.state import Client, Preview, State, WallState
from wall.terms import TermsArgs


class HistoryArgs(WireModel):
    """Of `wall.history`."""

    wall_id: Name
    limit: Annotated[int, Field(ge=0, le=history.KEPT)] = 100


class PreviewArgs(WallArgs):
    """Of `wall.preview`."""

    scene_id: Name


class TakeArgs(TermsArgs):
    """Of `wall.take`."""

    scene_id: Name | None = None
    expect: ShowingFields | None = None
    layer: LayerName = "manual"
    hold: bool = False


class ClearArgs(TermsArgs):
    """Of `wall.clear`."""

    layer: LayerName


class ExtendArgs(WallArgs):
    """Of `wall.extend` (additive)."""

    layer: LayerName = "manual"


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
    newest = list(ws.history)[::-1][: args.limit]
    answer_reading(state, asked, {"switches": newest, **history.summary(ws.history)})


def _kinds(state: State, asked: Asked, args: NoArgs) -> None:
    answer_reading(state, asked, {"kinds": state.known_kinds})


def _preview(state: State, asked: Asked, args: PreviewArgs) -> None:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    arrangement = ws.arrange(scenes.find(ws, args.scene_id))
    above = contents.above_ceiling(state, ws, arrangement)
    if above:
        raise stage.too_high(ws, above)
    preview = Preview(arrangement, asked.by, state.now_ms)
    stage.begin(state, ws, preview, asked=asked)


def _take(state: State, asked: Asked, args: TakeArgs) -> None:
    ws = find_wall(state, args.wall_id)
    _refuse(state, asked, ws, args.layer, is_take=True)
    terms = args.terms()
    if args.expect is not None:
        seen = (
            args.expect.scene_id,
            None if args.expect.revision is None else str(args.expect.revision),
        )
        if seen != ws.program_showing():
            scene_id, revision = ws.program_showing()
            raise Refused(
                "conflict",
                f"on air is {scene_id!r} ({revision}), not what was expected",
                program={"sceneId": scene_id, "revision": revision},
            )
    if args.scene_id is not None:
        arrangement = ws.arrange(scenes.find(ws, args.scene_id))
    elif ws.preview is not None:
        arrangement = ws.preview.arrangement
    else:
        raise Refused("unknownScene", f"wall {args.wall_id!r} has no preview to take")
    is_held = args.hold or args.layer != "manual"
    layer = change.new_layer(state, ws, arrangement, asked, is_held=is_held)
    change.ask(state, ws, LayerChange(args.layer, layer), terms=terms, asked=asked)


def _refuse(state: State, asked: Asked, ws: WallState, layer: LayerName, *, is_take: bool) -> None:
    """Refuse who may not change this layer now; no lock holds an alarm of a rule."""
    if rules.is_rule(asked):
        rules.refuse_actor(state, asked, ws, layer, is_take=is_take)
    else:
        locks.refuse_others(asked, ws)


def _clear(state: State, asked: Asked, args: ClearArgs) -> None:
    ws = find_wall(state, args.wall_id)
    _refuse(state, asked, ws, args.layer, is_take=False)
    terms = args.terms()
    change.ask(state, ws, LayerChange(args.layer, None), terms=terms, asked=asked)


def _extend(state: State, asked: Asked, args: ExtendArgs) -> None:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    layer = ws.layers.get(args.layer)
    if layer is None:
        raise Refused("conflict", f"layer {args.layer!r} is not set on wall {args.wall_id!r}")
    if layer.until_at_ms is not None:
        until_ms = state.now_ms + ws.wall.manual_hold_min * 60_000
        playing.drop_step(state, ws, args.layer)
        layer = replace(layer, until_at_ms=until_ms)
        ws.layers = {**ws.layers, args.layer: layer}
    result = {"layer": args.layer, "untilAtMs": layer.until_at_ms}
    then = event(state, f"wall.{ws.wall.wall_id}", "extended", result)
    answer(state, asked, result, changes=(wall_record(ws),), then=then)


def _lock(state: State, asked: Asked, args: WallArgs) -> None:
    locks.lock(state, asked, find_wall(state, args.wall_id))


def _unlock(state: State, asked: Asked, args: WallArgs) -> None:
    locks.unlock(state, asked, find_wall(state, args.wall_id))


def _mask(state: State, asked: Asked, args: masks.MaskArgs) -> None:
    masks.put(state, asked, find_wall(state, args.wall_id), args)


def _unmask(state: State, asked: Asked, args: masks.UnmaskArgs) -> None:
    masks.remove(state, asked, find_wall(state, args.wall_id), args)


def _overlay(state: State, asked: Asked, args: overlays.OverlayArgs) -> None:
    overlays.put(state, asked, find_wall(state, args.wall_id), args)


def _freeze(state: State, asked: Asked, args: overlays.FreezeArgs) -> None:
    overlays.freeze(state, asked, find_wall(state, args.wall_id), args)


def _trim(state: State, asked: Asked, args: glass.TrimArgs) -> None:
    glass.trim(state, asked, find_wall(state, args.wall_id), args)


def _night(state: State, asked: Asked, args: glass.NightArgs) -> None:
    glass.night(state, asked, find_wall(state, args.wall_id), args)


def _orbit(state: State, asked: Asked, args: glass.OrbitArgs) -> None:
    glass.orbit(state, asked, find_wall(state, args.wall_id), args)


def _reload(state: State, asked: Asked, args: overlays.ReloadArgs) -> None:
    overlays.reload(state, asked, find_wall(state, args.wall_id), args)


def _put(state: State, asked: Asked, args: scenes.PutArgs) -> None:
    try:
        scenes.put(state, asked, find_wall(state, args.wall_id), args)
    except InvalidScene as error:
        more = {"rule": error.rule} | ({"tile": error.tile_id} if error.tile_id else {})
        raise Refused("invalidScene", str(error), **more) from error


def _delete(state: State, asked: Asked, args: scenes.DeleteArgs) -> None:
    scenes.delete(state, asked, find_wall(state, args.wall_id), args)


def _enroll(state: State, asked: Asked, args: devices.DeviceArgs) -> None:
    devices.enroll(state, asked, find_wall(state, args.wall_id), args)


def _revoke(state: State, asked: Asked, args: devices.DeviceArgs) -> None:
    devices.revoke(state, asked, find_wall(state, args.wall_id), args)


def _token(state: State, asked: Asked, args: devices.DeviceArgs) -> None:
    devices.token(state, asked, find_wall(state, args.wall_id), args)


OPERATIONS = {
    "walls.list": Operation(NoArgs, READERS, _list),
    "wall.state": Operation(WallArgs, READERS, _state),
    "wall.history": Operation(HistoryArgs, READERS, _history),
    "tiles.kinds": Operation(NoArgs, READERS, _kinds),
    "wall.preview": Operation(PreviewArgs, COMMANDERS, _preview),
    "wall.take": Operation(TakeArgs, COMMANDERS, _take),
    "wall.clear": Operation(ClearArgs, COMMANDERS, _clear),
    "wall.extend": Operation(ExtendArgs, COMMANDERS, _extend),
    **peers.OPERATIONS,
    "wall.lock": Operation(WallArgs, COMMANDERS, _lock),
    "wall.unlock": Operation(WallArgs, COMMANDERS, _unlock),
    "wall.mask": Operation(masks.MaskArgs, COMMANDERS, _mask),
    "wall.unmask": Operation(masks.UnmaskArgs, COMMANDERS, _unmask),
    "wall.overlay": Operation(overlays.OverlayArgs, COMMANDERS, _overlay),
    "wall.freeze": Operation(overlays.FreezeArgs, COMMANDERS, _freeze),
    "wall.reload": Operation(overlays.ReloadArgs, COMMANDERS, _reload),
    "wall.trim": Operation(glass.TrimArgs, ADMINISTRATORS, _trim),
    "wall.night": Operation(glass.NightArgs, COMMANDERS, _night),
    "wall.orbit": Operation(glass.OrbitArgs, COMMANDERS, _orbit),
    "scene.put": Operation(scenes.PutArgs, COMMANDERS, _put),
    "scene.delete": Operation(scenes.DeleteArgs, COMMANDERS, _delete),
    **playing.OPERATIONS,
    **scheduling.OPERATIONS,
    **rules.OPERATIONS,
    **questions.OPERATIONS,
    "device.enroll": Operation(devices.DeviceArgs, ADMINISTRATORS, _enroll),
    "device.revoke": Operation(devices.DeviceArgs, ADMINISTRATORS, _revoke),
    "device.token": Operation(devices.DeviceArgs, ADMINISTRATORS, _token),
}
