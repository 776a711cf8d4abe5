"""What the hub knows for certain of a wall's glass becomes an entry: one function an occasion.

Entries are effects; nothing here waits, and nothing waits for them. What is not known is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wall.effects import ProofRecord, Prove
from wall.proof.ledger import BATCH_MS, HEARD_EVERY_MS, LARGEST_BATCH, STANDING_MS
from wall.proof.picture import steps, unknown_output

if TYPE_CHECKING:
    from wall.protocol import Shown
    from wall.renders import Content
    from wall.standing import Showing
    from wall.state import Client, State, WallState
    from wall.switch import Switch

Contents = Mapping[str, "Content"]


def begun(state: State, ws: WallState) -> None:
    """Open a term: what ought to be on air, and that no output is known to show it yet."""
    program = ws.program()
    picture = ws.proof.picture
    if program is not None:
        arrangement = program[1].arrangement
        picture.program = {
            "switchId": None,
            "sceneId": arrangement.scene.scene_id,
            "revision": arrangement.revision,
            "realm": arrangement.realm,
            "name": dict(arrangement.scene.name),
            "layer": program[0],
            "by": program[1].by,
            "showAtMs": None,
            "transition": {"kind": "cut", "durationMs": 0.0},
            "tiles": [{**each.to_json(), "contentHash": None} for each in arrangement.placed],
        }
    picture.outputs = {each: unknown_output(each, "start", state.now_ms) for each in ws.outputs}
    picture.masks = {each.mask_id: {**each.frame(), "by": each.by} for each in ws.masks.values()}
    picture.overlays = {
        key: {**fields, "outputId": key[1] or None} for key, fields in ws.overlays.items()
    }
    picture.frozen_since_ms = state.now_ms if ws.is_frozen else None
    _enter(state, ws, "start", {**_whole(ws), "controllerId": state.controller_id})
    ws.proof.standing_at_ms = state.now_ms


def ended(state: State, ws: WallState) -> None:
    """Close a term in order: from here on nobody watches the glass."""
    _enter(state, ws, "stop", {})


def committed(state: State, ws: WallState, switch: Switch, contents: Contents) -> None:
    """Note a commit with all that every output was sent for it."""
    program = ws.program()
    placed = switch.arrangement.placed if switch.arrangement is not None else ()
    scene = switch.arrangement.scene if switch.arrangement is not None else None
    ws.proof.on_glass = dict(contents)
    body = {
        "switchId": switch.switch_id,
        "sceneId": switch.showing[0],
        "revision": switch.showing[1],
        "realm": switch.realm,
        "name": dict(scene.name) if scene is not None else None,
        "layer": switch.layer,
        "by": program[1].by if program is not None else None,
        "showAtMs": switch.show_at_ms,
        "transition": {
            "kind": switch.terms.transition_kind,
            "durationMs": switch.terms.transition_ms,
        },
        "tiles": [{**each.to_json(), **_of(contents[each.render.render_id])} for each in placed],
    }
    _enter(state, ws, "switch", body, contents.values())


def settled(state: State, ws: WallState, switch: Switch, result: Mapping[str, Any]) -> None:
    """Note what each output told of a switch."""
    told = {name: result[name] for name in ("switchId", "showAtMs", "skewMs", "outputs")}
    scene_id, revision = switch.showing
    _enter(state, ws, "outcome", {**told, "sceneId": scene_id, "revision": revision})


def sent(
    state: State, ws: WallState, content: Content, to: Sequence[Client], owed: Sequence[Client] = ()
) -> None:
    """Note that a render on air changed: which content its holders were sent, and who was not."""
    program = ws.program()
    render_id = content.render_id
    if program is None or render_id not in program[1].arrangement.render_ids:
        return
    ledger = ws.proof
    before = ledger.on_glass.get(render_id)
    slow = _outputs(owed)
    change: dict[str, Any] = {**_of(content), "renderId": render_id, "sentAtMs": state.now_ms}
    if before is None or _version(before) != _version(content):
        change |= {"owed": slow} if slow else {}
    else:
        pairs = ledger.picture.owed
        late = [each for each in _outputs(to) if pairs and (each, render_id) in pairs]
        if not late:
            return
        change["outputs"] = late
    ledger.on_glass[render_id] = content
    if not ledger.changes:
        ledger.changes_since_ms = state.now_ms
    ledger.changes.append(change)
    ledger.changed.append(content)
    ledger.picture.take((state.now_ms, "content", change))
    if len(ledger.changes) >= LARGEST_BATCH:
        _flush(state, ws)


def brought(
    state: State,
    ws: WallState,
    client: Client,
    contents: Contents,
    *,
    show_at_ms: float,
    is_repair: bool,
) -> None:
    """Note that one output alone was told to show what is on air."""
    if client.output_id is None or client.brought is None:
        return
    for content in contents.values():
        sent(state, ws, content, [client])
    switch_id, (scene_id, revision) = client.brought
    ws.proof.awaited[client.output_id] = switch_id
    told = {
        "outputId": client.output_id,
        "switchId": switch_id,
        "sceneId": scene_id,
        "revision": revision,
        "showAtMs": show_at_ms,
        "isRepair": is_repair,
    }
    _enter(state, ws, "brought", told)


def shown(state: State, ws: WallState, client: Client, fields: Shown, *, in_time_ms: float) -> None:
    """Note when an output showed what it alone was told to; a repeat says nothing new."""
    output_id = client.output_id
    if output_id is None or client.brought is None:
        return
    switch_id, (scene_id, revision) = client.brought
    if ws.proof.awaited.get(output_id) != fields.switch_id or fields.switch_id != switch_id:
        return
    del ws.proof.awaited[output_id]
    told = {
        "outputId": output_id,
        "switchId": switch_id,
        "sceneId": scene_id,
        "revision": revision,
        "status": "shown" if fields.late_ms <= in_time_ms else "late",
        "shownAtMs": fields.shown_at_ms,
        "lateMs": fields.late_ms,
    }
    if fields.uncertainty_ms is not None:
        told["uncertaintyMs"] = fields.uncertainty_ms
    _enter(state, ws, "shown", told)


def linked(
    state: State, ws: WallState, output_id: str, *, online: bool, showing: Showing | None = None
) -> None:
    """Note that an output came, with what it says it shows, or went."""
    ws.proof.awaited.pop(output_id, None)
    told: dict[str, Any] = {"outputId": output_id, "online": online}
    if showing is not None:
        told["showing"] = {"sceneId": showing[0], "revision": showing[1]}
    _enter(state, ws, "output", told)


def heard(state: State, ws: WallState, client: Client) -> None:
    """Note a heartbeat that says something else than the chain does."""
    output_id = client.output_id
    if output_id is None or ws.settling or ws.pending is not None:
        return
    known = ws.proof.picture.outputs.get(output_id)
    showing = client.showing or (None, None)
    if known is None or state.now_ms < client.quiet_until_ms:
        return
    if known["state"] == "shown" and (known["sceneId"], known["revision"]) == showing:
        return
    if state.now_ms < ws.proof.heard_at_ms.get(output_id, 0.0) + HEARD_EVERY_MS:
        return
    ws.proof.heard_at_ms[output_id] = state.now_ms
    told = {"sceneId": showing[0], "revision": showing[1]} if showing[0] is not None else None
    _enter(state, ws, "heard", {"outputId": output_id, "showing": told})


def noted(state: State, ws: WallState, kind: str, body: Mapping[str, Any]) -> None:
    """Note what lies over the scene: `mask`, `unmask`, `masked`, `overlay`, `notes`, `freeze`."""
    _enter(state, ws, kind, dict(body))


def pictured(state: State, ws: WallState, body: Mapping[str, Any], image: bytes) -> None:
    """Note a small picture of what an output showed, with its bytes."""
    _enter(state, ws, "thumbnail", dict(body), images=(image,))


def advance(state: State, ws: WallState) -> None:
    """Say what has waited long enough; and the whole picture once a minute, in a quiet moment."""
    ledger = ws.proof
    if ledger.changes and state.now_ms >= ledger.changes_since_ms + BATCH_MS:
        _flush(state, ws)
    due_ms = _standing_due_ms(ws)
    if due_ms is not None and state.now_ms >= due_ms:
        ledger.standing_at_ms = state.now_ms
        _enter(state, ws, "standing", _whole(ws), ledger.on_glass.values())


def next_ms(ws: WallState) -> float | None:
    """Return when something must be said whatever happens."""
    ledger = ws.proof
    times = [ledger.changes_since_ms + BATCH_MS] if ledger.changes else []
    due_ms = _standing_due_ms(ws)
    return min([*times, due_ms] if due_ms is not None else times, default=None)


def flush(state: State, ws: WallState) -> None:
    """Say now what waits to be said: somebody asks."""
    _flush(state, ws)


def _standing_due_ms(ws: WallState) -> float | None:
    """A picture between two scenes would be no beginning: it waits until a switch has settled."""
    since_ms = ws.proof.standing_at_ms
    if since_ms is None or ws.settling or ws.pending is not None:
        return None
    return since_ms + STANDING_MS


def _flush(state: State, ws: WallState) -> None:
    ledger = ws.proof
    if ledger.changes:
        changes, ledger.changes = ledger.changes, []
        changed, ledger.changed = ledger.changed, []
        _append(state, ws, "contents", {"changes": changes}, changed)


def _enter(
    state: State,
    ws: WallState,
    kind: str,
    body: dict[str, Any],
    contents: Iterable[Content] = (),
    images: tuple[bytes, ...] = (),
) -> None:
    _flush(state, ws)
    if kind not in ("start", "standing"):
        for step in steps(kind, body, state.now_ms):
            ws.proof.picture.take(step)
    _append(state, ws, kind, body, contents, images)


def _append(
    state: State,
    ws: WallState,
    kind: str,
    body: dict[str, Any],
    contents: Iterable[Content],
    images: tuple[bytes, ...] = (),
) -> None:
    record = ProofRecord(ws.wall.wall_id, state.now_ms, kind, body, tuple(contents), images)
    state.effects.append(Prove(record))


def _whole(ws: WallState) -> dict[str, Any]:
    wall = ws.wall
    return {
        "name": dict(wall.name),
        "canvasPx": {"width": wall.canvas.width, "height": wall.canvas.height},
        "unitPx": wall.unit_px,
        "language": ws.language,
        "places": [
            {"outputId": output_id, "rectPx": each.output.rect.to_json()}
            for output_id, each in ws.outputs.items()
        ],
        "picture": ws.proof.picture.to_json(),
    }


def _of(content: Content) -> dict[str, Any]:
    return {"version": content.version, "contentHash": content.content_hash, **content.age()}


def _version(content: Content) -> tuple[int, str, float]:
    return content.version, content.content_hash, content.as_of_at_ms


def _outputs(clients: Iterable[Client]) -> list[str]:
    return [each.output_id for each in clients if each.output_id is not None]
