"""Asking the controller about walls; what cannot be asked is shown as the city folder has it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from callbacks.desk import Desk
from callbacks.names import READING_S, actor_names
from layouts.pages.room import Glass
from layouts.pages.wall_reading import actors, read_wall, unheard, unreachable
from layouts.pages.wall_view import LIVE, PeerView, WallView
from layouts.tiles.registry import TileError, read_options
from wall.errors import ServiceError
from wall.geometry import Wall
from wall.grid import cell_rect
from wall.scene import Tile

log = logging.getLogger(__name__)


def all_walls(desk: Desk) -> list[WallView]:
    """Return every wall of the city folder, in its order, as its controller tells it now.

    Then those that only another site knows. A wall of a site that is not heard is as it was last
    heard of.
    """
    try:
        told = _told_of_other_sites(desk)
    except ServiceError as error:
        log.warning("walls cannot be asked: %s", error)
        return [_as_planned(desk, wall) for wall in desk.walls.values()]
    views: list[WallView] = []
    is_away = False
    for wall_id, wall in desk.walls.items():
        if desk.settings.is_elsewhere(wall.site_id):
            views.append(_of_another_site(desk, wall_id, told.pop(wall_id, None)))
            continue
        # Nobody is there: do not wait once more.
        body = None if is_away else _state(desk, wall_id)
        is_away = is_away or body is None
        views.append(_as_planned(desk, wall) if body is None else _view(desk, body))
    return views + [_of_another_site(desk, wall_id, told[wall_id]) for wall_id in told]


def control_of(desk: Desk, wall_id: str) -> tuple[str, ...]:
    """Return the roles that a wall's file gives control; a wall only known elsewhere gives none."""
    wall = desk.walls.get(wall_id)
    return tuple(wall.control) if wall is not None else ()


def _told_of_other_sites(desk: Desk) -> dict[str, Mapping[str, Any]]:
    """Return the walls of other sites as the controller has them; raises ServiceError."""
    if not desk.settings.wall_peers:
        return {}
    listed = desk.link.request("walls.list", {}, timeout_s=READING_S)["walls"]
    return {str(each["wallId"]): each for each in listed if "peer" in each}


def _of_another_site(desk: Desk, wall_id: str, told: Mapping[str, Any] | None) -> WallView:
    """Return a wall of another site: whole, as that site tells it, or as it was last heard of."""
    planned = desk.walls.get(wall_id)
    if told is None:  # and so it is of the city folder
        assert planned is not None  # noqa: S101
        return replace(_as_planned(desk, planned), peer=_peer(desk, planned.site_id, is_lost=True))
    is_lost = not told["peer"]["connected"]
    heard_at_ms = told["peer"]["asOfAtMs"]
    peer = _peer(desk, str(told["siteId"]), is_lost=is_lost, heard_at_ms=heard_at_ms)
    whole = None if is_lost else _state(desk, wall_id)
    view = replace(_view(desk, whole or told), peer=peer)
    return unheard(view) if is_lost else view


def _peer(
    desk: Desk, site_id: str, *, is_lost: bool = False, heard_at_ms: float | None = None
) -> PeerView:
    site = next((each for each in desk.city.sites if each.id == site_id), None)
    has_pictures = site_id in desk.settings.wall_peer_links
    return PeerView(
        dict(site.name) if site is not None else {"vi": site_id},
        is_lost=is_lost,
        heard_at_ms=heard_at_ms,
        has_pictures=has_pictures,
    )


def _state(desk: Desk, wall_id: str) -> Mapping[str, Any] | None:
    try:
        return desk.link.request("wall.state", {"wallId": wall_id}, timeout_s=READING_S)
    except ServiceError as error:
        log.warning("wall %s cannot be asked: %s", wall_id, error)
        return None


def _view(desk: Desk, body: Mapping[str, Any]) -> WallView:
    planned = desk.walls.get(str(body["wallId"]))
    names = actor_names(desk, str(body["wallId"]), actors(body))
    return read_wall(body, base=planned.base if planned is not None else None, names=names)


def glass_ages(desk: Desk, walls: list[WallView]) -> dict[tuple[str, str], Glass]:
    """Return how old the oldest data on each output is: of the tiles it shows a part of.

    Of a wall in an exercise nothing: its data are of another time.
    """
    needs = {wall.wall_id: _needs(desk, wall) for wall in walls if wall.program_realm == LIVE}
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
    wall = desk.walls.get(view.wall_id)
    if wall is None:
        return {}
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


def _as_planned(desk: Desk, wall: Wall) -> WallView:
    view = unreachable(
        wall.wall_id,
        wall.name,
        site_id=wall.site_id,
        canvas=(wall.canvas.width, wall.canvas.height),
        outputs=[(each.output_id, each.rect.to_json()) for each in wall.outputs],
    )
    if not desk.settings.is_elsewhere(wall.site_id):
        return view
    return replace(view, peer=_peer(desk, wall.site_id))
