"""What lies above a scene or holds it: identify, test pattern, banner; freeze; planned reload."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from wall import banners
from wall.answers import Asked, answer
from wall.errors import Refused
from wall.events import event
from wall.operation import COMMANDERS, Operation, WallArgs, on_wall
from wall.proof import witness
from wall.protocol import Instant, Name
from wall.record import wall_record
from wall.state import Client, State, WallState

Words = Annotated[str, Field(max_length=500)]
OverlayKind = Literal["identify", "testPattern", "banner"]
Part = Literal["grid", "lines", "colours", "text", "flash", "counter"]  # of the test pattern


class OverlayArgs(WallArgs):
    """Of `wall.overlay`: on one output, or on all and the views."""

    kind: OverlayKind | Literal["clear"]
    output_id: Name | None = None
    text: Words | dict[Literal["vi", "en"], Words] | None = None
    parts: Annotated[list[Part], Field(min_length=1, max_length=10)] | None = None
    until_at_ms: Instant | None = None


class FreezeArgs(WallArgs):
    """Of `wall.freeze`."""

    on: bool


class ReloadArgs(WallArgs):
    """Of `wall.reload`: one output, or all and the views."""

    output_id: Name | None = None
    reason: Words = "asked"
    reload_at_ms: Instant | None = None


def join(state: State, ws: WallState, client: Client) -> None:
    """Tell a client what lies above the scene where it is."""
    _lay(state, ws, client)
    if ws.is_frozen:
        state.send([client.client_id], "freeze", {"on": True})


def describe(state: State, ws: WallState) -> list[dict[str, Any]]:
    """Return what was put over the scenes and is not over yet, as a wall is told of."""
    return [
        {**fields, "outputId": place or None}
        for (_, place), fields in ws.overlays.items()
        if fields.get("untilAtMs") is None or fields["untilAtMs"] > state.now_ms
    ]


def _put(state: State, asked: Asked, ws: WallState, args: OverlayArgs) -> None:
    """Show an overlay until its time or until it is cleared; `clear` ends all of them there."""
    _refuse_unknown(ws, args.output_id)
    if args.kind == "banner" and not args.text:
        raise Refused("invalidArgs", "text: is missing, expected with kind 'banner'")
    place = args.output_id or ""
    if args.kind == "clear":
        ws.overlays = {key: each for key, each in ws.overlays.items() if place and key[1] != place}
        fields: dict[str, Any] = {"kind": "clear"}
    else:
        fields = {"kind": args.kind}
        fields |= {"text": args.text} if args.text else {}
        fields |= {"parts": args.parts} if args.parts and args.kind == "testPattern" else {}
        fields |= {"untilAtMs": args.until_at_ms} if args.until_at_ms is not None else {}
        ws.overlays = {**ws.overlays, (args.kind, place): fields}
    told = {**fields, "outputId": args.output_id, "by": asked.by}
    witness.noted(state, ws, "overlay", told)
    to = _clients(state, ws, args.output_id)
    if args.kind == "banner":
        banners.put(state, ws, to)
    else:
        state.send([each.client_id for each in to], "overlay", _frame(ws, fields))
    if args.kind == "clear":
        for client in to:  # what lies on all outputs, and what the controller says
            _lay(state, ws, client)
    _answer(state, asked, ws, "overlay", {**fields, "outputId": args.output_id}, to)


def _freeze(state: State, asked: Asked, ws: WallState, args: FreezeArgs) -> None:
    """Hold the picture of all displays of a wall, or let it go on."""
    ws.is_frozen = args.on
    witness.noted(state, ws, "freeze", {"on": args.on, "by": asked.by})
    to = _clients(state, ws, None)
    state.send([each.client_id for each in to], "freeze", {"on": args.on})
    _answer(state, asked, ws, "freeze", {"on": args.on}, to)


def _reload(state: State, asked: Asked, ws: WallState, args: ReloadArgs) -> None:
    """Let displays load their page anew, at one instant."""
    _refuse_unknown(ws, args.output_id)
    at_ms = args.reload_at_ms if args.reload_at_ms is not None else state.now_ms
    fields = {"reason": args.reason, "reloadAtMs": at_ms}
    to = _clients(state, ws, args.output_id)
    state.send([each.client_id for each in to], "reload", fields)
    _answer(state, asked, ws, "reload", {**fields, "outputId": args.output_id}, to)


def _lay(state: State, ws: WallState, client: Client) -> None:
    place = client.output_id or ""
    banner = banners.banner(state, ws, place)
    for fields in [*banners.others(state, ws, place), *([banner] if banner is not None else [])]:
        state.send([client.client_id], "overlay", _frame(ws, fields))


def _frame(ws: WallState, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `overlay`: a test pattern tells where the others are, too."""
    if fields["kind"] != "testPattern":
        return fields
    outputs = [
        {"outputId": output_id, "rectPx": each.output.rect.to_json()}
        for output_id, each in ws.outputs.items()
    ]
    return {**fields, "outputs": outputs}


def _answer(
    state: State,
    asked: Asked,
    ws: WallState,
    name: str,
    told: dict[str, Any],
    to: list[Client],
) -> None:
    outputs = [each.output_id for each in to if each.output_id is not None]
    then = event(state, f"wall.{ws.wall.wall_id}", name, told)
    answer(state, asked, {"outputs": outputs}, changes=(wall_record(ws),), then=then)


def _clients(state: State, ws: WallState, output_id: str | None) -> list[Client]:
    members = state.members(ws)
    return [each for each in members if output_id is None or each.output_id == output_id]


def _refuse_unknown(ws: WallState, output_id: str | None) -> None:
    if output_id is not None and output_id not in ws.outputs:
        raise Refused("unknownOutput", f"wall {ws.wall.wall_id!r} has no output {output_id!r}")


OPERATIONS = {
    "wall.overlay": Operation(OverlayArgs, COMMANDERS, on_wall(_put)),
    "wall.freeze": Operation(FreezeArgs, COMMANDERS, on_wall(_freeze)),
    "wall.reload": Operation(ReloadArgs, COMMANDERS, on_wall(_reload)),
}
