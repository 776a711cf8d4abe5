"""What other sites are told of our walls: each one whole when it changed, at most so often."""

from __future__ import annotations

from typing import Any

from wall import description
from wall.protocol import encode_to_keep
from wall.state import Client, State, WallState

EVERY_MS = 250.0


def join(state: State, client: Client) -> None:
    """Tell a controller that has just joined of all our walls."""
    state.mirroring.peers.add(client.client_id)
    for ws in state.walls.values():
        state.mirroring.sequence += 1
        fields = {"sequence": state.mirroring.sequence, **_told(state, ws)}
        state.send([client.client_id], "mirror", fields)


def advance(state: State) -> None:
    """Tell the peers what has changed, a little after it did: much changes in one instant."""
    own = state.mirroring
    if not own.peers:
        own.due_ms = None
    elif own.due_ms is None:
        own.due_ms = state.now_ms + EVERY_MS
    elif state.now_ms >= own.due_ms:
        own.due_ms = None
        for wall_id, ws in state.walls.items():
            told = _told(state, ws)
            seen = encode_to_keep(told)
            if own.told.get(wall_id) != seen:
                own.told[wall_id] = seen
                own.sequence += 1
                state.send(sorted(own.peers), "mirror", {"sequence": own.sequence, **told})


def next_ms(state: State) -> float | None:
    """Return when they are told next."""
    return state.mirroring.due_ms


def _told(state: State, ws: WallState) -> dict[str, Any]:
    program = ws.program()
    return {
        "wallId": ws.wall.wall_id,
        "wall": description.describe(state, ws, is_whole=False),
        "scene": program[1].arrangement.scene.to_json() if program is not None else None,
    }
