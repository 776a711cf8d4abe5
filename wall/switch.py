"""A switch: prepare everywhere, commit at one instant, hear when each output showed it.

rendering -> preparing -> committed. Not yet committed, it can be aborted and leaves no trace on
glass; committed, it is the wall's desired state and only answers are still gathered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import orjson

from wall import clock, contents, exercises, joining, outcome
from wall.answers import Asked, refuse
from wall.arrangement import Arrangement
from wall.effects import Persist
from wall.errors import Refused
from wall.layers import LayerChange, on_air
from wall.proof import witness
from wall.protocol import Ready, Shown, encode
from wall.realm import LIVE
from wall.record import wall_record
from wall.stage import too_high
from wall.standing import Showing
from wall.state import Client, State, WallState

if TYPE_CHECKING:
    from wall.salvo import Salvo

LONGEST_TRANSITION_MS = {"cut": 0.0, "fade": 300.0, "stagger": 1_500.0}  # longer ones are cut
Instead = Callable[[Refused], None]
Policy = Literal["all", "quorum", "bestEffort"]
SETTLE_MS = 2_000.0
SHARE_FOR_RENDERING = 0.6  # of the time to the deadline; the rest is for the clients to paint


@dataclass(frozen=True, slots=True)
class Terms:
    """How a switch was asked to go."""

    policy: Policy = "bestEffort"
    min_outputs: int | None = None
    deadline_ms: float = 1_000.0
    transition_kind: str = "cut"
    transition_ms: float = 0.0


@dataclass(slots=True)
class Switch:
    """One switch of one wall."""

    switch_id: str
    change: LayerChange
    arrangement: Arrangement | None  # None: nothing will be on air
    layer: str | None
    terms: Terms
    asked: Asked | None  # None: the controller's own, at the end of a layer's time
    begun_at_ms: float
    salvo: Salvo | None = None  # the walls it is committed together with
    instead: Instead | None = None  # what is done when a tile turns out to be above the ceiling
    is_prepared: bool = False
    outputs: dict[int, str] = field(default_factory=dict)  # outputs that take part
    others: set[int] = field(default_factory=set)  # views: they change along, nobody waits
    waiting: set[int] = field(default_factory=set)  # outputs yet to answer prepare
    failed: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    show_at_ms: float = 0.0
    promised_skew_ms: float | None = None  # None: not every output's clock is known
    unshown: set[int] = field(default_factory=set)  # outputs yet to answer commit
    shown: dict[int, Shown] = field(default_factory=dict)

    @property
    def deadline_at_ms(self) -> float:
        """Until when clients may prepare."""
        return self.begun_at_ms + self.terms.deadline_ms

    @property
    def render_by_ms(self) -> float:
        """Until when content is waited for."""
        return self.begun_at_ms + self.terms.deadline_ms * SHARE_FOR_RENDERING

    @property
    def showing(self) -> Showing:
        """Which scene it brings on air; (None, None) when nothing will be."""
        if self.arrangement is None:
            return None, None
        return self.arrangement.scene.scene_id, self.arrangement.revision

    @property
    def realm(self) -> str:
        """Of which realm what it brings on air is."""
        return LIVE if self.arrangement is None else self.arrangement.realm

    def includes(self, client_id: int) -> bool:
        """Tell whether this client was sent the prepare."""
        return client_id in self.outputs or client_id in self.others


def begin(
    state: State,
    ws: WallState,
    change: LayerChange,
    *,
    terms: Terms,
    asked: Asked | None,
    salvo: Salvo | None = None,
    instead: Instead | None = None,
) -> None:
    """Start a switch to what is on air after `change`; raises Refused.

    One of a salvo is only put in place: `advance` it when all of the salvo are.
    """
    change = ws.laid(change)
    program = on_air(ws.after(change))
    switch = Switch(
        switch_id=state.new_id("s"),
        change=change,
        arrangement=program[1].arrangement if program is not None else None,
        layer=program[0] if program is not None else None,
        terms=terms,
        asked=asked,
        begun_at_ms=asked.at_ms if asked is not None else state.now_ms,
        salvo=salvo,
        instead=instead,
    )
    online = set(ws.online().values())
    offline = [each for each in ws.outputs if each not in online]
    if terms.policy == "all" and offline:
        raise outcome.not_met(switch, f"outputs {', '.join(offline)} are offline", ws)
    if switch.arrangement is not None and asked is not None:
        above = contents.above_ceiling(state, ws, switch.arrangement)
        if above:
            raise too_high(ws, above)
    if salvo is not None:
        salvo.switches[ws.wall.wall_id] = switch
        return
    put(state, ws, switch)
    contents.refresh_wanted(state)
    advance(state, ws)


def is_seen(ws: WallState, change: LayerChange) -> bool:
    """Tell whether a change is of the layer that is on air, or of the one that will be."""
    change = ws.laid(change)
    before, after = on_air(ws.layers), on_air(ws.after(change))
    if change.realm is not None and change.realm != ws.realm:
        pictures = [None if each is None else each[1].arrangement for each in (before, after)]
        return pictures[0] is not pictures[1]
    return any(each is not None and each[0] == change.name for each in (before, after))


def put(state: State, ws: WallState, switch: Switch) -> None:
    """Make a switch the wall's pending one; the one before is superseded."""
    supersede(state, ws)
    ws.pending = switch


