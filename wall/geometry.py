"""A wall as pixels: panels, bezels, canvas, outputs, and the unit of type seen from the room.

Not for what is shown on it: scenes are in `wall.scene`, cells of a scene's grid in `wall.grid`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from wall.classification import Classification, ClassificationFields
from wall.configuration import ID_PATTERN, FileModel, Words, read_toml
from wall.errors import ConfigurationError

BODY_ARC_MIN = 20.0  # cap height of body text in minutes of arc (ISO 9241-303: 16 at the least)
CAP_HEIGHT = 0.72  # cap height of a sans face over its font size

Id = Annotated[str, Field(pattern=ID_PATTERN)]


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle of canvas pixels: `x` and `y` are its own, `right` and `bottom` not."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    def shares_pixel_with(self, other: Rect) -> bool:
        """Tell whether at least one pixel lies in both."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: Rect) -> bool:
        """Tell whether all of `other` lies in this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def to_json(self) -> dict[str, int]:
        """Return the wire form."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Axis:
    """Panels of a wall along one direction as half-open spans; between them is bezel."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, panels: int, *, length_px: int, gap_px: int) -> Axis:
        """Lay `panels` of equal length side by side, `gap_px` of bezel between neighbours."""
        step = length_px + gap_px
        return cls(tuple((i * step, i * step + length_px) for i in range(panels)))

    @property
    def length_px(self) -> int:
        """Length of the canvas, bezels included."""
        return self.spans[-1][1]

    @property
    def seams(self) -> tuple[tuple[int, int], ...]:
        """The bezels as half-open spans, the empty ones (gap 0) left out."""
        return tuple((a[1], b[0]) for a, b in pairwise(self.spans) if a[1] < b[0])


@dataclass(frozen=True, slots=True)
class Output:
    """One browser filling one panel, or a rectangle of panels."""

    output_id: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Wall:
    """One display surface, as its file describes it."""

    wall_id: str
    site_id: str
    name: dict[str, str]
    columns: Axis
    rows: Axis
    outputs: tuple[Output, ...]
    unit_px: int
    pitch_mm: float
    viewing_distance_m: float
    base: str
    ceiling: Classification
    manual_hold_min: float
    language: str | None  # None: that of the settings
    control: frozenset[str]  # roles besides operator and administrator that may command here
    waiting: dict[str, str]  # shown where a tile has no content yet
    withheld: dict[str, str]  # shown where a tile rose above the ceiling

    @property
    def canvas(self) -> Rect:
        """The wall's whole pixel plane, bezels included."""
        return Rect(0, 0, self.columns.length_px, self.rows.length_px)

    def output(self, output_id: str) -> Output | None:
        """Return the output of that id, if the wall has it."""
        return next((each for each in self.outputs if each.output_id == output_id), None)


def unit_px(distance_m: float, pitch_mm: float, *, arc_min: float = BODY_ARC_MIN) -> int:
    """Return the font size in pixels whose capitals fill `arc_min` at `distance_m`, rounded up.

    `distance * tan(arc) / pitch / 0.72`; rounded up so that fractions of it never fall under what
    they were chosen for.
    """
    size_mm = distance_m * 1000 * math.tan(math.radians(arc_min / 60)) / CAP_HEIGHT
    return math.ceil(size_mm / pitch_mm - 1e-9)


class PanelTable(FileModel):
    """`[panel]`: one display, active area only."""

    width_px: int = Field(ge=320, le=16384)
    height_px: int = Field(ge=240, le=16384)
    width_mm: float = Field(gt=50, le=10000)


class CellTable(FileModel):
    """A rectangle of a grid, counted from 0."""

    column: int = Field(ge=0)
    row: int = Field(ge=0)
    columns: int = Field(ge=1)
    rows: int = Field(ge=1)


class OutputTable(FileModel):
    """`[[output]]`: an output that fills more than one panel, or has a name of its own."""

    id: Id
    at: CellTable


class BezelTable(FileModel):
    """Dead millimetres between the pixels of neighbours, both frames together."""

    x: float = Field(ge=0, le=200)
    y: float = Field(ge=0, le=200)


