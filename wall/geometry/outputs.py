"""Outputs on panels: one a panel, one over several panels, or several to one panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wall.classification import Classification
from wall.errors import ConfigurationError
from wall.geometry.plane import Rect, bounding, first_overlap, nearest
from wall.geometry.surface import Output, Panel
from wall.geometry.tables import CellTable, GridFile, OutputTable, PlacedFile


def outputs_of(
    path: Path,
    table: GridFile | PlacedFile,
    panels: Sequence[Panel],
    cells: Mapping[tuple[int, int], Panel] | None,
) -> tuple[Output, ...]:
    """Place the outputs; without `[[output]]` each panel is one and gives it its name."""
    if not table.output:
        return tuple(Output(each.panel_id, each.rect, each.device_pixel_ratio) for each in panels)
    named = {each.panel_id: each for each in panels}
    outputs: list[Output] = []
    seen: set[str] = set()
    for index, each in enumerate(table.output):
        key = f"output[{index}]"
        if each.id in seen:
            raise ConfigurationError(
                path, f"{key}.id", f"{each.id!r} is used twice, expected unique ids"
            )
        seen.add(each.id)
        if each.panel is not None:
            panel = _panel(path, f"{key}.panel", named, each.panel)
            outputs.append(Output(each.id, _part(path, key, each, panel), panel.device_pixel_ratio))
            continue
        if each.at is not None:
            covered = _in_cells(path, key, each.at, table, cells)
        else:
            covered = [
                _panel(path, f"{key}.panels[{i}]", named, name)
                for i, name in enumerate(each.panels or ())
            ]
        outputs.append(_over(path, key, each.id, covered, panels))
    overlap = first_overlap([each.rect for each in outputs])
    if overlap is not None:
        one, other = overlap
        place = "at" if table.output[other].at is not None else "panels"
        if table.output[other].panel is not None:
            place = "panel"
        raise ConfigurationError(
            path,
            f"output[{other}].{place}",
            f"overlaps {outputs[one].output_id!r}, expected none to",
        )
    return tuple(
        replace(output, ceiling=Classification.of(each.ceiling)) if each.ceiling else output
        for output, each in zip(outputs, table.output, strict=True)
    )


def _panel(path: Path, key: str, named: Mapping[str, Panel], name: str) -> Panel:
    if name not in named:
        known = ", ".join(list(named)[:8]) + (", ..." if len(named) > 8 else "")
        raise ConfigurationError(path, key, f"there is no panel {name!r}, expected one of {known}")
    return named[name]


def _in_cells(
    path: Path,
    key: str,
    at: CellTable,
    table: GridFile | PlacedFile,
    cells: Mapping[tuple[int, int], Panel] | None,
) -> list[Panel]:
    if cells is None or isinstance(table, PlacedFile):
        raise ConfigurationError(
            path, f"{key}.at", "is for grids; name the panels that it covers: panels = [...]"
        )
    if at.column + at.columns > table.columns or at.row + at.rows > table.rows:
        raise ConfigurationError(
            path,
            f"{key}.at",
            f"expected a place inside the {table.columns} x {table.rows} panels",
        )
    covered = [
        panel
        for (column, row), panel in cells.items()
        if at.column <= column < at.column + at.columns and at.row <= row < at.row + at.rows
    ]
    if not covered:
        raise ConfigurationError(path, f"{key}.at", "lies in a hole, expected a panel there")
    return covered


def _over(
    path: Path, key: str, output_id: str, covered: Sequence[Panel], panels: Sequence[Panel]
) -> Output:
    """Span an output over panels; whatever else lies in between would be lit by it too."""
    rect = bounding(each.rect for each in covered)
    names = {each.panel_id for each in covered}
    for each in panels:
        if each.panel_id not in names and each.rect.shares_pixel_with(rect):
            raise ConfigurationError(
                path,
                key,
                f"panel {each.panel_id!r} lies between the panels of output {output_id!r}, "
                "expected them to fill a rectangle",
            )
    ratios = {each.device_pixel_ratio for each in covered}
    if len(ratios) > 1:
        raise ConfigurationError(
            path, key, "covers panels of different device_pixel_ratio, expected one for a browser"
        )
    return Output(output_id, rect, ratios.pop())


def _part(path: Path, key: str, output: OutputTable, panel: Panel) -> Rect:
    part = output.part
    if part is None:
        return panel.rect
    ratio = panel.device_pixel_ratio
    x, right = nearest(part.x / ratio), nearest((part.x + part.width) / ratio)
    y, bottom = nearest(part.y / ratio), nearest((part.y + part.height) / ratio)
    rect = Rect(panel.rect.x + x, panel.rect.y + y, right - x, bottom - y)
    if not rect.width or not rect.height or not panel.rect.contains(rect):
        raise ConfigurationError(
            path,
            f"{key}.part",
            f"expected a place inside the {round(panel.rect.width * ratio)} x "
            f"{round(panel.rect.height * ratio)} pixels of panel {panel.panel_id!r} as it hangs",
        )
    return rect
