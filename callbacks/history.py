"""Asking the controller how the switches of a wall went."""

from __future__ import annotations

import logging

from callbacks.desk import Desk
from callbacks.walls import READING_S, people_names
from layouts.pages.switch_history import DOTS, History, read_history
from layouts.pages.wall_view import WallView
from wall.errors import ServiceError

log = logging.getLogger(__name__)


def history(reach: Desk, wall: WallView) -> History | None:
    """Return the newest switches of `wall`; None when nobody can be asked."""
    if not wall.reachable:
        return None
    try:
        args = {"wallId": wall.wall_id, "limit": DOTS}
        body = reach.link.request("wall.history", args, timeout_s=READING_S)
    except ServiceError as error:
        log.warning("the switches of wall %s cannot be asked: %s", wall.wall_id, error)
        return None
    scenes = {scene.scene_id: scene.name for scene in wall.scenes}
    return read_history(body, scenes=scenes, names=people_names(reach))
