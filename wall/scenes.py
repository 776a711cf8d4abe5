"""Scenes that people put besides those of the city folder."""

from __future__ import annotations

from typing import Any

from wall.answers import Asked, answer
from wall.effects import SceneRecord
from wall.errors import InvalidScene, Refused
from wall.operation import COMMANDERS, Operation, WallArgs, on_wall
from wall.protocol import Name
from wall.scene import Scene, scene_from_json
from wall.schema import first_problem
from wall.state import State, WallState

MOST_PUT = 500  # a wall


class PutArgs(WallArgs):
    """Of `scene.put`."""

    scene: Any


class DeleteArgs(WallArgs):
    """Of `scene.delete`."""

    scene_id: Name | None = None
    scene: Any = None


def find(ws: WallState, scene_id: str) -> Scene:
    """Return a scene of the wall; raises Refused."""
    scene = ws.scene(scene_id)
    if scene is None:
        raise Refused("unknownScene", f"wall {ws.wall.wall_id!r} has no scene {scene_id!r}")
    return scene


def _put(state: State, asked: Asked, ws: WallState, args: PutArgs) -> None:
    """Keep a scene for this wall; what is on air stays as it was taken. Raises Refused."""
    try:
        scene = _checked(state, ws, args.scene)
    except InvalidScene as error:
        more = {"rule": error.rule} | ({"tile": error.tile_id} if error.tile_id else {})
        raise Refused("invalidScene", str(error), **more) from error
    if scene.scene_id not in ws.put_scenes and len(ws.put_scenes) >= MOST_PUT:
        raise Refused("conflict", f"the wall has {MOST_PUT} put scenes already, delete one")
    ws.put_scenes[scene.scene_id] = scene
    result = {"sceneId": scene.scene_id, "revision": ws.arrange(scene).revision}
    record = SceneRecord(ws.wall.wall_id, scene.scene_id, scene.to_json())
    answer(state, asked, result, changes=(record,))


def _delete(state: State, asked: Asked, ws: WallState, args: DeleteArgs) -> None:
    """Delete a put scene; the city's own of that id, if there is one, is seen again."""
    scene_id = args.scene_id
    if scene_id is None and isinstance(args.scene, dict):
        found = args.scene.get("sceneId")
        scene_id = found if isinstance(found, str) else None
    if scene_id is None:
        raise Refused("invalidArgs", "sceneId: is missing")
    scene = find(ws, scene_id)
    if scene_id not in ws.put_scenes:
        raise Refused("conflict", f"scene {scene_id!r} belongs to the city folder")
    del ws.put_scenes[scene_id]
    result = {"sceneId": scene_id, "revision": ws.arrange(scene).revision}
    answer(state, asked, result, changes=(SceneRecord(ws.wall.wall_id, scene_id, None),))


def _checked(state: State, ws: WallState, body: Any) -> Scene:
    scene = scene_from_json(body)
    if state.kinds:
        _check_kinds(state, scene)
    ws.arrange(scene)
    return scene


def _check_kinds(state: State, scene: Scene) -> None:
    schemas = {
        each["kind"]: each["optionsSchema"] for kinds in state.kinds.values() for each in kinds
    }
    for tile in scene.tiles:
        if tile.kind not in schemas:
            raise InvalidScene(
                "knownKind",
                f"tile {tile.tile_id!r}: no kind {tile.kind!r}, "
                f"known are {', '.join(sorted(schemas))}",
                tile_id=tile.tile_id,
            )
        problem = first_problem(dict(tile.options), schemas[tile.kind])
        if problem is not None:
            raise InvalidScene("options", f"tile {tile.tile_id!r}: {problem}", tile_id=tile.tile_id)


OPERATIONS = {
    "scene.put": Operation(PutArgs, COMMANDERS, on_wall(_put)),
    "scene.delete": Operation(DeleteArgs, COMMANDERS, on_wall(_delete)),
}
