"""Which tiles stand where on the console: the wall's own kinds, at the console's unit.

A plan gives every tile a rectangle in whole pixels for the room a screen has, so that the tile code
measures its texts for exactly that. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layouts.pages.console_place import GROUPS, Place
from layouts.pages.console_topics import (
    BOTTLENECK_GROUPS,
    BOTTLENECKS,
    FACE_NUMBERS,
    GROUP_FACES,
    GROUP_TILES,
    STAGE,
    TOPICS,
    TileSpec,
    topic_of,
)

UNIT_PX = 16  # 20 minutes of arc at 0.6 m on a 27" screen of 1920 x 1080 (VISUAL: size)
GRID_COLUMNS, GRID_ROWS = 12, 12
GAP_PX = 16
SMALLEST = (1180.0, 600.0)  # room the plans are made for; less scrolls
HEADING_PX = 32
STAGE_PX = 48  # the stage is a line, as in a wall's header strip, and a target for a finger
GROUP_HEAD_PX = 52
STAGE_OPTIONS = {"aggregate": STAGE}
TOPIC_BAR_PX = 64  # keys for a finger, and air below them


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of the page's body, in CSS pixels."""

    x: int
    y: int
    width: int
    height: int

    def style(self) -> dict[str, str]:
        """Return the CSS of an absolutely placed child."""
        return {
            "left": f"{self.x}px",
            "top": f"{self.y}px",
            "width": f"{self.width}px",
            "height": f"{self.height}px",
        }


@dataclass(frozen=True, slots=True)
class Planned:
    """A tile with its place on this screen; `group` names where a tap leads."""

    key: str
    kind: str
    options: Mapping[str, Any]
    rect: Rect
    needs: tuple[str, ...] = field(default=())


def tile_spec(group: str, key: str) -> TileSpec | None:
    """Return a tile of a group by its key; its bottlenecks are among them."""
    own = [bottleneck_spec(name) for name, its in BOTTLENECK_GROUPS.items() if its == group]
    return next((spec for spec in (*GROUP_TILES[group], *own) if spec.key == key), None)


def bottleneck_spec(name: str) -> TileSpec:
    """Return the tile of one of the city's bottlenecks."""
    options = {"aggregate": BOTTLENECKS, "numbers": (name,)}
    return TileSpec(f"b.{name}", "kpi", options, (0, 0, 4, 4))


def area_specs(group: str) -> tuple[TileSpec, ...]:
    """Return the group's maps by unit: what its units can be ordered by."""
    return tuple(
        spec
        for spec in GROUP_TILES[group]
        if spec.kind == "map" and (spec.options.get("map") == "areas" or spec.by_unit)
    )


def columns(width: float, count: int) -> list[tuple[int, int]]:
    """Return x and width of so many equal columns of the city's level."""
    each = (width - (count - 1) * GAP_PX) / count
    edges = [(round(i * (each + GAP_PX)), round(i * (each + GAP_PX) + each)) for i in range(count)]
    return [(begin, end - begin) for begin, end in edges]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """The city's level: its stage in a line; in five columns its bottlenecks, and its groups."""

    stage: Planned
    bottlenecks: tuple[Planned, ...]
    groups: tuple[tuple[str, Rect, tuple[Planned, ...]], ...]
    height: int


