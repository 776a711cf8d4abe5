"""This controller as a client of another site's: hears its walls, its clock, and asks it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from wall.answers import Asked
from wall.effects import Say, Send
from wall.errors import BadFields
from wall.events import event
from wall.peers.site import LOST, Mirror, PeerSite, Then
from wall.protocol import PROTOCOL, Instant, Name, check, encode, encode_inbound
from wall.scene import WireModel
from wall.state import State
from wall.tokens import peer_token

ROW_EVERY_MS = 10_000.0
ASK_TIME_EVERY_MS = 1_000.0  # between rows: whoever is asked and does not answer is gone


class ClockReply(WireModel):
    """`clockReply`."""

    t0_at_ms: Instant
    t1_at_ms: Instant
    t2_at_ms: Instant


class MirrorFields(WireModel):
    """`mirror`."""

    sequence: Annotated[int, Field(ge=0, le=2**63 - 1)]
    wall_id: Name
    wall: dict[str, Any]
    scene: dict[str, Any] | None = None


def heard(state: State, site: PeerSite, kind: str, epoch: int, fields: dict[str, Any]) -> None:
    """Take a frame of the other controller; raises BadFields.

    Frames of an older term than the highest heard are ignored.
    """
    if epoch < site.epoch:
        return
    site.epoch = epoch
    site.heard_at_ms = state.now_ms
    if kind == "hello":
        identity = {"kind": "peer", "siteId": state.site_id, "protocol": PROTOCOL}
        token = peer_token(state.secret, state.site_id)
        _say(state, site, "identify", {**identity, "token": token})
    elif kind == "identified":
        site.is_connected = True
        site.clock = type(site.clock)()  # another controller, another clock
        site.row_at_ms = 0.0
        advance(state, site)
    elif kind == "clockReply":
        _sample(state, site, check(ClockReply, fields))
    elif kind == "response":
        then = site.waiting.pop(str(fields.get("requestId")), None)
        if then is not None:
            then(state, fields)
    elif kind == "mirror":
        _mirror(state, site, epoch, check(MirrorFields, fields))


def lost(state: State, site: PeerSite) -> None:
    """Note that the link has ended: what was asked will not be answered, what was seen stays."""
    site.is_connected = False
    for wall_id in site.mirrors:
        state.effects.extend(event(state, f"wall.{wall_id}", "mirrored", {}))
    waiting, site.waiting = site.waiting, {}
    for then in waiting.values():
        then(state, LOST)


def advance(state: State, site: PeerSite) -> None:
    """Ask for the time when it is due."""
    if not site.is_connected:
        return
    if state.now_ms >= site.row_at_ms:
        site.clock.begin_row()
        site.row_at_ms = state.now_ms + ROW_EVERY_MS
        site.ask_time_at_ms = state.now_ms
    if state.now_ms >= site.ask_time_at_ms:
        site.ask_time_at_ms = state.now_ms + ASK_TIME_EVERY_MS
        _say(state, site, "clock", {"t0AtMs": state.now_ms})


def next_ms(site: PeerSite) -> float | None:
    """Return when the time must be asked next."""
    return min(site.row_at_ms, site.ask_time_at_ms) if site.is_connected else None


def ask(
    state: State, site: PeerSite, op: str, args: dict[str, Any], actor: Any, then: Then
) -> None:
    """Ask the other controller on somebody's behalf; `then` gets the answer, or that none came."""
    if not site.is_connected:
        then(state, LOST)
        return
    request_id = state.new_id("r")
    site.waiting[request_id] = then
    body = {"requestId": request_id, "op": op, "args": args}
    if actor is not None:
        body["actor"] = actor.model_dump(by_alias=True)
    _say(state, site, "request", body)


def forward(state: State, site: PeerSite, asked: Asked) -> None:
    """Let the owner of a wall do what was asked here, and pass its answer on."""

    def then(state: State, body: dict[str, Any]) -> None:
        answer = {**body, "requestId": asked.request_id}
        frame = encode("response", state.epoch, answer)
        state.effects.append(Send((asked.client_id,), frame))

    ask(state, site, asked.op, asked.args, asked.actor, then)


def _sample(state: State, site: PeerSite, reply: ClockReply) -> None:
    site.clock.take(
        t0_ms=reply.t0_at_ms,
        t1_ms=reply.t1_at_ms,
        t2_ms=reply.t2_at_ms,
        t3_ms=state.now_ms,
    )
    if not site.clock.is_row_whole:
        site.ask_time_at_ms = state.now_ms
        advance(state, site)


def _mirror(state: State, site: PeerSite, epoch: int, fields: MirrorFields) -> None:
    if fields.wall.get("wallId") != fields.wall_id:
        raise BadFields("wall.wallId: is not wallId")
    held = site.mirrors.get(fields.wall_id)
    if held is not None and (epoch, fields.sequence) <= (held.epoch, held.sequence):
        return
    site.mirrors[fields.wall_id] = Mirror(epoch, fields.sequence, fields.wall, fields.scene)
    state.effects.extend(event(state, f"wall.{fields.wall_id}", "mirrored", {}))


def _say(state: State, site: PeerSite, kind: str, fields: dict[str, Any]) -> None:
    state.effects.append(Say(site.site_id, encode_inbound(kind, fields)))
