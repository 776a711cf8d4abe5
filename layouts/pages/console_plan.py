"""Which tiles stand where on the console: the wall's own kinds, at the console's unit.

A plan gives every tile a rectangle in whole pixels for the room a screen has, so that the tile code
measures its texts for exactly that. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layouts.pages.console_place import GROUPS, Place

UNIT_PX = 16  # 20 minutes of arc at 0.6 m on a 27" screen of 1920 x 1080 (VISUAL: size)
GRID_COLUMNS, GRID_ROWS = 12, 12
GAP_PX = 16
SMALLEST = (1180.0, 600.0)  # room the plans are made for; less scrolls
HEADING_PX = 32
GROUP_HEAD_PX = 52
BOTTLENECKS = "city.bottlenecks"
BOTTLENECK_GROUPS = {  # the group that a bottleneck belongs to
    "flooding": "environment",
    "congestion": "transport",
    "air": "environment",
    "food_safety": "environment",
    "urban_order": "feedback",
}


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
class TileSpec:
    """A tile of a group: kind and options as in a scene, `at` (column, row, columns, rows)."""

    key: str
    kind: str
    options: Mapping[str, Any]
    at: tuple[int, int, int, int]

    @property
    def aggregate(self) -> str:
        """The aggregate it reads."""
        return str(self.options["aggregate"])

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures (numbers, series, table, …) it shows, by id."""
        if self.kind == "kpi":
            return tuple(self.options["numbers"])
        return tuple(
            str(self.options[name])
            for name in ("series", "table", "map", "items")
            if name in self.options
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A tile with its place on this screen; `group` names where a tap leads."""

    key: str
    kind: str
    options: Mapping[str, Any]
    rect: Rect
    needs: tuple[str, ...] = field(default=())


def _tile(key: str, kind: str, at: tuple[int, int, int, int], **options: Any) -> TileSpec:
    return TileSpec(key, kind, options, at)


INVESTMENT, PRICES = "economy.investment", "economy.prices"
SPEED, SITUATIONS = "transport.speed", "transport.situations"
AIR, RAIN, DENGUE, FOOD = "environment.air", "environment.rain", "health.dengue", "food.safety"
ALERTS, LOGINS = "security.alerts", "security.logins"
REQUESTS = "feedback.requests"

GROUP_TILES: dict[str, tuple[TileSpec, ...]] = {
    "economy": (
        _tile("investment", "kpi", (0, 0, 3, 6), aggregate=INVESTMENT,
              numbers=("plan_share", "ytd", "month", "yoy")),
        _tile("monthly", "trend", (3, 0, 5, 6), aggregate=INVESTMENT, series="monthly"),
        _tile("provinces", "table", (8, 0, 4, 6), aggregate=INVESTMENT, table="provinces",
              columns=("name", "ytd", "plan_share")),
        _tile("prices", "kpi", (0, 6, 3, 6), aggregate=PRICES,
              numbers=("cpi_yoy", "cpi_mom", "cpi_ytd")),
        _tile("cpi", "trend", (3, 6, 5, 6), aggregate=PRICES, series="cpi_yoy"),
        _tile("goods", "bars", (8, 6, 4, 6), aggregate=PRICES, table="goods", figure="yoy"),
    ),
    "transport": (
        _tile("links", "map", (0, 0, 5, 12), aggregate=SPEED, map="links", focus="data",
              base=("areas",), legend="corner"),
        _tile("speed", "kpi", (5, 0, 4, 5), aggregate=SPEED,
              numbers=("mean_speed", "congested_share", "congested_links", "worst_speed")),
        _tile("day", "trend", (5, 5, 4, 7), aggregate=SPEED, series="mean_speed"),
        _tile("worst", "table", (9, 0, 3, 7), aggregate=SPEED, table="worst_links",
              columns=("name", "speed")),
        _tile("situations", "alerts", (9, 7, 3, 5), aggregate=SITUATIONS, items="active",
              banner=False),
    ),
    "environment": (
        _tile("stations", "map", (0, 0, 4, 7), aggregate=AIR, map="stations", legend="corner"),
        _tile("air", "kpi", (4, 0, 3, 4), aggregate=AIR,
              numbers=("aqi", "pm25_median", "stations_bad")),
        _tile("pm25", "trend", (7, 0, 5, 4), aggregate=AIR, series="pm25"),
        _tile("rain", "kpi", (4, 4, 3, 3), aggregate=RAIN, numbers=("max_day", "gauges_wet")),
        _tile("daily", "trend", (7, 4, 5, 3), aggregate=RAIN, series="daily", draw="columns"),
        _tile("rain_map", "map", (0, 7, 4, 5), aggregate=RAIN, map="areas", legend="corner"),
        _tile("dengue", "kpi", (4, 7, 3, 5), aggregate=DENGUE,
              numbers=("month_cases", "year_cases", "expected")),
        _tile("curve", "trend", (7, 7, 3, 5), aggregate=DENGUE, series="curve"),
        _tile("food", "kpi", (10, 7, 2, 5), aggregate=FOOD, numbers=("violations_share",)),
    ),
    "security": (
        _tile("alerts", "alerts", (0, 0, 5, 8), aggregate=ALERTS, items="active"),
        _tile("hosts", "table", (0, 8, 5, 4), aggregate=LOGINS, table="hosts"),
        _tile("active", "kpi", (5, 0, 3, 5), aggregate=ALERTS, numbers=("active", "severe")),
        _tile("failed", "kpi", (8, 0, 4, 5), aggregate=LOGINS, numbers=("failed_1h", "ratio")),
        _tile("rate", "trend", (5, 5, 7, 7), aggregate=LOGINS, series="failed"),
    ),
    "feedback": (
        _tile("areas", "map", (0, 0, 4, 12), aggregate=REQUESTS, map="areas", legend="below"),
        _tile("open", "kpi", (4, 0, 4, 5), aggregate=REQUESTS,
              numbers=("on_time_share", "open", "closed", "median_age_h")),
        _tile("flow", "trend", (8, 0, 4, 5), aggregate=REQUESTS, series="opened_closed"),
        _tile("categories", "table", (4, 5, 4, 7), aggregate=REQUESTS, table="categories"),
        _tile("ages", "bars", (8, 5, 4, 7), aggregate=REQUESTS, table="ages", name="bucket",
              figure="count", direction="vertical"),
    ),
}  # fmt: skip

# What stands for a group at the city's level: a figure, and what shows its course.
GROUP_FACES: dict[str, tuple[str, str]] = {
    "economy": ("investment", "monthly"),
    "transport": ("speed", "day"),
    "environment": ("air", "pm25"),
    "security": ("failed", "alerts"),
    "feedback": ("open", "flow"),
}
FACE_NUMBERS = 1  # of a group's figure, at the city's level


def tile_spec(group: str, key: str) -> TileSpec | None:
    """Return a tile of a group by its key; its bottlenecks are among them."""
    own = [bottleneck_spec(name) for name, its in BOTTLENECK_GROUPS.items() if its == group]
    return next((spec for spec in (*GROUP_TILES[group], *own) if spec.key == key), None)


def bottleneck_spec(name: str) -> TileSpec:
    """Return the tile of one of the city's bottlenecks."""
    return _tile(f"b.{name}", "kpi", (0, 0, 4, 4), aggregate=BOTTLENECKS, numbers=(name,))


def area_specs(group: str) -> tuple[TileSpec, ...]:
    """Return the group's maps by unit: what its units can be ordered by."""
    return tuple(
        spec
        for spec in GROUP_TILES[group]
        if spec.kind == "map" and spec.options.get("map") == "areas"
    )


def columns(width: float) -> list[tuple[int, int]]:
    """Return x and width of the five columns of the city's level."""
    each = (width - 4 * GAP_PX) / 5
    edges = [(round(i * (each + GAP_PX)), round(i * (each + GAP_PX) + each)) for i in range(5)]
    return [(begin, end - begin) for begin, end in edges]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """The city's level: a row of bottlenecks, a column for each group."""

    bottlenecks: tuple[Planned, ...]
    groups: tuple[tuple[str, Rect, tuple[Planned, ...]], ...]
    height: int


def city_plan(width: float, height: float) -> CityPlan:
    """Lay out the city's level in so much room."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    row = round(min(max(height * 0.25, 150), 230))
    top = HEADING_PX + row + GAP_PX + HEADING_PX
    tall = round(height) - top
    face = round(min(max((tall - GROUP_HEAD_PX) * 0.4, 136), 240))
    bottlenecks, groups = [], []
    for (x, wide), name, group in zip(columns(width), BOTTLENECK_GROUPS, GROUPS, strict=True):
        bottlenecks.append(
            Planned(
                f"b.{name}",
                "kpi",
                bottleneck_spec(name).options,
                Rect(x, HEADING_PX, wide, row),
            )
        )
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
    return CityPlan(tuple(bottlenecks), tuple(groups), round(height))


def group_plan(group: str, width: float, height: float) -> list[Planned]:
    """Lay out a group's tiles in so much room."""
    width, height = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    return [
        Planned(f"t.{spec.key}", spec.kind, spec.options, _cell(spec.at, width, height))
        for spec in GROUP_TILES[group]
    ]


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
        return [*plan.bottlenecks, *(tile for _, _, tiles in plan.groups for tile in tiles)]
    group = place.group or GROUPS[0]
    if place.level == "group":
        return group_plan(group, width, height)
    if place.level == "areas":
        spec = areas_spec(place)
        return [areas_plan(spec, width, height)] if spec else []
    found = tile_spec(group, place.tile or "")
    return [tile_plan(found, place.figure, width, height)] if found else []


def areas_spec(place: Place) -> TileSpec | None:
    """Return the map the units of `place` are ordered by: the one named, else the first."""
    specs = area_specs(place.group or GROUPS[0])
    return next(
        (each for each in specs if each.aggregate == place.aggregate), next(iter(specs), None)
    )