class WallFile(FileModel):
    """A file of `city/walls`."""

    id: Id
    site: Id
    name: Words
    language: Literal["vi", "en"] | None = None
    viewing_distance_m: float = Field(gt=0.2, le=100)
    columns: int = Field(ge=1, le=32)
    rows: int = Field(ge=1, le=32)
    panel: PanelTable
    bezel_mm: float | BezelTable = Field(0.0)
    base: Id
    ceiling: ClassificationFields
    manual_hold_min: float = Field(30, gt=0, le=24 * 60)
    control: list[Literal["leader", "presenter"]] = Field(default_factory=list)
    waiting: Words
    withheld: Words
    output: list[OutputTable] = Field(default_factory=list)

    @model_validator(mode="after")
    def _bezel_is_sane(self) -> WallFile:
        if isinstance(self.bezel_mm, float) and not 0 <= self.bezel_mm <= 200:
            raise ValueError(f"bezel_mm must be from 0 to 200 mm, is {self.bezel_mm:g}")
        return self


def load_wall(path: Path) -> Wall:
    """Read one wall file; raises ConfigurationError."""
    table = read_toml(path, WallFile)
    if table.id != path.stem:
        raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
    pitch_mm = table.panel.width_mm / table.panel.width_px
    bezel = table.bezel_mm
    gaps = (bezel.x, bezel.y) if isinstance(bezel, BezelTable) else (bezel, bezel)
    columns = Axis.of(
        table.columns, length_px=table.panel.width_px, gap_px=round(gaps[0] / pitch_mm)
    )
    rows = Axis.of(table.rows, length_px=table.panel.height_px, gap_px=round(gaps[1] / pitch_mm))
    return Wall(
        wall_id=table.id,
        site_id=table.site,
        name=table.name.model_dump(),
        columns=columns,
        rows=rows,
        outputs=_outputs(path, table, columns=columns, rows=rows),
        unit_px=unit_px(table.viewing_distance_m, pitch_mm),
        pitch_mm=pitch_mm,
        viewing_distance_m=table.viewing_distance_m,
        base=table.base,
        ceiling=Classification.of(table.ceiling),
        manual_hold_min=table.manual_hold_min,
        language=table.language,
        control=frozenset(table.control),
        waiting=table.waiting.model_dump(),
        withheld=table.withheld.model_dump(),
    )


def load_walls(folder: Path) -> dict[str, Wall]:
    """Read every wall of a `walls` folder by id; raises the first ConfigurationError."""
    walls, problems = read_walls(folder)
    if problems:
        raise problems[0]
    return walls


def read_walls(folder: Path) -> tuple[dict[str, Wall], list[ConfigurationError]]:
    """Read every wall that is right, and say of each other file what is wrong with it."""
    walls: dict[str, Wall] = {}
    problems: list[ConfigurationError] = []
    taken: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            wall = load_wall(path)
            for output in wall.outputs:
                other = taken.setdefault((wall.site_id, output.output_id), wall.wall_id)
                if other != wall.wall_id:
                    raise ConfigurationError(
                        path,
                        "output",
                        f"output {output.output_id!r} stands already in wall {other!r} of site "
                        f"{wall.site_id!r}; expected names that are unique in a site",
                    )
        except ConfigurationError as problem:
            problems.append(problem)
        else:
            walls[wall.wall_id] = wall
    if not walls and not problems:
        problems.append(ConfigurationError(folder, "", "expected at least one wall, <id>.toml"))
    return walls, problems


def _outputs(path: Path, table: WallFile, *, columns: Axis, rows: Axis) -> tuple[Output, ...]:
    """Place the outputs; without `[[output]]` each panel is one, named `a1` (row a, column 1)."""
    cells = table.output or _one_a_panel(table.columns, table.rows)
    outputs: list[Output] = []
    for index, each in enumerate(cells):
        at = each.at
        if at.column + at.columns > table.columns or at.row + at.rows > table.rows:
            raise ConfigurationError(
                path,
                f"output[{index}].at",
                f"expected a place inside the {table.columns} x {table.rows} panels",
            )
        x, y = columns.spans[at.column][0], rows.spans[at.row][0]
        rect = Rect(
            x,
            y,
            columns.spans[at.column + at.columns - 1][1] - x,
            rows.spans[at.row + at.rows - 1][1] - y,
        )
        for other in outputs:
            if other.output_id == each.id:
                raise ConfigurationError(
                    path, f"output[{index}].id", f"{each.id!r} is used twice, expected unique ids"
                )
            if other.rect.shares_pixel_with(rect):
                raise ConfigurationError(
                    path, f"output[{index}].at", f"overlaps {other.output_id!r}, expected none to"
                )
        outputs.append(Output(each.id, rect))
    return tuple(outputs)


def _one_a_panel(columns: int, rows: int) -> list[OutputTable]:
    return [
        OutputTable(
            id=f"{chr(ord('a') + row) if row < 26 else f'r{row + 1}-'}{column + 1}",
            at=CellTable(column=column, row=row, columns=1, rows=1),
        )
        for row in range(rows)
        for column in range(columns)
    ]
