"""Asking the controller how the switches of a wall went."""

from __future__ import annotations

from callbacks.desk import Desk
from callbacks.names import actor_names, asked
from layouts.pages.switch_history import DOTS, History, read_history
from layouts.pages.wall_view import WallView


def history(reach: Desk, wall: WallView) -> History | None:
    """Return the newest switches of `wall`; None when nobody can be asked."""
    if not wall.reachable:
        return None
    body = asked(reach, "wall.history", {"wallId": wall.wall_id, "limit": DOTS})
    if not body:
        return None
    actors = {str(each["by"]) for each in body["switches"] if each.get("by")}
    names = actor_names(reach, wall.wall_id, actors)
    scenes = {scene.scene_id: scene.name for scene in wall.scenes}
    return read_history(body, scenes=scenes, names=names)
