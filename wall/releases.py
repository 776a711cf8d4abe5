"""A new release of the players' page reaches the outputs of a wall one after another, and views.

The web service tells which release it serves, each page which one it is. What differs is told to
load anew, which a page does behind its picture; the next one only when it is back. An output that
does not come back as the new release is tried once, so that a page that cannot is left in peace.
Views are nobody's panel and may be hundreds: each is told once, a little apart, and not waited for.
"""

from __future__ import annotations

from collections.abc import Iterable

from wall.standing import OutputState
from wall.state import Client, State, WallState

WITHIN_MS = 120_000.0
VIEWS_APART_MS = 500.0


def advance(state: State, ws: WallState) -> None:
    """Let the next output of another release load its page anew, when none is at it."""
    if state.release is None or ws.pending is not None:
        return
    if ws.renewing is not None:
        output_id, until_ms = ws.renewing
        if _is_to_renew(state, ws.outputs[output_id]) and state.now_ms < until_ms:
            return
        ws.renewing = None
    for output_id, output in ws.outputs.items():
        is_tried = output.tried_release == state.release
        if output.client_id is None or is_tried or not _is_to_renew(state, output):
            continue
        output.tried_release = state.release
        ws.renewing = (output_id, state.now_ms + WITHIN_MS)
        fields = {"reason": "release", "reloadAtMs": state.now_ms}
        state.send([output.client_id], "reload", fields)
        return


def noticed(state: State, clients: Iterable[Client]) -> None:
    """Let the views among `clients` that are of another release load their page anew.

    Called when the web service told a release, and of each view when it joins. A page that has
    loaded itself anew for this release already does not do so again: `release` names it.
    """
    for client in clients:
        if client.kind != "view" or client.release in (None, state.release):
            continue
        if state.release is None:
            return
        at_ms = max(state.now_ms, state.views_renew_at_ms)
        state.views_renew_at_ms = at_ms + VIEWS_APART_MS
        fields = {"reason": "release", "release": state.release, "reloadAtMs": at_ms}
        state.send([client.client_id], "reload", fields)


def next_ms(ws: WallState) -> float | None:
    """Return when an output has had its time."""
    return ws.renewing[1] if ws.renewing is not None else None


def _is_to_renew(state: State, output: OutputState) -> bool:
    """Tell whether the page of an output is of another release; one that is away may be."""
    client = state.clients.get(output.client_id) if output.client_id is not None else None
    if client is None:
        return True
    return client.release is not None and client.release != state.release
