"""A scene laid on its wall: each tile's rectangle, and the render that fills it.

One render serves every output and view of a wall: language, unit of type and detail are the wall's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import orjson

from wall.classification import Classification, lowest
from wall.geometry import Rect, Wall
from wall.grid import Seams, cell_rect, seams_of
from wall.realm import LIVE
from wall.scene import Scene, Tile


@dataclass(frozen=True, slots=True)
class Render:
    """What a tile's finished content is made from; `render_id` is a hash of all of it."""

    render_id: str
    realm: str
    kind: str
    options: Mapping[str, Any]
    width_px: int
    height_px: int
    unit_px: int
    detail: str
    language: str
    seams: Seams

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, an entry of `wanted`."""
        return {"renderId": self.render_id, **_ingredients(self)}


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile with its place on the canvas and its render."""

    tile: Tile
    rect: Rect
    render: Render

    def to_json(self) -> dict[str, Any]:
        """Return the wire form of its place, the beginning of a tile."""
        return {
            "tileId": self.tile.tile_id,
            "renderId": self.render.render_id,
            "kind": self.tile.kind,
            "rectPx": self.rect.to_json(),
        }


@dataclass(slots=True)
class Arrangement:
    """A scene laid on its wall, with data of one realm."""

    scene: Scene
    placed: tuple[Placed, ...]
    render_ids: frozenset[str]
    realm: str = LIVE
    ceilings: Mapping[str, Classification] = field(default_factory=dict)  # of outputs, by render
    _on: dict[Rect, tuple[Placed, ...]] = field(default_factory=dict, repr=False)
    _renders: dict[Rect, frozenset[str]] = field(default_factory=dict, repr=False)

    @property
    def revision(self) -> str:
        """What names exactly this picture on the wire: the scene's, and the realm beside live."""
        return self.scene.revision if self.realm == LIVE else f"{self.scene.revision}.{self.realm}"

    def on(self, rect: Rect) -> tuple[Placed, ...]:
        """Return the tiles that share a pixel with `rect`, in the scene's order."""
        found = self._on.get(rect)
        if found is None:
            found = tuple(each for each in self.placed if each.rect.shares_pixel_with(rect))
            self._on[rect] = found
        return found

    def renders_on(self, rect: Rect | None) -> frozenset[str]:
        """Return the renders of the tiles that share a pixel with `rect`; none without one."""
        if rect is None:
            return frozenset()
        found = self._renders.get(rect)
        if found is None:
            found = frozenset(each.render.render_id for each in self.on(rect))
            self._renders[rect] = found
        return found


def arrange(scene: Scene, wall: Wall, *, language: str, realm: str = LIVE) -> Arrangement:
    """Lay `scene` on `wall`; content will be made in `language` from data of `realm`."""
    placed = []
    for tile in scene.tiles:
        rect = cell_rect(wall, columns=scene.columns, rows=scene.rows, at=tile.at)
        placed.append(Placed(tile, rect, _render(tile, rect, wall, language, realm)))
    render_ids = frozenset(each.render.render_id for each in placed)
    return Arrangement(scene, tuple(placed), render_ids, realm, _ceilings(placed, wall))


def _ceilings(placed: Iterable[Placed], wall: Wall) -> dict[str, Classification]:
    """Return what the outputs that a render lies on allow, where any has a ceiling of its own."""
    limited = [(each.rect, each.ceiling) for each in wall.outputs if each.ceiling is not None]
    found: dict[str, Classification] = {}
    for each in placed if limited else ():
        under = [ceiling for rect, ceiling in limited if each.rect.shares_pixel_with(rect)]
        before = found.get(each.render.render_id)
        together = lowest([*under, before] if before is not None else under)
        if together is not None:
            found[each.render.render_id] = together
    return found


def _render(tile: Tile, rect: Rect, wall: Wall, language: str, realm: str) -> Render:
    nameless = Render(
        render_id="",
        realm=realm,
        kind=tile.kind,
        options=tile.options,
        width_px=rect.width,
        height_px=rect.height,
        unit_px=wall.unit_px,
        detail="wall",
        language=language,
        seams=seams_of(wall, rect),
    )
    content = orjson.dumps(_ingredients(nameless), option=orjson.OPT_SORT_KEYS)
    return replace(nameless, render_id=blake2b(content, digest_size=12).hexdigest())


def _ingredients(render: Render) -> dict[str, Any]:
    return {
        "realm": render.realm,
        "kind": render.kind,
        "options": dict(render.options),
        "sizePx": {"width": render.width_px, "height": render.height_px},
        "unitPx": render.unit_px,
        "detail": render.detail,
        "language": render.language,
        "seamsPx": render.seams.to_json(),
    }
