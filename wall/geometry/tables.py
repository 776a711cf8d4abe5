"""What a file of `city/walls` may say, as checked tables.

Two forms: `[panel]` with `columns` and `rows` is a grid of panels that are all alike, `[[panel]]`
places each by itself. Whether they fit together is `wall.geometry.assembly`'s to find.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from wall.classification import ClassificationFields
from wall.configuration import ID_PATTERN, FileModel, Words
from wall.zone import DEFAULT

MOST_PANELS = 1024
MOST_ORDERED = 64  # scenes whose place among the keys is said
LARGEST_MM = 1_000_000.0  # a kilometre from the first panel
LARGEST_PX = 1_000_000
LARGEST_TRIM_PX = 128
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

Id = Annotated[str, Field(pattern=ID_PATTERN)]


def _both_ways(found: Any) -> Any:
    """Take one number for both directions."""
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return {"x": found, "y": found} if is_number else found


class CellTable(FileModel):
    """A rectangle of a grid, counted from 0."""

    column: int = Field(ge=0)
    row: int = Field(ge=0)
    columns: int = Field(ge=1)
    rows: int = Field(ge=1)


class HoleTable(FileModel):
    """A cell of the grid without a panel, or a rectangle of them."""

    column: int = Field(ge=0)
    row: int = Field(ge=0)
    columns: int = Field(1, ge=1)
    rows: int = Field(1, ge=1)


class PanelTable(FileModel):
    """`[panel]`: one display as it was made, active area only."""

    width_px: int = Field(ge=64, le=16384)
    height_px: int = Field(ge=64, le=16384)
    width_mm: float = Field(gt=50, le=10000)
    rotation: Literal[0, 90, 180, 270] = 0
    device_pixel_ratio: float = Field(1.0, ge=0.25, le=8)


class PlaceMmTable(FileModel):
    """Where a panel's lit area begins, from any corner of the room, to the right and down."""

    x: float = Field(ge=-LARGEST_MM, le=LARGEST_MM)
    y: float = Field(ge=-LARGEST_MM, le=LARGEST_MM)


class PlacePxTable(FileModel):
    """Where a panel begins on the canvas, from any origin."""

    x: int = Field(ge=-LARGEST_PX, le=LARGEST_PX)
    y: int = Field(ge=-LARGEST_PX, le=LARGEST_PX)


class PlacedPanelTable(PanelTable):
    """`[[panel]]`: one display and where it hangs."""

    id: Id
    at_mm: PlaceMmTable | None = None
    at_px: PlacePxTable | None = None


class PartTable(FileModel):
    """A rectangle of a panel, in its own pixels, as it hangs."""

    x: int = Field(ge=0)
    y: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class OutputTable(FileModel):
    """`[[output]]`: an output of several panels, of a part of one, or with a name of its own."""

    id: Id
    at: CellTable | None = None
    panels: list[str] | None = Field(None, min_length=1)
    panel: str | None = None
    part: PartTable | None = None
    ceiling: ClassificationFields | None = None  # below the wall's: this panel others see too

    @model_validator(mode="after")
    def _one_place(self) -> OutputTable:
        places = [self.at, self.panels, self.panel]
        if len([each for each in places if each is not None]) != 1:
            raise ValueError("expected one of at, panels and panel")
        if self.part is not None and self.panel is None:
            raise ValueError("part needs panel, the panel that it is a part of")
        return self


class TrimTable(FileModel):
    """How far an output's picture is moved to meet its neighbours', in canvas pixels."""

    x: int = Field(0, ge=-LARGEST_TRIM_PX, le=LARGEST_TRIM_PX)
    y: int = Field(0, ge=-LARGEST_TRIM_PX, le=LARGEST_TRIM_PX)


class NightTable(FileModel):
    """`[night]`: from when to when, by the clock of `timezone`, the wall is dimmer and warmer.

    What is no file of a city's folder has no city to take the time zone from (folder.py does).
    """

    begin: str = Field(pattern=TIME_PATTERN, alias="from")
    end: str = Field(pattern=TIME_PATTERN, alias="to")
    dim: float = Field(0.75, ge=0.2, le=1)
    white_k: int = Field(4000, ge=2000, le=6600)
    fade_min: int = Field(20, ge=0, le=120)
    timezone: str = DEFAULT.key

    @model_validator(mode="after")
    def _lasts(self) -> NightTable:
        if self.begin == self.end:
            raise ValueError("expected from and to to differ")
        return self

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("expected the name of a time zone") from error
        return name


class BezelMmTable(FileModel):
    """Dead millimetres between the pixels of neighbours, both frames together."""

    x: float = Field(ge=0, le=200)
    y: float = Field(ge=0, le=200)


class BezelPxTable(FileModel):
    """The same in canvas pixels."""

    x: int = Field(ge=0, le=4096)
    y: int = Field(ge=0, le=4096)


class WallFile(FileModel):
    """What both forms of a file of `city/walls` say."""

    id: Id
    site: Id
    name: Words
    language: Literal["vi", "en"] | None = None
    viewing_distance_m: float = Field(gt=0.2, le=100)
    base: Id
    scenes: list[Id] = Field(default_factory=list, max_length=MOST_ORDERED)
    ceiling: ClassificationFields
    manual_hold_min: float = Field(30, gt=0, le=24 * 60)
    control: list[Literal["leader", "presenter"]] = Field(default_factory=list)
    waiting: Words
    withheld: Words
    output: list[OutputTable] = Field(default_factory=list, max_length=4 * MOST_PANELS)
    trim_px: dict[Id, TrimTable] = Field(default_factory=dict)
    night: NightTable | None = None
    orbit_px: int = Field(0, ge=0, le=8)


class GridFile(WallFile):
    """`[panel]`, `columns`, `rows`: a grid of panels that are all alike."""

    columns: int = Field(ge=1, le=32)
    rows: int = Field(ge=1, le=32)
    panel: PanelTable
    bezel_mm: Annotated[BezelMmTable | None, BeforeValidator(_both_ways)] = None
    bezel_px: Annotated[BezelPxTable | None, BeforeValidator(_both_ways)] = None
    holes: list[HoleTable] = Field(default_factory=list, max_length=MOST_PANELS)

    @model_validator(mode="after")
    def _one_bezel(self) -> GridFile:
        if self.bezel_mm is not None and self.bezel_px is not None:
            raise ValueError("expected bezel_mm or bezel_px, found both")
        return self


class PlacedFile(WallFile):
    """`[[panel]]`: each panel with its own size and place."""

    panel: list[PlacedPanelTable] = Field(min_length=1, max_length=MOST_PANELS)
