"""A wall from the tables of its file: panels on the canvas, outputs on the panels.

Sizes come as they were made, places in millimetres or pixels; what comes out is canvas pixels
without an overlap, or a ConfigurationError.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wall.classification import Classification
from wall.configuration import check_table
from wall.errors import ConfigurationError
from wall.geometry.outputs import outputs_of
from wall.geometry.plane import Rect, bounding, first_overlap, nearest
from wall.geometry.surface import Night, Output, Panel, Trim, Wall, axes_of, unit_px
from wall.geometry.tables import GridFile, PanelTable, PlacedFile, PlacedPanelTable, WallFile

Cell = tuple[int, int]  # column, row


def wall_of(path: Path, found: Mapping[str, Any]) -> Wall:
    """Make the wall that the TOML `found` in `path` describes; raises ConfigurationError."""
    table: GridFile | PlacedFile
    if isinstance(found.get("panel"), list):
        table = check_table(path, found, PlacedFile)
        panels, cells = _placed(path, table), None
    else:
        table = check_table(path, found, GridFile)
        cells = _grid(path, table)
        panels = tuple(cells.values())
    columns, rows = axes_of(panels)
    pitch_mm = min(each.pitch_mm for each in panels)
    outputs = outputs_of(path, table, panels, cells)
    return Wall(
        wall_id=table.id,
        site_id=table.site,
        name=table.name.model_dump(),
        panels=panels,
        columns=columns,
        rows=rows,
        outputs=outputs,
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
        trims=_trims(path, table, outputs),
        night=_night(table),
        orbit_px=table.orbit_px,
        scene_order=tuple(dict.fromkeys(table.scenes)),
    )


def panel_name(column: int, row: int) -> str:
    """Name a panel of a grid: `a1` is row a, column 1."""
    return f"{chr(ord('a') + row) if row < 26 else f'r{row + 1}-'}{column + 1}"


def _trims(path: Path, table: WallFile, outputs: Sequence[Output]) -> dict[str, Trim]:
    known = {each.output_id for each in outputs}
    unknown = sorted(set(table.trim_px) - known)
    if unknown:
        raise ConfigurationError(
            path, f"trim_px.{unknown[0]}", "there is no such output, expected one of the wall's"
        )
    return {name: Trim(each.x, each.y) for name, each in table.trim_px.items()}


def _night(table: WallFile) -> Night | None:
    return None if table.night is None else Night(**table.night.model_dump())


def _grid(path: Path, table: GridFile) -> dict[Cell, Panel]:
    width, height, pitch_mm = _as_hung(table.panel)
    gaps = (0, 0)
    if table.bezel_px is not None:
        gaps = (table.bezel_px.x, table.bezel_px.y)
    elif table.bezel_mm is not None:
        gaps = (round(table.bezel_mm.x / pitch_mm), round(table.bezel_mm.y / pitch_mm))
    holes = _holes(path, table)
    rects = {
        (column, row): Rect(column * (width + gaps[0]), row * (height + gaps[1]), width, height)
        for row in range(table.rows)
        for column in range(table.columns)
        if (column, row) not in holes
    }
    if not rects:
        raise ConfigurationError(path, "holes", "leave no panel, expected at least one")
    around = bounding(rects.values())
    return {
        cell: Panel(
            panel_name(*cell),
            rect.moved(-around.x, -around.y),
            pitch_mm,
            table.panel.rotation,
            table.panel.device_pixel_ratio,
        )
        for cell, rect in rects.items()
    }


def _holes(path: Path, table: GridFile) -> set[Cell]:
    holes: set[Cell] = set()
    for index, each in enumerate(table.holes):
        if each.column + each.columns > table.columns or each.row + each.rows > table.rows:
            raise ConfigurationError(
                path,
                f"holes[{index}]",
                f"expected a place inside the {table.columns} x {table.rows} panels",
            )
        holes |= {
            (column, row)
            for column in range(each.column, each.column + each.columns)
            for row in range(each.row, each.row + each.rows)
        }
    return holes


def _placed(path: Path, table: PlacedFile) -> tuple[Panel, ...]:
    """Place panels that each say where they hang.

    Millimetres become pixels by the finest panel's pitch: what does not overlap on the wall does
    then not overlap on the canvas either, and coarser panels only gain bezel.
    """
    hung = [_as_hung(each) for each in table.panel]
    pitch_mm = min(pitch for _, _, pitch in hung)
    rects = [
        Rect(*_corner(path, index, each, table.panel, pitch_mm), width, height)
        for index, (each, (width, height, _)) in enumerate(zip(table.panel, hung, strict=True))
    ]
    named: dict[str, int] = {}
    for index, each in enumerate(table.panel):
        if each.id in named:
            raise ConfigurationError(
                path, f"panel[{index}].id", f"{each.id!r} is used twice, expected unique ids"
            )
        named[each.id] = index
    _refuse_overlap(path, table.panel, rects)
    around = bounding(rects)
    return tuple(
        Panel(
            each.id, rect.moved(-around.x, -around.y), pitch, each.rotation, each.device_pixel_ratio
        )
        for each, rect, (_, _, pitch) in zip(table.panel, rects, hung, strict=True)
    )


def _corner(
    path: Path,
    index: int,
    panel: PlacedPanelTable,
    panels: Sequence[PlacedPanelTable],
    pitch_mm: float,
) -> tuple[int, int]:
    first = panels[0]
    if panel.at_mm is None and panel.at_px is not None and first.at_px is not None:
        return panel.at_px.x, panel.at_px.y
    if panel.at_px is None and panel.at_mm is not None and first.at_mm is not None:
        return (
            nearest((panel.at_mm.x - first.at_mm.x) / pitch_mm),
            nearest((panel.at_mm.y - first.at_mm.y) / pitch_mm),
        )
    raise ConfigurationError(
        path, f"panel[{index}]", "expected at_mm or at_px, one of both and the same for all panels"
    )


def _refuse_overlap(path: Path, panels: Sequence[PlacedPanelTable], rects: Sequence[Rect]) -> None:
    overlap = first_overlap(rects)
    if overlap is None:
        return
    one, other = overlap
    shared = rects[one].within(rects[other]) or rects[other]
    key = "at_px" if panels[other].at_px is not None else "at_mm"
    raise ConfigurationError(
        path,
        f"panel[{other}].{key}",
        f"overlaps panel {panels[one].id!r} by {shared.width} x {shared.height} pixels, "
        "expected none to",
    )


def _as_hung(panel: PanelTable) -> tuple[int, int, float]:
    """Return width and height on the canvas, and the size of a canvas pixel in mm."""
    ratio = panel.device_pixel_ratio
    # What does not fill a whole canvas pixel stays dark: rounded up, neighbours would overlap.
    width = math.floor(panel.width_px / ratio + 1e-6)
    height = math.floor(panel.height_px / ratio + 1e-6)
    pitch_mm = panel.width_mm * ratio / panel.width_px
    return (height, width, pitch_mm) if panel.rotation in (90, 270) else (width, height, pitch_mm)