def supersede(state: State, ws: WallState) -> None:
    """Drop the wall's pending switch, if there is one, for a newer change."""
    if ws.pending is not None:
        newer = Refused("superseded", "a newer take was asked for", switchId=ws.pending.switch_id)
        abort(state, ws, ws.pending, "superseded", newer)


def advance(state: State, ws: WallState) -> None:
    """Take every step that is due: prepare, commit or abort, and answers of those committed."""
    switch = ws.pending
    if switch is not None and not switch.is_prepared:
        is_rendered = contents.is_ready(state, switch.arrangement)
        if is_rendered or state.now_ms >= switch.render_by_ms:
            _prepare(state, ws, switch)
    if switch is not None and ws.pending is switch and switch.is_prepared:
        _decide(state, ws, switch)
    for each in list(ws.settling):
        if not each.unshown or state.now_ms >= each.show_at_ms + SETTLE_MS:
            ws.settling.remove(each)
            outcome.tell(state, ws, each)


def ready(state: State, ws: WallState, client: Client, fields: Ready) -> None:
    """Note a client's answer to prepare; a repeat changes nothing."""
    is_failed = fields.status == "failed"
    switch = ws.pending
    if switch is not None and fields.switch_id == switch.switch_id:
        if client.client_id in switch.waiting or client.client_id in switch.others:
            switch.waiting.discard(client.client_id)
            if is_failed:
                switch.failed.add(client.client_id)
            advance(state, ws)
        return
    for each in ws.settling:
        if fields.switch_id == each.switch_id:
            if is_failed and client.client_id in each.unshown:
                each.failed.add(client.client_id)
                each.unshown.discard(client.client_id)
                joining.failed(state, client, each.switch_id)
                advance(state, ws)
            return
    if is_failed and fields.switch_id.startswith("j"):
        joining.failed(state, client, fields.switch_id)


def shown(state: State, ws: WallState, client: Client, fields: Shown) -> None:
    """Note when a client showed a switch; a repeat changes nothing."""
    if client.brought is not None and fields.switch_id == client.brought[0]:
        client.showing, client.shown_id = client.brought[1], fields.switch_id
        witness.shown(state, ws, client, fields, in_time_ms=outcome.IN_TIME_MS)
    for switch in ws.settling:
        if fields.switch_id == switch.switch_id and switch.includes(client.client_id):
            client.showing, client.shown_id = switch.showing, fields.switch_id
        if fields.switch_id == switch.switch_id and client.client_id in switch.unshown:
            if not outcome.is_possible(fields, switch.show_at_ms, state.now_ms):
                state.counts["shownImpossible"] += 1
                return
            switch.unshown.discard(client.client_id)
            switch.shown[client.client_id] = fields
            advance(state, ws)
            return


def left(state: State, ws: WallState, client_id: int) -> None:
    """Wait no longer for a client that has gone."""
    for switch in (ws.pending, *ws.settling):
        if switch is not None and switch.includes(client_id):
            switch.gone.add(client_id)
            switch.waiting.discard(client_id)
            switch.unshown.discard(client_id)
            switch.others.discard(client_id)
            switch.failed.discard(client_id)


def next_ms(ws: WallState) -> float | None:
    """Return when a step is due whatever happens."""
    times = [each.show_at_ms + SETTLE_MS for each in ws.settling]
    if ws.pending is not None:
        switch = ws.pending
        due_ms = switch.deadline_at_ms
        if switch.salvo is not None:
            due_ms = switch.salvo.due_ms(ws, due_ms)
        times.append(due_ms if switch.is_prepared else switch.render_by_ms)
    return min(times, default=None)


def _prepare(state: State, ws: WallState, switch: Switch) -> None:
    has_say = switch.asked is not None or switch.instead is not None
    if switch.arrangement is not None and has_say:
        above = contents.above_ceiling(state, ws, switch.arrangement)
        if above:
            abort(state, ws, switch, "failed", too_high(ws, above))
            return
    switch.is_prepared = True
    switch.outputs = ws.online()
    switch.waiting = set(switch.outputs)
    members = [each for each in state.members(ws) if not each.is_preview]
    switch.others = {each.client_id for each in members} - set(switch.outputs)
    stage_id = _stage_id(ws, switch)
    by_stage: list[Client] = []
    by_tiles: list[Client] = []
    for client in members:
        has_staged = stage_id is not None and client.staged_id == stage_id
        (by_stage if has_staged else by_tiles).append(client)
    fields = {
        "switchId": switch.switch_id,
        "sceneId": switch.showing[0],
        "revision": switch.showing[1],
        "layer": switch.layer,
        "deadlineAtMs": switch.deadline_at_ms,
        **exercises.mark(state, switch.arrangement),
    }
    if stage_id is not None:
        fields["stageId"] = stage_id
    state.send([each.client_id for each in by_stage], "prepare", fields)

    def frame(tiles: orjson.Fragment) -> bytes:
        return encode("prepare", state.epoch, {**fields, "tiles": tiles})

    contents.send_tiles(state, ws, by_tiles, arrangement=switch.arrangement, frame=frame)
    arrangement = switch.arrangement
    for client in members:
        renders = arrangement.renders_on(client.rect) if arrangement is not None else frozenset()
        client.prepared[switch.switch_id] = renders


