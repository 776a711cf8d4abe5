"""Scenes: a named arrangement of tiles for one wall, from a TOML file or from `scene.put`.

A scene's revision is the hash of its content: it survives a restart, and whoever compares revisions
compares pictures. Where its tiles lie is `wall.arrangement`.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from wall.configuration import ID_PATTERN, FileModel, Words, expectation, key_of, read_toml
from wall.errors import ConfigurationError, InvalidScene
from wall.geometry import CellTable, Wall
from wall.grid import Cells

MOST_LINES = 96  # columns or rows of a grid
MOST_TILES = 128

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Lines = Annotated[int, Field(ge=1, le=MOST_LINES)]


@dataclass(frozen=True, slots=True)
class Tile:
    """One rectangle of a scene, of a kind with options."""

    tile_id: str
    kind: str
    at: Cells
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A named arrangement for one wall; `revision` names exactly this content."""

    scene_id: str
    revision: str
    name: Mapping[str, str]
    columns: int
    rows: int
    tiles: tuple[Tile, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, as `scene.put` takes it."""
        return {
            "sceneId": self.scene_id,
            "name": dict(self.name),
            "grid": {"columns": self.columns, "rows": self.rows},
            "tiles": [
                {
                    "tileId": tile.tile_id,
                    "kind": tile.kind,
                    "at": tile.at.to_json(),
                    "options": dict(tile.options),
                }
                for tile in self.tiles
            ],
        }


class WireModel(BaseModel):
    """Base of what comes over the wire: camelCase, unknown fields ignored."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, strict=True, alias_generator=to_camel, populate_by_name=False
    )


class GridFields(WireModel):
    """`grid` of a scene."""

    columns: Lines
    rows: Lines


class AtFields(WireModel):
    """`at` of a tile."""

    column: int = Field(ge=0)
    row: int = Field(ge=0)
    columns: int = Field(ge=1)
    rows: int = Field(ge=1)


class NameFields(WireModel):
    """A text in both languages."""

    vi: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class TileFields(WireModel):
    """One of `tiles`."""

    tile_id: Id
    kind: str = Field(min_length=1, max_length=64)
    at: AtFields
    options: dict[str, Any] = Field(default_factory=dict)


class SceneFields(WireModel):
    """The argument `scene` of `scene.put`."""

    scene_id: Id
    name: NameFields
    grid: GridFields
    tiles: list[TileFields] = Field(max_length=MOST_TILES)


class GridTable(FileModel):
    """`grid` of a scene file."""

    columns: Lines
    rows: Lines


class TileTable(FileModel):
    """`[[tile]]` of a scene file."""

    id: Id
    kind: str = Field(min_length=1, max_length=64)
    at: CellTable
    options: dict[str, Any] = Field(default_factory=dict)


class SceneFile(FileModel):
    """A file of `city/scenes/<wall>`."""

    id: Id
    name: Words
    grid: GridTable
    tile: list[TileTable] = Field([], max_length=MOST_TILES)


def scene_from_json(body: object) -> Scene:
    """Check the wire form of a scene; raises InvalidScene naming tile and rule."""
    try:
        fields = SceneFields.model_validate(body)
    except ValidationError as error:
        raise _shape_error(body, error) from error
    tiles = tuple(
        Tile(
            each.tile_id,
            each.kind,
            Cells(each.at.column, each.at.row, each.at.columns, each.at.rows),
            each.options,
        )
        for each in fields.tiles
    )
    return make_scene(
        fields.scene_id,
        name={"vi": fields.name.vi, "en": fields.name.en},
        columns=fields.grid.columns,
        rows=fields.grid.rows,
        tiles=tiles,
    )


