"""The controller without its sockets: (state, event, now) -> (state, effects).

Each method takes one event and returns what is to be done about it, in order. Nothing here waits,
reads a clock, or touches a socket or file: switching, layers, late and lost outputs are tested, and
fuzzed, with plain calls. `wall.server` is the shell around it.
"""

from __future__ import annotations

from typing import Any

import orjson

from wall import (
    answers,
    banners,
    contents,
    joining,
    known,
    masks,
    playing,
    realms,
    releases,
    rules,
    scheduling,
    sessions,
    stage,
    switch,
)
from wall.effects import Effect, Persist
from wall.errors import BadFields, BadFrame, Refused
from wall.layers import LayerChange, expired, on_air
from wall.messages import HANDLERS, QUIET
from wall.peers import follow, mirroring, outbound
from wall.proof import witness
from wall.protocol import IDENTIFY_WITHIN_MS, PROTOCOL, CloseCode, check, decode
from wall.record import wall_record
from wall.state import Client, State, WallState

STEP_MS = 1_000.0  # by less the two clocks may differ
RETRY_AFTER_MS = 400.0  # about as long as a restart takes
STAGE_AT_START_MS = 10_000.0  # render services and displays come back in their own time


class Hub:
    """The one hub of live events: desired state, layers, switching, contents, services."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._next_ms: tuple[float | None] | None = None  # as told last, while it holds

    def started(self, now_ms: float) -> list[Effect]:
        """Begin an epoch: what was previewed before is staged again."""
        self.state.now_ms = now_ms
        for ws in self.state.walls.values():
            if ws.preview is not None:
                stage.begin(self.state, ws, ws.preview, asked=None, within_ms=STAGE_AT_START_MS)
            self.state.effects.append(Persist((wall_record(ws),)))
            witness.begun(self.state, ws)
        contents.refresh_wanted(self.state)
        return self._effects()

    def stopping(self, now_ms: float, code: str = "restart") -> list[Effect]:
        """Tell everyone that this controller ends, when to look for the next, and where."""
        self.state.now_ms = now_ms
        bye = {
            "code": code,
            "retryAfterMs": RETRY_AFTER_MS,
            "alternateUrls": list(self.state.alternate_urls),
        }
        self.state.send(self.state.clients, "bye", bye)
        for ws in self.state.walls.values():
            witness.ended(self.state, ws)
        return self._effects()

    def connected(self, client_id: int, now_ms: float) -> list[Effect]:
        """Greet a new connection."""
        state = self.state
        state.now_ms = now_ms
        client = Client(client_id, f"c{state.epoch}-{client_id}")
        state.clients[client_id] = client
        state.greeted[client_id] = now_ms + IDENTIFY_WITHIN_MS
        hello = {
            "protocols": [PROTOCOL],
            "controllerId": state.controller_id,
            "siteId": state.site_id,
            "serverAtMs": now_ms,
        }
        state.send([client_id], "hello", hello)
        return self._effects()

    def received(
        self, client_id: int, frame: str | bytes, now_ms: float, *, is_binary: bool = False
    ) -> list[Effect]:
        """Handle one frame of a client."""
        self.state.now_ms = now_ms
        client = self.state.clients.get(client_id)
        if client is None:
            return []  # closed by us, its last frames still came
        try:
            if is_binary:
                raise BadFrame("a binary frame, expected text")
            kind, fields = decode(frame)
            if client.kind is None and kind != "identify":
                raise BadFrame(f"expected identify first, got {kind[:40]!r}")
        except BadFrame as error:
            self.state.counts["badFrames"] += 1
            sessions.close(self.state, client, CloseCode.BAD_FRAME, str(error))
            return self._effects()
        if client.kind is None:
            sessions.identify(self.state, client, fields)
        else:
            self._message(client, kind, fields)
            if kind in QUIET and not self.state.effects:
                return []  # most of what hundreds of displays say in the instant of a switch
        return self._effects(self.state.wall_of(client))

    def disconnected(self, client_id: int, now_ms: float) -> list[Effect]:
        """Forget a connection that ended, whoever ended it."""
        self.state.now_ms = now_ms
        client = self.state.clients.get(client_id)
        if client is not None:
            sessions.leave(self.state, client)
        return self._effects()

    def fell_behind(self, client_id: int) -> None:
        """Note that a client does not read as fast as it is written to: content is owed to it."""
        client = self.state.clients.get(client_id)
        if client is not None:
            client.is_behind = True
            self.state.counts["fellBehind"] += 1

    def caught_up(self, client_id: int, now_ms: float) -> list[Effect]:
        """Send a client that reads again the newest of what it is owed."""
        self.state.now_ms = now_ms
        client = self.state.clients.get(client_id)
        if client is not None:
            client.is_behind = False
            contents.pay(self.state, client)
        return self._effects()

    def found(self, asked: answers.Asked, result: bytes | Refused, now_ms: float) -> list[Effect]:
        """Answer a question about the proof with what was read (JSON), or why nothing was."""
        self.state.now_ms = now_ms
        if isinstance(result, Refused):
            answers.refuse(self.state, asked, result)
        else:
            answers.answer(self.state, asked, orjson.Fragment(result))
        return self._effects()

    def peer_said(
        self, site_id: str, kind: str, epoch: int, fields: dict[str, Any], now_ms: float
    ) -> list[Effect]:
        """Handle a frame of another site's controller, over the link that we opened."""
        self.state.now_ms = now_ms
        try:
            outbound.heard(self.state, self.state.peers[site_id], kind, epoch, fields)
        except BadFields:
            self.state.counts["badPeerFrames"] += 1
        return self._effects()

    def peer_lost(self, site_id: str, now_ms: float) -> list[Effect]:
        """Note that the link to another site's controller has ended."""
        self.state.now_ms = now_ms
        outbound.lost(self.state, self.state.peers[site_id])
        return self._effects()

    def ticked(self, now_ms: float) -> list[Effect]:
        """Do what is due by time alone."""
        state = self.state
        state.now_ms = now_ms
        for client_id, by_ms in list(state.greeted.items()):
            if now_ms >= by_ms:
                client = state.clients[client_id]
                sessions.close(state, client, CloseCode.NOT_IDENTIFIED, "no identify within 5 s")
        let_go_ms = state.renders.next_ms()
        if let_go_ms is not None and now_ms >= let_go_ms:
            contents.refresh_wanted(state)
        return self._effects()

    def machine_time(self, machine_ms: float, now_ms: float) -> list[Effect]:
        """Hear what the machine's clock says: schedules follow it, the shared clock never jumps."""
        state = self.state
        step_ms = machine_ms - now_ms
        if abs(step_ms - state.step_ms) <= STEP_MS:
            return []
        state.now_ms, state.step_ms = now_ms, step_ms
        self._next_ms = None
        for ws in state.walls.values():
            ws.plan = None
        return self._effects()

    @property
    def is_next_tick_known(self) -> bool:
        """Whether `next_tick_ms` would tell the same as last time."""
        return self._next_ms is not None

    def next_tick_ms(self) -> float | None:
        """Return when `ticked` must be called at the latest; None: not before another event."""
        if self._next_ms is None:
            self._next_ms = (self._find_next_ms(),)
        return self._next_ms[0]

    def _find_next_ms(self) -> float | None:
        state = self.state
        times: list[float | None] = [
            state.renders.next_ms(),
            rules.next_ms(state),
            known.next_ms(state),
            mirroring.next_ms(state),
            *(outbound.next_ms(each) for each in state.peers.values()),
            *state.greeted.values(),
        ]
        for ws in state.walls.values():
            times += [switch.next_ms(ws), stage.next_ms(ws), joining.next_ms(state, ws)]
            times += [masks.next_ms(ws), banners.next_ms(state, ws), witness.next_ms(ws)]
            times.append(releases.next_ms(ws))
            if ws.pending is None:
                times += [playing.next_ms(ws), scheduling.next_ms(state, ws)]
                times.extend(layer.until_at_ms for layer in ws.layers.values())
        return min((each for each in times if each is not None), default=None)

    def _message(self, client: Client, kind: str, fields: dict[str, Any]) -> None:
        """Do what an identified client says; the link outlives whatever is wrong with it."""
        handlers = HANDLERS.get(client.kind or "service", {})
        handler = handlers.get(kind)
        try:
            if kind == "identify":
                raise BadFields("identified already")
            if handler is None:
                self._error(client, kind, "unknownType", f"no type {kind[:40]!r} here")
                return
            model, run = handler
            run(self.state, client, check(model, fields))
        except BadFields as error:
            if kind == "request" and isinstance(fields.get("requestId"), str):
                self._refuse_request(client, fields["requestId"], str(error))
            else:
                self._error(client, kind, "invalidArgs", str(error))

    def _error(self, client: Client, kind: str, code: str, message: str) -> None:
        self.state.counts["errors"] += 1
        fields = {"code": code, "message": message, "type": kind[:200]}
        self.state.send([client.client_id], "error", fields)

    def _refuse_request(self, client: Client, request_id: str, message: str) -> None:
        error = Refused("invalidArgs", message).to_json()
        fields = {"requestId": request_id[:200], "ok": False, "error": error}
        self.state.send([client.client_id], "response", fields)

    def _effects(self, only: WallState | None = None) -> list[Effect]:
        """Take every step the event made due, on this wall or on all, and return all effects."""
        state = self.state
        self._next_ms = None
        for ws in (only,) if only is not None else state.walls.values():
            masks.advance(state, ws)
            switch.advance(state, ws)
            stage.advance(state, ws)
            joining.advance(state, ws)
            releases.advance(state, ws)
            if ws.pending is None:
                self._expire(ws.wall.wall_id)
            if ws.pending is None:
                realms.advance(state, ws)
            if ws.pending is None:
                rules.advance(state, ws)
            if ws.pending is None:
                scheduling.advance(state, ws)
            if ws.pending is None:
                playing.advance(state, ws)
            masks.end_conference(state, ws)
            follow.advance(state, ws)
            banners.advance(state, ws)
            witness.advance(state, ws)
        known.advance(state)
        mirroring.advance(state)
        for site in state.peers.values():
            outbound.advance(state, site)
        effects, state.effects = state.effects, []
        return effects

    def _expire(self, wall_id: str) -> None:
        """End the layers whose time is over; what is below comes on air."""
        state = self.state
        ws = state.walls[wall_id]
        for name in expired(ws.layers, state.now_ms):
            change = LayerChange(name, None)
            air = on_air(ws.layers)
            if air is not None and air[0] == name:
                switch.begin(state, ws, change, terms=switch.Terms(), asked=None)
                return
            ws.apply(change)
            contents.refresh_wanted(state)
            state.effects.append(Persist((wall_record(ws),)))