def _decide(state: State, ws: WallState, switch: Switch) -> None:
    """Commit or abort once all have answered, the deadline has come, or `all` cannot be had."""
    if switch.salvo is not None and switch.salvo.is_promised:
        switch.salvo.decided(state, ws)
        return
    terms = switch.terms
    lost = (switch.failed | switch.gone) & switch.outputs.keys()
    is_lost = terms.policy == "all" and bool(lost)
    if switch.waiting and state.now_ms < switch.deadline_at_ms and not is_lost:
        return
    taking_part = switch.outputs.keys()
    count = len(taking_part - switch.failed - switch.gone - switch.waiting)
    needed = {"all": len(ws.outputs), "quorum": terms.min_outputs or 0, "bestEffort": 0}
    if count < needed[terms.policy]:
        message = f"{count} of {needed[terms.policy]} outputs were ready"
        abort(state, ws, switch, "policyNotMet", outcome.not_met(switch, message, ws))
    elif switch.salvo is not None:
        switch.salvo.decided(state, ws)
    else:
        commit(state, ws, switch, show_at_ms=state.now_ms + lead_ms(state, switch))


def lead_ms(state: State, switch: Switch) -> float:
    """Return how long before its instant a commit must be sent, as the clocks are known."""
    taking_part = [state.clients[each] for each in switch.outputs if each not in switch.gone]
    return clock.lead_ms(each.clock for each in taking_part)


def commit(state: State, ws: WallState, switch: Switch, *, show_at_ms: float) -> None:
    """Let all that are prepared change at one instant; from now on it is the desired state."""
    switch.show_at_ms = ws.instant(show_at_ms, switch.showing)
    switch.promised_skew_ms = clock.promised_skew_ms(
        state.clients[each].clock for each in switch.outputs if each not in switch.gone
    )
    told = [
        each
        for each in state.members(ws)
        if switch.includes(each.client_id) and each.client_id not in switch.failed
    ]
    fields = {
        "switchId": switch.switch_id,
        "showAtMs": switch.show_at_ms,
        "transition": {
            "kind": switch.terms.transition_kind,
            "durationMs": switch.terms.transition_ms,
        },
    }
    state.send([each.client_id for each in told], "commit", fields)
    ws.pending = None
    ws.apply(switch.change)
    stage_id = _stage_id(ws, switch)
    for client in told:
        joining.committed(client, switch.switch_id, switch.show_at_ms)
        if client.staged_id == stage_id:
            client.staged_id = None  # it moved to the glass; another take prepares it anew
        ws.joining.discard(client.client_id)
        client.bring_by_ms = None
    for client_id in switch.failed:
        client = state.clients[client_id]
        client.prepared.pop(switch.switch_id, None)
        joining.failed(state, client, switch.switch_id)
    switch.unshown = {each.client_id for each in told if each.client_id in switch.outputs}
    ws.settling.append(switch)
    state.counts["switchesCommitted"] += 1
    state.effects.append(Persist((wall_record(ws),)))
    placed = switch.arrangement.placed if switch.arrangement is not None else ()
    witness.committed(state, ws, switch, contents.contents_of(state, ws, placed))
    contents.refresh_wanted(state)
    program = ws.program()
    is_as_prepared = (program[1].arrangement if program is not None else None) is (
        switch.arrangement
    )
    for client in state.members(ws):
        has_part = switch.includes(client.client_id)
        if not client.is_preview and not (has_part and is_as_prepared):
            joining.bring(state, ws, client)


def abort(state: State, ws: WallState, switch: Switch, code: str, refused: Refused) -> None:
    """Drop a switch that was not committed, and its salvo; what is on air stays."""
    ws.pending = None
    members = [each for each in state.members(ws) if switch.includes(each.client_id)]
    for client in members:
        client.prepared.pop(switch.switch_id, None)
    fields = {"switchId": switch.switch_id, "code": code}
    state.send([each.client_id for each in members], "abort", fields)
    state.counts["switchesAborted"] += 1
    if switch.salvo is not None:
        switch.salvo.aborted(state, ws, code, refused)
    elif switch.instead is not None and code == "failed":
        switch.instead(refused)
    elif switch.asked is not None:
        refuse(state, switch.asked, refused)
    contents.refresh_wanted(state)


def _stage_id(ws: WallState, switch: Switch) -> str | None:
    if ws.stage is None or ws.stage.arrangement is not switch.arrangement:
        return None
    return ws.stage.stage_id
