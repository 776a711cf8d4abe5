"""What identified clients say, kind by kind of client, and which module hears it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from wall import contents, events, joining, masks, services, stage, switch
from wall.classification import INTERNAL, Classification
from wall.errors import BadFields
from wall.proof import thumbnail
from wall.proof.thumbnail import ThumbnailFields
from wall.protocol import (
    Clock,
    ContentFields,
    Heartbeat,
    Kinds,
    Masked,
    Need,
    Publish,
    Ready,
    Request,
    Shown,
    Staged,
    Subscribe,
    encode_to_keep,
)
from wall.renders import Content
from wall.scene import WireModel
from wall.state import Client, State


def _clock(state: State, client: Client, fields: Clock) -> None:
    reply = {"t0AtMs": fields.t0_at_ms, "t1AtMs": state.now_ms, "t2AtMs": state.now_ms}
    state.send([client.client_id], "clockReply", reply)


def _heartbeat(state: State, client: Client, fields: Heartbeat) -> None:
    ws = state.wall_of(client)
    if ws is None:
        return
    output = ws.outputs.get(client.output_id) if client.output_id is not None else None
    if fields.clock is not None:
        client.uncertainty_ms = fields.clock.uncertainty_ms
        client.round_trip_ms = fields.clock.round_trip_ms
    if output is not None:
        output.last_seen_at_ms = state.now_ms
        if fields.clock is not None:
            output.clock = fields.clock.model_dump(by_alias=True, exclude_none=True)
        output.health = {
            **({"viewport": output.health["viewport"]} if "viewport" in output.health else {}),
            "fps": fields.fps,
            "heapMb": fields.heap_mb,
            "errors": _small(fields.errors),
        }
    joining.repair(state, ws, client, fields)


def _staged(state: State, client: Client, fields: Staged) -> None:
    ws = state.wall_of(client)
    if ws is not None:
        stage.staged(state, ws, client, fields)


def _ready(state: State, client: Client, fields: Ready) -> None:
    ws = state.wall_of(client)
    if ws is not None:
        switch.ready(state, ws, client, fields)


def _shown(state: State, client: Client, fields: Shown) -> None:
    ws = state.wall_of(client)
    if ws is not None:
        switch.shown(state, ws, client, fields)


def _masked(state: State, client: Client, fields: Masked) -> None:
    ws = state.wall_of(client)
    if ws is not None:
        masks.masked(state, ws, client, fields)


def _need(state: State, client: Client, fields: Need) -> None:
    ws = state.wall_of(client)
    if ws is None:
        return
    for render_id in dict.fromkeys(fields.render_ids):
        if client.may_have(render_id):
            contents.give(state, ws, render_id, client)


def _content(state: State, client: Client, fields: ContentFields) -> None:
    try:
        body = encode_to_keep(fields.content)
    except TypeError as error:
        raise BadFields(f"content: {error}") from error
    level = fields.classification
    marks = {"simulated": fields.simulated, "origin": fields.origin}
    content = Content(
        render_id=fields.render_id,
        version=fields.version,
        content_hash=fields.content_hash,
        as_of_at_ms=fields.as_of_at_ms,
        stale_after_ms=fields.stale_after_ms,
        classification=INTERNAL if level is None else Classification.of(level),
        body=body,
        source_at_ms=fields.source_at_ms,
        marks={name: mark for name, mark in marks.items() if mark is not None},
        why=tuple(fields.why),
    )
    state.counts["contents"] += 1
    if state.renders.accept(content):
        contents.spread(state, content.render_id)


def _kinds(state: State, client: Client, fields: Kinds) -> None:
    if client.service != "render":
        raise BadFields("kinds: expected from a render service")
    kinds = [each.model_dump(by_alias=True) for each in fields.kinds]
    state.kinds[client.client_id] = kinds
    known = {each["kind"]: each for each in [*state.known_kinds, *kinds]}
    state.known_kinds = [known[name] for name in sorted(known)]


def _publish(state: State, client: Client, fields: Publish) -> None:
    events.publish(state, fields)


def _subscribe(state: State, client: Client, fields: Subscribe) -> None:
    events.subscribe(state, client, fields)


def _request(state: State, client: Client, fields: Request) -> None:
    if client.kind in ("service", "peer"):
        services.handle(state, client, fields)
    else:
        services.forbid(state, client, fields)


def _small(found: Any) -> Any:
    """Keep of what a client says of its errors what fits into a state that all may read."""
    try:
        return found if len(orjson.dumps(found)) <= 4096 else None
    except TypeError:
        return None


Handlers = dict[str, tuple[type[WireModel], Callable[[State, Client, Any], None]]]

_ALL: Handlers = {"clock": (Clock, _clock), "request": (Request, _request)}
_ON_GLASS: Handlers = {
    **_ALL,
    "staged": (Staged, _staged),
    "ready": (Ready, _ready),
    "shown": (Shown, _shown),
    "need": (Need, _need),
    "masked": (Masked, _masked),
    "heartbeat": (Heartbeat, _heartbeat),
    "thumbnail": (ThumbnailFields, thumbnail.taken),
}
# What these lead to they do at once themselves: without an effect, nothing became due by them, now
# or later.
QUIET = frozenset({"ready", "shown", "staged", "masked", "need"})
HANDLERS: dict[str, Handlers] = {
    "output": _ON_GLASS,
    "view": _ON_GLASS,
    "console": {**_ALL, "subscribe": (Subscribe, _subscribe), "heartbeat": (Heartbeat, _heartbeat)},
    "peer": _ALL,
    "service": {
        **_ALL,
        "subscribe": (Subscribe, _subscribe),
        "heartbeat": (Heartbeat, _heartbeat),
        "publish": (Publish, _publish),
        "content": (ContentFields, _content),
        "kinds": (Kinds, _kinds),
    },
}