def city_plan(width: float, height: float) -> CityPlan:
    """Lay out the city's level in so much room."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    row = round(min(max(height * 0.25, 150), 230))
    upper = STAGE_PX + HEADING_PX
    top = upper + row + GAP_PX
    tall = round(height) - top
    face = round(min(max((tall - GROUP_HEAD_PX) * 0.4, 136), 240))
    stage = Planned("stage", "stage", STAGE_OPTIONS, Rect(0, 0, round(width), STAGE_PX))
    bottlenecks = [
        Planned(f"b.{name}", "kpi", bottleneck_spec(name).options, Rect(x, upper, wide, row))
        for (x, wide), name in zip(
            columns(width, len(BOTTLENECK_GROUPS)), BOTTLENECK_GROUPS, strict=True
        )
    ]
    groups = []
    for (x, wide), group in zip(columns(width, len(GROUPS)), GROUPS, strict=True):
        figure, course = (tile_spec(group, key) for key in GROUP_FACES[group])
        assert figure is not None  # noqa: S101 - the tables above
        assert course is not None  # noqa: S101
        numbers = {**figure.options, "numbers": figure.figures[:FACE_NUMBERS]}
        below = top + GROUP_HEAD_PX + face
        tiles = (
            Planned(f"f.{group}", figure.kind, numbers, Rect(x, top + GROUP_HEAD_PX, wide, face)),
            Planned(
                f"c.{group}",
                course.kind,
                course.options,
                Rect(x, below, wide, round(height) - below),
            ),
        )
        groups.append((group, Rect(x, top, wide, tall), tiles))
    return CityPlan(stage, tuple(bottlenecks), tuple(groups), round(height))


def group_plan(group: str, topic: str | None, width: float, height: float) -> list[Planned]:
    """Lay out the tiles of a group's topic in so much room, below the keys of its topics."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    top = TOPIC_BAR_PX if len(TOPICS[group]) > 1 else 0
    planned = []
    for spec in TOPICS[group][topic_of(group, topic)]:
        rect = _cell(spec.at, width, height - top)
        rect = replace(rect, y=rect.y + top)
        planned.append(Planned(f"t.{spec.key}", spec.kind, spec.options, rect))
    return planned


def areas_plan(spec: TileSpec, width: float, height: float) -> Planned:
    """Lay out the map beside a list of units: the left part of the room."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    options = {**spec.options, "labels": 12}
    return Planned("areas", spec.kind, options, Rect(0, 0, round(width * 0.56), round(height)))


def tile_plan(spec: TileSpec, figure: str | None, width: float, height: float) -> Planned:
    """Lay out one tile above its rows: the left part of the upper half."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    options = dict(spec.options)
    # A figure alone needs less room than a course; what it says of its source needs some.
    is_alone = spec.kind == "kpi" and len(spec.figures) == 1
    tall = max(round(height * 0.36), 330) if is_alone else round(height * 0.52)
    if spec.kind == "kpi" and figure in spec.figures:
        options["numbers"] = (figure, *(each for each in spec.figures if each != figure))
    if "table" in options and figure is not None:  # one that breaks down a row of the tile's own
        options["table"] = figure
    return Planned("tile", spec.kind, options, Rect(0, 0, round(width * 0.58), tall))


def _cell(at: tuple[int, int, int, int], width: float, height: float) -> Rect:
    column, row, wide, tall = at
    step_x = (width + GAP_PX) / GRID_COLUMNS
    step_y = (height + GAP_PX) / GRID_ROWS
    x, y = round(column * step_x), round(row * step_y)
    right = round((column + wide) * step_x - GAP_PX)
    bottom = round((row + tall) * step_y - GAP_PX)
    return Rect(x, y, right - x, bottom - y)


def planned(place: Place, width: float, height: float) -> list[Planned]:
    """Return every tile drawn at `place`, by the same keys each time."""
    if place.sending or place.level == "area":
        return []
    if place.level == "city":
        plan = city_plan(width, height)
        return [
            plan.stage,
            *plan.bottlenecks,
            *(tile for _, _, tiles in plan.groups for tile in tiles),
        ]
    group = place.group or GROUPS[0]
    if place.level == "group":
        return group_plan(group, place.topic, width, height)
    if place.level == "areas":
        spec = areas_spec(place)
        return [areas_plan(spec, width, height)] if spec else []
    found = tile_spec(group, place.tile or "")
    return [tile_plan(found, place.figure, width, height)] if found else []


def areas_spec(place: Place) -> TileSpec | None:
    """Return the map the units of `place` are ordered by: the one named, else the first."""
    specs = area_specs(place.group or GROUPS[0])
    for spec in specs:
        if place.aggregate == spec.more and spec.more and place.figure:
            further = {"aggregate": spec.more, "map": place.figure}
            return replace(spec, options={**spec.options, **further})
        if place.aggregate == spec.aggregate:
            return spec
    return next((each for each in specs if each.topic == place.topic), next(iter(specs), None))
