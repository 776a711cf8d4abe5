"""A wall: its panels on the canvas, its outputs, and the unit of type that follows from both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wall.classification import Classification
from wall.geometry.plane import Axis, Rect

BODY_ARC_MIN = 20.0  # cap height of body text in minutes of arc (ISO 9241-303: 16 at the least)
CAP_HEIGHT = 0.72  # cap height of a sans face over its font size


@dataclass(frozen=True, slots=True)
class Panel:
    """One physical display: its lit area on the canvas, as it hangs.

    `pitch_mm` is the size of a canvas pixel on it; `device_pixel_ratio` how many of its own pixels
    a canvas pixel takes; `rotation` how far it is turned clockwise from how it was made.
    """

    panel_id: str
    rect: Rect
    pitch_mm: float
    rotation: int = 0
    device_pixel_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Output:
    """One browser filling one panel, a rectangle of panels, or a part of a panel."""

    output_id: str
    rect: Rect
    device_pixel_ratio: float = 1.0
    ceiling: Classification | None = None  # of its own, besides the wall's


@dataclass(frozen=True, slots=True)
class Trim:
    """How far an output's picture is moved to meet its neighbours', in canvas pixels."""

    x: int = 0
    y: int = 0

    def to_json(self) -> dict[str, int]:
        """Return the wire form."""
        return {"x": self.x, "y": self.y}


@dataclass(frozen=True, slots=True)
class Night:
    """When a wall is dimmer and warmer, and how much.

    `begin` and `end` are "HH:MM" in `timezone`; `dim` is the part of the light that is left,
    `white_k` the colour temperature of white in kelvin (6600 leaves it as it is).
    """

    begin: str
    end: str
    dim: float
    white_k: int
    fade_min: int
    timezone: str

    def to_json(self) -> dict[str, str | float]:
        """Return the wire form."""
        return {
            "from": self.begin,
            "to": self.end,
            "dim": self.dim,
            "whiteK": self.white_k,
            "fadeMin": self.fade_min,
            "timezone": self.timezone,
        }


@dataclass(frozen=True, slots=True)
class Wall:
    """One display surface, as its file describes it."""

    wall_id: str
    site_id: str
    name: dict[str, str]
    panels: tuple[Panel, ...]
    columns: Axis  # where any panel is lit, across
    rows: Axis  # and down
    outputs: tuple[Output, ...]
    unit_px: int
    pitch_mm: float  # of the finest panel
    viewing_distance_m: float
    base: str
    ceiling: Classification
    manual_hold_min: float
    language: str | None  # None: that of the settings
    control: frozenset[str]  # roles besides operator and administrator that may command here
    waiting: dict[str, str]  # shown where a tile has no content yet
    withheld: dict[str, str]  # shown where a tile rose above the ceiling
    trims: Mapping[str, Trim] = field(default_factory=dict)  # by output
    night: Night | None = None
    orbit_px: int = 0  # how far the picture wanders so that nothing burns in
    scene_order: tuple[str, ...] = ()  # scenes offered first, in this order; others by id

    @property
    def canvas(self) -> Rect:
        """The wall's whole pixel plane, bezels and holes included."""
        return Rect(0, 0, self.columns.length_px, self.rows.length_px)

    def output(self, output_id: str) -> Output | None:
        """Return the output of that id, if the wall has it."""
        return next((each for each in self.outputs if each.output_id == output_id), None)


def axes_of(panels: Sequence[Panel]) -> tuple[Axis, Axis]:
    """Return where `panels` light the canvas, across and down."""
    return (
        Axis.lit_by((each.rect.x, each.rect.right) for each in panels),
        Axis.lit_by((each.rect.y, each.rect.bottom) for each in panels),
    )


def unit_px(distance_m: float, pitch_mm: float, *, arc_min: float = BODY_ARC_MIN) -> int:
    """Return the font size in pixels whose capitals fill `arc_min` at `distance_m`, rounded up.

    `distance * tan(arc) / pitch / 0.72`; rounded up so that fractions of it never fall under what
    they were chosen for.
    """
    size_mm = distance_m * 1000 * math.tan(math.radians(arc_min / 60)) / CAP_HEIGHT
    return math.ceil(size_mm / pitch_mm - 1e-9)