def make_scene(
    scene_id: str, *, name: Mapping[str, str], columns: int, rows: int, tiles: tuple[Tile, ...]
) -> Scene:
    """Make a scene whose tiles keep the rules, with its revision; raises InvalidScene."""
    seen: set[str] = set()
    for tile in tiles:
        if tile.tile_id in seen:
            raise InvalidScene(
                "uniqueTileId",
                f"tile {tile.tile_id!r} stands twice, expected unique ids",
                tile_id=tile.tile_id,
            )
        seen.add(tile.tile_id)
        if tile.at.column + tile.at.columns > columns or tile.at.row + tile.at.rows > rows:
            raise InvalidScene(
                "insideGrid",
                f"tile {tile.tile_id!r} leaves the grid of {columns} x {rows}",
                tile_id=tile.tile_id,
            )
    for one, other in combinations(tiles, 2):
        if one.at.overlaps(other.at):
            raise InvalidScene(
                "noOverlap",
                f"tile {other.tile_id!r} overlaps {one.tile_id!r}",
                tile_id=other.tile_id,
            )
    scene = Scene(scene_id, "", name, columns, rows, tiles)
    try:
        content = orjson.dumps(scene.to_json(), option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise InvalidScene("options", f"options are no JSON: {error}") from error
    revision = blake2b(content, digest_size=8).hexdigest()
    return Scene(scene_id, revision, name, columns, rows, tiles)


def load_scene(path: Path) -> Scene:
    """Read one scene file; raises ConfigurationError."""
    table = read_toml(path, SceneFile)
    if table.id != path.stem:
        raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
    for index, each in enumerate(table.tile):
        _refuse_dates(path, f"tile[{index}].options", each.options)
    tiles = tuple(
        Tile(
            each.id,
            each.kind,
            Cells(each.at.column, each.at.row, each.at.columns, each.at.rows),
            each.options,
        )
        for each in table.tile
    )
    try:
        return make_scene(
            table.id,
            name=table.name.model_dump(),
            columns=table.grid.columns,
            rows=table.grid.rows,
            tiles=tiles,
        )
    except InvalidScene as error:
        raise ConfigurationError(path, f"tile {error.tile_id!r}", str(error)) from error


def read_scenes(
    folder: Path, walls: Mapping[str, Wall]
) -> tuple[dict[str, dict[str, Scene]], list[ConfigurationError]]:
    """Read every scene that is right, and say of each other file what is wrong with it."""
    scenes: dict[str, dict[str, Scene]] = {}
    problems: list[ConfigurationError] = []
    for wall_id, wall in walls.items():
        found = scenes.setdefault(wall_id, {})
        for path in sorted((folder / wall_id).glob("*.toml")):
            try:
                scene = load_scene(path)
            except ConfigurationError as problem:
                problems.append(problem)
            else:
                found[scene.scene_id] = scene
        if wall.base not in found:
            problems.append(
                ConfigurationError(
                    folder / wall_id,
                    f"{wall.base}.toml",
                    f"is missing or wrong, but is the base of wall {wall_id!r}",
                )
            )
    return scenes, problems


def _shape_error(body: object, error: ValidationError) -> InvalidScene:
    first = error.errors()[0]
    location = first["loc"]
    tile_id: str | None = None
    if len(location) > 1 and location[0] == "tiles" and isinstance(location[1], int):
        tiles = body["tiles"] if isinstance(body, dict) else ()
        tile = tiles[location[1]]
        found = tile.get("tileId") if isinstance(tile, dict) else None
        tile_id = found if isinstance(found, str) else f"#{location[1]}"
    message = f"{key_of(location)}: {expectation(first)}" if location else expectation(first)
    return InvalidScene("shape", message, tile_id=tile_id)


def _refuse_dates(path: Path, key: str, options: object) -> None:
    """TOML has dates, JSON has not: one that slipped in unquoted would change its meaning."""
    if isinstance(options, dict):
        for name, each in options.items():
            _refuse_dates(path, f"{key}.{name}", each)
    elif isinstance(options, list):
        for index, each in enumerate(options):
            _refuse_dates(path, f"{key}[{index}]", each)
    elif isinstance(options, datetime.date | datetime.time):
        raise ConfigurationError(path, key, "expected a quoted text, found a date or time")
    elif isinstance(options, float) and not math.isfinite(options):
        raise ConfigurationError(path, key, "expected a finite number")
