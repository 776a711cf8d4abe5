"""A change of a layer that was asked for: a switch when it is seen on air, else kept at once."""

from __future__ import annotations

from wall import contents, stage, switch
from wall.answers import Asked, answer
from wall.arrangement import Arrangement
from wall.effects import WallRecord
from wall.events import event
from wall.layers import Layer, LayerChange
from wall.record import wall_record
from wall.state import State, WallState


def ask(
    state: State,
    ws: WallState,
    change: LayerChange,
    *,
    terms: switch.Terms,
    asked: Asked,
    instead: switch.Instead | None = None,
) -> None:
    """Switch when the change is seen on air, else keep it as desired state; raises Refused."""
    if switch.is_seen(ws, change):
        switch.begin(state, ws, change, terms=terms, asked=asked, instead=instead)
        return
    after = change.applied_to(ws.layers)
    if change.layer is not None:
        above = contents.above_ceiling(state, ws, change.layer.arrangement)
        if above:
            raise stage.too_high(ws, above)
    if ws.pending is not None and ws.pending.change.name == change.name:
        switch.supersede(state, ws)  # or the older of the two would have the last word
    changes: tuple[WallRecord, ...] = ()
    if after != ws.layers:
        ws.apply(change)
        changes = (wall_record(ws),)
        contents.refresh_wanted(state)
    result = {
        "switchId": state.new_id("s"),
        "committed": True,
        "showAtMs": None,
        "outputs": [],
        "skewMs": None,
        "promisedSkewMs": None,
        "latencyMs": None,
    }
    name = "taken" if change.layer is not None else "cleared"
    told = {**result, "layer": change.name}
    then = event(state, f"wall.{ws.wall.wall_id}", name, told) if changes else ()
    answer(state, asked, result, changes=changes, then=then)


def new_layer(
    state: State, ws: WallState, arrangement: Arrangement, asked: Asked, *, is_held: bool
) -> Layer:
    """Return a layer set now by who asks; not held it ends after the wall's time."""
    hold_ms = ws.wall.manual_hold_min * 60_000
    until_ms = None if is_held else state.now_ms + hold_ms
    return Layer(arrangement, asked.by, state.now_ms, until_ms)
