"""A wall as another product's file knows it: pixels, perhaps millimetres, perhaps names.

What a file does not say is None here; `wall.importing.writing` assumes something and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["mm", "px"]
Cell = tuple[int, int]  # column, row


@dataclass(frozen=True, slots=True)
class PanelDraft:
    """A display as it was made, and how it is turned."""

    width_px: int
    height_px: int
    width_mm: float | None = None
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class BezelDraft:
    """What lies between neighbours."""

    unit: Unit
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class SpanDraft:
    """An output over a rectangle of a grid."""

    output_id: str
    column: int
    row: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class PartDraft:
    """An output that lights a part of a panel, in the panel's pixels."""

    output_id: str
    panel_id: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class GridDraft:
    """Panels that are all alike, in columns and rows; without outputs each panel is one."""

    columns: int
    rows: int
    panel: PanelDraft
    bezel: BezelDraft | None = None
    holes: tuple[Cell, ...] = ()
    outputs: tuple[SpanDraft | PartDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedPanelDraft:
    """A panel with its place in pixels."""

    panel_id: str
    panel: PanelDraft
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class PlacedDraft:
    """Panels each in a place of its own; an output for each that `outputs` do not light."""

    panels: tuple[PlacedPanelDraft, ...]
    outputs: tuple[PartDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A wall as far as a file knows it."""

    source: str  # what the file is: "a SAGE2 configuration"
    layout: GridDraft | PlacedDraft
    name: str | None = None
    viewing_distance_m: float | None = None
    drives: tuple[tuple[str, str], ...] = ()  # output -> what lights it there
    notes: tuple[str, ...] = ()  # what somebody must look at


SQUARE_WITHIN = 0.1  # pixels are square; published sizes are rounded by less than this


def lit_width_mm(
    width_px: int, height_px: int, *, width_mm: float | None, height_mm: float | None
) -> tuple[float | None, tuple[str, ...]]:
    """Return how wide `width_px` are, and what is odd about what was said of it.

    Pixels are square. Sizes that say otherwise are often those of one panel where several are lit
    by one cable; else the width is taken and doubted.
    """
    if width_mm is None or height_mm is None:
        if height_mm is not None:
            return height_mm / height_px * width_px, ()
        return width_mm, ()
    pitch_x, pitch_y = width_mm / width_px, height_mm / height_px
    ratio = pitch_y / pitch_x
    if abs(ratio - 1) <= SQUARE_WITHIN:
        return width_mm, ()
    said = (
        f"it says {width_mm:.0f} x {height_mm:.0f} mm for {width_px} x {height_px} pixels, "
        f"which are then not square ({pitch_x:.3f} x {pitch_y:.3f} mm)"
    )
    several = round(ratio)
    if 2 <= several <= 16 and abs(ratio / several - 1) <= SQUARE_WITHIN:
        wide = several * width_mm
        return wide, (
            f"{said}: probably {several} panels of that size side by side on one cable; "
            f"{wide:.0f} mm is taken for all of it, without the bezels between them",
        )
    return width_mm, (f"{said}: measure the lit width",)
