"""What the controller tells of its walls: `walls.list` and `wall.state`."""

from __future__ import annotations

from typing import Any

from wall import contents, glass, overlays, playing, scheduling
from wall.scene import Scene
from wall.standing import OutputState, Showing
from wall.state import State, WallState


def describe(state: State, ws: WallState, *, is_whole: bool) -> dict[str, Any]:
    """Return a wall as `walls.list` has it, or whole, as `wall.state` does."""
    wall = ws.wall
    program = ws.program()
    body: dict[str, Any] = {
        "wallId": wall.wall_id,
        "siteId": wall.site_id,
        "name": wall.name,
        "canvasPx": {"width": wall.canvas.width, "height": wall.canvas.height},
        "unitPx": wall.unit_px,
        "language": ws.language,
        "ceiling": wall.ceiling.to_json(),
        "manualHoldMin": wall.manual_hold_min,
        "outputs": [_output(state, ws, each, is_whole=is_whole) for each in ws.outputs.values()],
        "scenes": [_scene(state, ws, each) for each in ws.scenes()],
        "program": None,
        "preview": None,
        "realm": ws.realm,
        "layers": {name: layer.to_json() for name, layer in ws.layers.items()},
        "playlists": playing.describe(ws),
        "schedule": scheduling.describe(ws),
        "lock": ws.lock.to_json() if ws.lock is not None else None,
        "masks": [mask.to_json() for mask in ws.masks.values()],
        "overlays": overlays.describe(state, ws),
        "frozen": ws.is_frozen,
        "following": ws.following.to_json() if ws.following is not None else None,
        "night": glass.night_of(ws),
        "orbitPx": glass.orbit_px_of(ws),
    }
    if program is not None:
        arrangement = program[1].arrangement
        body["program"] = {
            "sceneId": arrangement.scene.scene_id,
            "revision": arrangement.revision,
            "layer": program[0],
            "realm": arrangement.realm,
        }
    if ws.preview is not None:
        scene = ws.preview.arrangement.scene
        body["preview"] = {
            "sceneId": scene.scene_id,
            "revision": ws.preview.arrangement.revision,
            "by": ws.preview.by,
            "sinceAtMs": ws.preview.since_at_ms,
        }
    if is_whole:
        body["lastSwitch"] = ws.last_switch
    return body


def _output(state: State, ws: WallState, each: OutputState, *, is_whole: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "outputId": each.output.output_id,
        "rectPx": each.output.rect.to_json(),
        "online": each.client_id is not None,
        "trimPx": glass.trim_of(ws, each.output.output_id).to_json(),
    }
    if each.output.ceiling is not None:
        body["ceiling"] = each.output.ceiling.to_json()
    if is_whole:
        client = state.clients.get(each.client_id) if each.client_id is not None else None
        showing = client.showing if client is not None else each.showing
        generation, is_revoked = state.devices.get(
            (ws.wall.wall_id, each.output.output_id), (0, False)
        )
        body |= {
            "showing": _showing(showing),
            "clock": each.clock,
            "health": each.health,
            "release": client.release if client is not None else None,
            "framesRealms": client.frames_realms if client is not None else None,
            "lastSeenAtMs": each.last_seen_at_ms,
            "isEnrolled": generation > 0 and not is_revoked,
        }
    return body


def _scene(state: State, ws: WallState, scene: Scene) -> dict[str, Any]:
    arrangement = ws.arrange(scene)
    return {
        "sceneId": scene.scene_id,
        "revision": arrangement.revision,
        "name": dict(scene.name),
        "classification": contents.classification_of(state, arrangement).to_json(),
        "isPut": scene.scene_id in ws.put_scenes,
        "grid": {"columns": scene.columns, "rows": scene.rows},
        "tiles": [
            {
                "tileId": placed.tile.tile_id,
                "kind": placed.tile.kind,
                "at": placed.tile.at.to_json(),
                "rectPx": placed.rect.to_json(),
            }
            for placed in arrangement.placed
        ],
    }


def _showing(showing: Showing | None) -> dict[str, str | None] | None:
    if showing is None or showing[0] is None:
        return None
    return {"sceneId": showing[0], "revision": showing[1]}
