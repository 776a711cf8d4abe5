"""Previewing, taking, clearing and extending on one wall: what is asked, by whom, and when not."""

from __future__ import annotations

from dataclasses import replace

from wall import change, contents, locks, masks, playing, rules, scenes, stage
from wall.answers import Asked, answer
from wall.classification import Classification, ClassificationFields
from wall.errors import Refused
from wall.events import event
from wall.layers import LayerName
from wall.operation import COMMANDERS, Operation, WallArgs, on_wall
from wall.protocol import Name, ShowingFields
from wall.record import wall_record
from wall.standing import Preview
from wall.state import State, WallState
from wall.terms import TermsArgs


class PreviewArgs(WallArgs):
    """Of `wall.preview`."""

    scene_id: Name


class TakeArgs(TermsArgs):
    """Of `wall.take`."""

    scene_id: Name | None = None
    expect: ShowingFields | None = None
    layer: LayerName = "manual"
    hold: bool = False
    ceiling: ClassificationFields | None = None


class ClearArgs(TermsArgs):
    """Of `wall.clear`."""

    layer: LayerName


class ExtendArgs(WallArgs):
    """Of `wall.extend` (additive)."""

    layer: LayerName = "manual"


def refuse_others(
    state: State, asked: Asked, ws: WallState, layer: LayerName, *, is_take: bool
) -> None:
    """Refuse who may not change this layer now; no lock holds an alarm of a rule."""
    if rules.is_rule(asked):
        rules.refuse_actor(state, asked, ws, layer, is_take=is_take)
    else:
        locks.refuse_others(asked, ws)


def _preview(state: State, asked: Asked, ws: WallState, args: PreviewArgs) -> None:
    locks.refuse_others(asked, ws)
    arrangement = ws.arrange(scenes.find(ws, args.scene_id))
    above = contents.above_ceiling(state, ws, arrangement)
    if above:
        raise stage.too_high(ws, above)
    stage.begin(state, ws, Preview(arrangement, asked.by, state.now_ms), asked=asked)


def _take(state: State, asked: Asked, ws: WallState, args: TakeArgs) -> None:
    refuse_others(state, asked, ws, args.layer, is_take=True)
    terms = args.terms()
    if args.expect is not None:
        _refuse_unexpected(ws, args.expect)
    if args.scene_id is not None:
        arrangement = ws.arrange(scenes.find(ws, args.scene_id))
    elif ws.preview is not None:
        arrangement = ws.preview.arrangement
    else:
        raise Refused("unknownScene", f"wall {args.wall_id!r} has no preview to take")
    taken = change.taken(state, ws, arrangement, asked, layer=args.layer, hold=args.hold)
    if args.ceiling is not None:
        if args.layer != "presenter":
            raise Refused("invalidArgs", "ceiling: is a conference's, expected layer 'presenter'")
        masks.begin_conference(state, ws, Classification.of(args.ceiling), asked)
    change.ask(state, ws, taken, terms=terms, asked=asked)


def _refuse_unexpected(ws: WallState, expect: ShowingFields) -> None:
    seen = expect.scene_id, None if expect.revision is None else str(expect.revision)
    if seen != ws.program_showing():
        scene_id, revision = ws.program_showing()
        raise Refused(
            "conflict",
            f"on air is {scene_id!r} ({revision}), not what was expected",
            program={"sceneId": scene_id, "revision": revision},
        )


def _clear(state: State, asked: Asked, ws: WallState, args: ClearArgs) -> None:
    refuse_others(state, asked, ws, args.layer, is_take=False)
    change.ask(state, ws, change.cleared(ws, args.layer), terms=args.terms(), asked=asked)


def _extend(state: State, asked: Asked, ws: WallState, args: ExtendArgs) -> None:
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


OPERATIONS = {
    "wall.preview": Operation(PreviewArgs, COMMANDERS, on_wall(_preview)),
    "wall.take": Operation(TakeArgs, COMMANDERS, on_wall(_take)),
    "wall.clear": Operation(ClearArgs, COMMANDERS, on_wall(_clear)),
    "wall.extend": Operation(ExtendArgs, COMMANDERS, on_wall(_extend)),
}
