"""A change of a layer, asked for or the controller's own: a switch when seen, else at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wall import contents, stage, switch
from wall.answers import Asked, answer
from wall.arrangement import Arrangement
from wall.effects import Change, Effect, Persist
from wall.events import event
from wall.layers import Layer, LayerChange, LayerName, event_of
from wall.peers.following import Following
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
    change = ws.laid(change)
    if switch.is_seen(ws, change):
        switch.begin(state, ws, change, terms=terms, asked=asked, instead=instead)
        return
    refuse_too_high(state, ws, change)
    supersede_same(state, ws, change)
    kept = keep(state, ws, change)
    answer(state, asked, kept.result, changes=kept.changes, then=kept.then)


def own(
    state: State,
    ws: WallState,
    change: LayerChange,
    *,
    terms: switch.Terms | None = None,
    instead: switch.Instead | None = None,
) -> None:
    """Make the controller's own change of a layer: a switch when another picture is seen, else at
    once.

    Call it while nothing is pending: what a person asked for is not superseded by this.
    """
    change = ws.laid(change)
    held = ws.held(change)
    is_same = (
        held is not None
        and change.layer is not None
        and (held.arrangement is change.layer.arrangement)
    )
    if switch.is_seen(ws, change) and not is_same:
        terms = terms or switch.Terms()
        switch.begin(state, ws, change, terms=terms, asked=None, instead=instead)
        return
    ws.apply(change)
    state.effects.append(Persist((wall_record(ws),)))
    contents.refresh_wanted(state)


@dataclass(frozen=True, slots=True)
class Kept:
    """A change that is not seen on air: its result as of a switch, what is to be written, told."""

    result: dict[str, Any]
    changes: tuple[Change, ...]
    then: tuple[Effect, ...]


def refuse_too_high(state: State, ws: WallState, change: LayerChange) -> None:
    """Raise Refused when a scene is above what the wall may show."""
    layer = ws.laid(change).layer
    if layer is not None:
        above = contents.above_ceiling(state, ws, layer.arrangement)
        if above:
            raise stage.too_high(ws, above)


def supersede_same(state: State, ws: WallState, change: LayerChange) -> None:
    """Drop a pending switch of the same layer, or the older of the two would have the last word."""
    if ws.pending is not None and ws.pending.change.name == change.name:
        switch.supersede(state, ws)


def keep(state: State, ws: WallState, change: LayerChange) -> Kept:
    """Make a change that is not seen on air the desired state."""
    changes: tuple[Change, ...] = ()
    is_moved = change.realm is not None and change.realm != ws.realm
    if is_moved or ws.after(change) != ws.layers:
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
    told = {**result, "layer": change.name, "realm": ws.realm}
    topic = f"wall.{ws.wall.wall_id}"
    then = event(state, topic, event_of(change), told) if changes else ()
    return Kept(result, changes, tuple(then))


def taken(
    state: State,
    ws: WallState,
    arrangement: Arrangement,
    asked: Asked,
    *,
    layer: LayerName,
    hold: bool,
) -> LayerChange:
    """Return a layer's change by who asks; a manual one ends after the wall's time, unless held."""
    hold_ms = ws.wall.manual_hold_min * 60_000
    until_ms = None if hold or layer != "manual" else state.now_ms + hold_ms
    set_now = Layer(arrangement, asked.by, state.now_ms, until_ms)
    return LayerChange(layer, set_now, ends=ended(ws, layer))


def cleared(ws: WallState, layer: LayerName) -> LayerChange:
    """Return a layer's clearing by who asks."""
    return LayerChange(layer, None, ends=ended(ws, layer))


def ended(ws: WallState, layer: LayerName) -> Following | None:
    """Return the following that ends when a person changes this layer."""
    return ws.following if layer == "manual" else None
