"""The stage: what is previewed, mounted hidden on every client of the wall ahead of a take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from wall import contents, exercises
from wall.answers import Asked, answer, refuse
from wall.arrangement import Arrangement
from wall.errors import Refused
from wall.events import event
from wall.protocol import Staged, encode
from wall.record import wall_record
from wall.standing import Preview
from wall.state import Client, State, WallState

RENDER_WITHIN_MS = 1_200.0
ANSWER_WITHIN_MS = 2_000.0


@dataclass(slots=True)
class Stage:
    """One stage of a wall; a new one replaces it."""

    stage_id: str
    arrangement: Arrangement
    asked: Asked | None  # the preview still to be answered
    render_by_ms: float
    answer_by_ms: float
    before: Preview | None = None  # the preview to go back to when this may not be shown
    of: dict[int, str] = field(default_factory=dict)  # outputs online when it was sent
    waiting: set[int] = field(default_factory=set)
    staged: set[str] = field(default_factory=set)  # outputs that said ok
    failed: dict[str, str] = field(default_factory=dict)  # outputs that did not, with their code

    def send_to(self, state: State, ws: WallState, clients: Iterable[Client]) -> None:
        """Send the stage to clients."""
        scene = self.arrangement.scene

        def frame(tiles: orjson.Fragment) -> bytes:
            fields = {
                "stageId": self.stage_id,
                "sceneId": scene.scene_id,
                "revision": self.arrangement.revision,
                "tiles": tiles,
                **exercises.mark(state, self.arrangement),
            }
            return encode("stage", state.epoch, fields)

        addressees = list(clients)
        contents.send_tiles(state, ws, addressees, arrangement=self.arrangement, frame=frame)
        for client in addressees:
            client.staged = self.arrangement.renders_on(client.rect)
            client.staged_id = None

    def status(self) -> dict[str, Any]:
        """Return the data of a `staged` event."""
        return {"stageId": self.stage_id, "staged": len(self.staged), "of": len(self.of)}


def begin(
    state: State,
    ws: WallState,
    preview: Preview,
    *,
    asked: Asked | None,
    within_ms: float = RENDER_WITHIN_MS,
) -> None:
    """Render what is to be previewed, then put it up as the wall's stage."""
    for older in (ws.staging, ws.stage):
        if older is not None and older.asked is not None:
            refuse(state, older.asked, Refused("superseded", "a newer preview was asked for"))
            older.asked = None
    ws.staging = Stage(
        stage_id=state.new_id("p"),
        arrangement=preview.arrangement,
        before=ws.preview if ws.staging is None else ws.staging.before,
        asked=asked,
        render_by_ms=state.now_ms + within_ms,
        answer_by_ms=state.now_ms + ANSWER_WITHIN_MS,
    )
    ws.preview = preview
    contents.refresh_wanted(state)
    advance(state, ws)


def advance(state: State, ws: WallState) -> None:
    """Send the stage when it is rendered, answer the preview when it is staged; or time is up.

    A wall that shows another realm since is staged anew.
    """
    newest = ws.staging or ws.stage
    if ws.preview is not None and newest is not None and newest.arrangement.realm != ws.realm:
        begin(state, ws, ws.preview, asked=None)
        return
    if ws.staging is not None:
        _send_when_rendered(state, ws, ws.staging)
    stage = ws.stage
    if stage is None or stage.asked is None:
        return
    if not stage.waiting or state.now_ms >= stage.answer_by_ms:
        asked, stage.asked = stage.asked, None
        _answer(state, ws, stage, asked)


def staged(state: State, ws: WallState, client: Client, fields: Staged) -> None:
    """Note a client's answer to the stage."""
    stage = ws.stage
    if stage is None or fields.stage_id != stage.stage_id:
        return
    if fields.status == "ok":
        client.staged_id = stage.stage_id
    output_id = stage.of.get(client.client_id)
    if output_id is not None and client.client_id in stage.waiting:
        stage.waiting.discard(client.client_id)
        if fields.status == "ok":
            stage.staged.add(output_id)
        else:
            stage.failed[output_id] = fields.code or "failed"
        if stage.asked is None:
            topic = f"wall.{ws.wall.wall_id}"
            state.effects.extend(event(state, topic, "staged", stage.status()))
    advance(state, ws)


def left(state: State, ws: WallState, client_id: int) -> None:
    """Wait no longer for a client that has gone."""
    if ws.stage is not None:
        ws.stage.waiting.discard(client_id)


def next_ms(ws: WallState) -> float | None:
    """Return when the stage must be looked at again whatever happens."""
    times = [] if ws.staging is None else [ws.staging.render_by_ms]
    if ws.stage is not None and ws.stage.asked is not None:
        times.append(ws.stage.answer_by_ms)
    return min(times, default=None)


def too_high(ws: WallState, tiles: list[str]) -> Refused:
    """Return the refusal of a scene with tiles above the wall's ceiling."""
    level = ws.wall.ceiling.level
    return Refused(
        "aboveCeiling",
        f"tiles {', '.join(tiles)} are above the ceiling of wall {ws.wall.wall_id!r} ({level}), "
        "or of an output they lie on",
        tiles=tiles,
    )


def _send_when_rendered(state: State, ws: WallState, staging: Stage) -> None:
    is_rendered = contents.is_ready(state, staging.arrangement)
    if not is_rendered and state.now_ms < staging.render_by_ms:
        return
    ws.staging = None
    above = contents.above_ceiling(state, ws, staging.arrangement)
    if above:
        ws.preview = staging.before
        if staging.asked is not None:
            refuse(state, staging.asked, too_high(ws, above))
        contents.refresh_wanted(state)
        return
    ws.stage = staging
    staging.of = ws.online()
    staging.waiting = set(staging.of)
    staging.send_to(state, ws, state.members(ws))


def _answer(state: State, ws: WallState, stage: Stage, asked: Asked) -> None:
    why = _why(state, ws, stage)
    scene = stage.arrangement.scene
    result = {
        "sceneId": scene.scene_id,
        "revision": stage.arrangement.revision,
        "stageId": stage.stage_id,
        "tiles": len(stage.arrangement.placed),
        "staged": len(stage.staged),
        "of": len(stage.of),
        "fitToShow": not why,
        "why": why,
    }
    then = event(state, f"wall.{ws.wall.wall_id}", "staged", stage.status())
    answer(state, asked, result, changes=(wall_record(ws),), then=then)


def _why(state: State, ws: WallState, stage: Stage) -> list[dict[str, str]]:
    why: list[dict[str, str]] = []
    for placed in stage.arrangement.placed:
        content = state.renders.newest(placed.render.render_id)
        if content is None or not state.renders.is_answered(placed.render.render_id):
            why.append({"code": "notRendered", "tileId": placed.tile.tile_id})
        else:
            why.extend({"code": code, "tileId": placed.tile.tile_id} for code in content.why)
    for output_id in ws.outputs:
        if output_id in stage.failed:
            code = stage.failed[output_id]
            why.append({"code": "stageFailed", "outputId": output_id, "reason": code})
        elif output_id not in stage.of.values():
            why.append({"code": "offline", "outputId": output_id})
        elif output_id not in stage.staged:
            why.append({"code": "notStaged", "outputId": output_id})
    return why
