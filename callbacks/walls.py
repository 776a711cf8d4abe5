"""Asking the controller about walls; what cannot be asked is shown as the city folder has it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from callbacks.desk import Desk
from callbacks.names import READING_S, actor_names
from layouts.pages.room import Glass
from layouts.pages.wall_view import WallView, actors, read_wall, unreachable
from layouts.tiles.registry import TileError, read_options
from wall.errors import ServiceError
from wall.geometry import Wall
from wall.grid import cell_rect
from wall.scene import Tile

log = logging.getLogger(__name__)


def all_walls(desk: Desk) -> list[WallView]:
    """Return every wall of the city folder, in its order, as the controller tells it now."""
    views: list[WallView] = []
    for wall_id, wall in desk.walls.items():
        if views and not any(view.reachable for view in views):
            views.append(_as_planned(wall))  # nobody is there: do not wait once more
            continue
        try:
            body = desk.link.request("wall.state", {"wallId": wall_id}, timeout_s=READING_S)
        except ServiceError as error:
            log.warning("wall %s cannot be asked: %s", wall_id, error)
            views.append(_as_planned(wall))
        else:
            names = actor_names(desk, wall_id, actors(body))
            views.append(read_wall(body, base=wall.base, names=names))
    return views


def glass_ages(desk: Desk, walls: list[WallView]) -> dict[tuple[str, str], Glass]:
    """Return how old the oldest data on each output is: of the tiles it shows a part of."""
    needs = {wall.wall_id: _needs(desk, wall) for wall in walls}
    names = {name for by_output in needs.values() for each in by_output.values() for name in each}
    envelopes = desk.cache.read_many(names)
    ages: dict[tuple[str, str], Glass] = {}
    for wall_id, by_output in needs.items():
        for output_id, aggregates in by_output.items():
            known = [
                Glass(envelope.as_of_ms, envelope.stale_after_ms)
                for name in aggregates
                if (envelope := envelopes.get(name)) is not None and envelope.as_of_ms is not None
            ]
            if known:
                # The one nearest to (or furthest past) the age at which it is drawn as stale.
                ages[wall_id, output_id] = min(known, key=lambda g: g.as_of_ms + g.stale_after_ms)
    return ages


def scene_aggregates(desk: Desk, wall_id: str, scene_id: str) -> list[str]:
    """Return the aggregates of a scene's tiles, one entry a tile and aggregate."""
    scene = desk.scenes.get(wall_id, {}).get(scene_id)
    return [name for tile in (scene.tiles if scene else ()) for name in _aggregates(tile)]


def _needs(desk: Desk, view: WallView) -> Mapping[str, set[str]]:
    """Return the aggregates each output shows; a scene made at run time is not known here."""
    wall = desk.walls[view.wall_id]
    scene = desk.scenes.get(view.wall_id, {}).get(view.program.scene_id if view.program else "")
    needs: dict[str, set[str]] = {output.output_id: set() for output in wall.outputs}
    if scene is None:
        return needs
    for tile in scene.tiles:
        rect = cell_rect(wall, columns=scene.columns, rows=scene.rows, at=tile.at)
        for output in wall.outputs:
            if output.rect.shares_pixel_with(rect):
                needs[output.output_id].update(_aggregates(tile))
    return needs


def _aggregates(tile: Tile) -> tuple[str, ...]:
    try:
        kind, options = read_options(tile.kind, tile.options)
    except TileError as error:
        log.warning("tile %s: %s", tile.tile_id, error)
        return ()
    return kind.needs(options)


def _as_planned(wall: Wall) -> WallView:
    return unreachable(
        wall.wall_id,
        wall.name,
        canvas=(wall.canvas.width, wall.canvas.height),
        outputs=[(each.output_id, each.rect.to_json()) for each in wall.outputs],
    )
