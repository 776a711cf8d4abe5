"""Bringing one client to what its wall shows: when it joins, and when it turns out to be wrong.

It is a switch for that client alone, prepared and committed in one go: nobody is waited for.
"""

from __future__ import annotations

import orjson

from wall import clock, contents, exercises
from wall.proof import witness
from wall.protocol import Heartbeat, encode
from wall.standing import Showing
from wall.state import Client, State, WallState

WAIT_FOR_CONTENT_MS = 2_000.0
# A client that already shows the right scene loses more by words in its place than by waiting.
WAIT_WHEN_RIGHT_MS = 10_000.0
QUIET_AFTER_COMMIT_MS = 2_000.0
PREPARE_WITHIN_MS = 1_000.0
LONGEST_QUIET_MS = 60_000.0


def join(state: State, ws: WallState, client: Client, *, showing: Showing | None) -> None:
    """Bring a client that has just identified to what is on air and to the stage, if one stands."""
    client.showing = showing
    ws.clients.add(client.client_id)
    if client.is_preview:
        if ws.stage is not None:
            ws.stage.send_to(state, ws, [client])
        return
    if ws.program() is None:
        if ws.stage is not None:
            ws.stage.send_to(state, ws, [client])
        return
    is_right = showing == ws.program_showing()
    wait_ms = WAIT_WHEN_RIGHT_MS if is_right else WAIT_FOR_CONTENT_MS
    client.bring_by_ms = state.now_ms + wait_ms
    ws.joining.add(client.client_id)
    advance(state, ws)


def advance(state: State, ws: WallState) -> None:
    """Bring the waiting clients whose content has come, or whose patience has ended."""
    if not ws.joining:
        return
    program = ws.program()
    is_ready = contents.is_ready(state, program[1].arrangement if program is not None else None)
    for client_id in sorted(ws.joining):
        client = state.clients[client_id]
        if is_ready or (client.bring_by_ms or 0) <= state.now_ms:
            bring(state, ws, client)


def next_ms(state: State, ws: WallState) -> float | None:
    """Return when the next waiting client is brought whatever has come."""
    return min((state.clients[each].bring_by_ms or 0 for each in ws.joining), default=None)


def bring(state: State, ws: WallState, client: Client) -> None:
    """Prepare and commit what is on air for this client alone, with what content there is."""
    is_new = client.bring_by_ms is not None
    client.bring_by_ms = None
    ws.joining.discard(client.client_id)
    switch_id = state.new_id("j")
    program = ws.program()
    arrangement = program[1].arrangement if program is not None else None
    scene_id, revision = ws.program_showing()
    lead_ms = clock.lead_ms([client.clock])
    show_at_ms = ws.instant(state.now_ms + lead_ms, (scene_id, revision))

    def frame(tiles: orjson.Fragment) -> bytes:
        fields = {
            "switchId": switch_id,
            "sceneId": scene_id,
            "revision": revision,
            "layer": program[0] if program is not None else None,
            "tiles": tiles,
            "deadlineAtMs": state.now_ms + PREPARE_WITHIN_MS,
            **exercises.mark(state, arrangement),
        }
        return encode("prepare", state.epoch, fields)

    contents.send_tiles(state, ws, [client], arrangement=arrangement, frame=frame)
    commit = {
        "switchId": switch_id,
        "showAtMs": show_at_ms,
        "transition": {"kind": "cut", "durationMs": 0},
    }
    state.send([client.client_id], "commit", commit)
    renders = arrangement.renders_on(client.rect) if arrangement is not None else frozenset()
    client.prepared[switch_id] = renders
    is_repair = client.brought is not None
    client.brought = (switch_id, (scene_id, revision))
    on_it = arrangement.on(client.rect) if arrangement and client.rect is not None else ()
    given = contents.contents_of(state, ws, on_it)
    witness.brought(state, ws, client, given, show_at_ms=show_at_ms, is_repair=is_repair)
    committed(client, switch_id, show_at_ms)
    if is_new and ws.stage is not None:
        ws.stage.send_to(state, ws, [client])


def committed(client: Client, switch_id: str, show_at_ms: float) -> None:
    """Note that a client was told to show what it prepared for `switch_id`."""
    if switch_id in client.prepared:
        client.program = client.prepared.pop(switch_id)
    backoff_ms = min(QUIET_AFTER_COMMIT_MS * 2**client.failures, LONGEST_QUIET_MS)
    client.quiet_until_ms = show_at_ms + backoff_ms


def repair(state: State, ws: WallState, client: Client, heartbeat: Heartbeat) -> None:
    """Compare what a client shows with what it should, and bring it there when that differs."""
    showing = heartbeat.showing
    client.showing = (
        None
        if showing is None
        else (showing.scene_id, None if showing.revision is None else (str(showing.revision)))
    )
    if client.is_preview:
        return
    witness.heard(state, ws, client)
    if (client.showing or (None, None)) == ws.program_showing():
        client.failures = 0
        return
    if client.bring_by_ms is not None or state.now_ms < client.quiet_until_ms:
        return
    if ws.pending is not None and ws.pending.includes(client.client_id):
        return
    state.counts["repairs"] += 1
    client.bring_by_ms = state.now_ms + WAIT_FOR_CONTENT_MS
    ws.joining.add(client.client_id)
    advance(state, ws)


def failed(state: State, client: Client, switch_id: str) -> None:
    """Note that a client could not prepare what it was to be brought to; it is tried later."""
    client.failures = min(client.failures + 1, 16)
    client.quiet_until_ms = state.now_ms + min(
        QUIET_AFTER_COMMIT_MS * 2**client.failures, LONGEST_QUIET_MS
    )
    state.send([client.client_id], "abort", {"switchId": switch_id, "code": "failed"})
