"""A wall from one X screen: a grid where its outputs make one, else panels each in their place.

An X screen knows no bezel: neighbours touch there whatever lies between the panels. Two inputs of
one panel are known by their EDID, and become one panel with two outputs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from wall.errors import ImportRefused
from wall.geometry.assembly import panel_name
from wall.geometry.plane import Rect, first_overlap
from wall.importing.display import PLACEHOLDERS_MM, panel_mm, tile_outputs, whole_tile
from wall.importing.draft import (
    BezelDraft,
    Draft,
    GridDraft,
    PanelDraft,
    PartDraft,
    PlacedDraft,
    PlacedPanelDraft,
    lit_width_mm,
)
from wall.importing.values import MOST_IN_A_ROW
from wall.importing.xrandr import Lit, lit_outputs


def read_xrandr(text: str) -> Draft:
    """Make a draft of the X screen that `text` describes; raises ImportRefused."""
    lit, notes = lit_outputs(text)
    lit = _without_copies(lit, notes)
    overlap = first_overlap([each.rect for each in lit])
    if overlap is not None:
        one, other = (lit[index].name for index in overlap)
        raise ImportRefused(f"{one} and {other} show overlapping pixels, expected none to")
    panels, parts, shown = _panels(lit, notes)
    layout = None if parts else _grid(panels)
    if layout is None:
        placed = PlacedDraft(tuple(panels), tuple(parts))
        drives = tuple(shown.items())
        return Draft("what xrandr prints", placed, drives=drives, notes=tuple(notes))
    places = sorted(panels, key=lambda each: (each.y, each.x))
    names = [
        panel_name(column, row)
        for row in range(layout.rows)
        for column in range(layout.columns)
        if (column, row) not in layout.holes
    ]
    drives = tuple((name, shown[each.panel_id]) for name, each in zip(names, places, strict=True))
    return Draft("what xrandr prints", layout, drives=drives, notes=tuple(notes))


def _without_copies(lit: Sequence[Lit], notes: list[str]) -> list[Lit]:
    kept: dict[Rect, Lit] = {}
    for each in lit:
        first = kept.setdefault(each.rect, each)
        if first is not each:
            notes.append(f"{each.name} shows the same pixels as {first.name}: it is left out")
    return list(kept.values())


def _panels(
    lit: Sequence[Lit], notes: list[str]
) -> tuple[list[PlacedPanelDraft], list[PartDraft], dict[str, str]]:
    """Make a panel of each output, and one of those that are tiles of one panel."""
    panels: list[PlacedPanelDraft] = []
    parts: list[PartDraft] = []
    shown: dict[str, str] = {}
    merged: set[str] = set()
    names: dict[str, str] = {}
    for each in lit:
        plain = re.sub(r"[^A-Za-z0-9_-]", "-", each.name).lstrip("-_") or "output"
        names[each.name] = plain if plain not in names.values() else f"{plain[:58]}-{len(names)}"
    for each in lit:
        if each.name in merged:
            continue
        tiles = _tiles_of(each, lit)
        name = names[each.name]
        if tiles is None:
            panels.append(_panel(each, name, notes))
            shown[name] = _told(each)
            continue
        merged |= {other.name for other in tiles}
        tile = tiles[0].edid.tile if tiles[0].edid is not None else None
        if tile is None:
            continue
        whole = replace(
            tiles[0],
            rect=Rect(
                tiles[0].rect.x,
                tiles[0].rect.y,
                tile.columns * tile.width_px,
                tile.rows * tile.height_px,
            ),
            mode_px=None,
        )
        panels.append(_panel(whole, name, notes))
        for other, part in zip(tiles, tile_outputs(name, tile), strict=True):
            output_id = names[other.name]
            parts.append(replace(part, output_id=output_id))
            shown[output_id] = f"{_told(other)}, a tile of one panel"
    if parts:
        tiled = {each.panel_id for each in parts}
        parts += [
            PartDraft(each.panel_id, each.panel_id, 0, 0, each.panel.width_px, each.panel.height_px)
            for each in panels
            if each.panel_id not in tiled
        ]
    return panels, parts, shown


def _tiles_of(first: Lit, lit: Sequence[Lit]) -> list[Lit] | None:
    """Return all tiles of the panel of `first`, in order, when all are lit where they belong."""
    tile = whole_tile(first.edid.tile) if first.edid is not None else None
    if tile is None:
        return None
    origin = Rect(
        first.rect.x - tile.column * tile.width_px,
        first.rect.y - tile.row * tile.height_px,
        tile.width_px,
        tile.height_px,
    )
    found: list[Lit] = []
    for row in range(tile.rows):
        for column in range(tile.columns):
            place = origin.moved(column * tile.width_px, row * tile.height_px)
            for each in lit:
                other = each.edid.tile if each.edid is not None else None
                if (
                    other is not None
                    and other.topology == tile.topology
                    and (other.column, other.row) == (column, row)
                    and each.rect == place
                    and each.rotation == 0
                ):
                    found.append(each)
                    break
    return found if len(found) == tile.columns * tile.rows else None


def _panel(each: Lit, name: str, notes: list[str]) -> PlacedPanelDraft:
    width_px, height_px = each.made_px
    said = (each.width_mm, each.height_mm)
    width_mm: float | None = None
    odd: tuple[str, ...] = ()
    if each.edid is not None:
        width_mm, odd = panel_mm(each.edid)
    elif all(said) and said not in PLACEHOLDERS_MM:
        width_mm, odd = lit_width_mm(width_px, height_px, width_mm=said[0], height_mm=said[1])
    notes += [f"{each.name}: {note}" for note in odd]
    if each.mode_px is not None and each.mode_px != (width_px, height_px):
        notes.append(
            f"{each.name} is scaled: its mode is {each.mode_px[0]} x {each.mode_px[1]}, the screen "
            f"gives it {width_px} x {height_px} pixels, which are taken"
        )
    return PlacedPanelDraft(
        name,
        PanelDraft(width_px, height_px, width_mm, each.rotation),
        each.rect.x,
        each.rect.y,
    )


def _told(each: Lit) -> str:
    model = f" ({each.edid.name or each.edid.maker})" if each.edid is not None else ""
    return f"{each.name}{model} at {each.rect.x},{each.rect.y} of the X screen"


def _grid(panels: Sequence[PlacedPanelDraft]) -> GridDraft | None:
    """Return the grid that `panels` stand in, None when they are no grid or not all alike."""
    alike = panels[0].panel
    if any(each.panel != alike for each in panels):
        return None
    size = (alike.width_px, alike.height_px)
    if alike.rotation in (90, 270):
        size = (size[1], size[0])
    xs, ys = sorted({each.x for each in panels}), sorted({each.y for each in panels})
    steps = [_step(line, length) for line, length in ((xs, size[0]), (ys, size[1]))]
    if None in steps or max(len(xs), len(ys)) > MOST_IN_A_ROW:
        return None
    gap_x, gap_y = ((step or 0) for step in steps)
    taken = {(xs.index(each.x), ys.index(each.y)) for each in panels}
    return GridDraft(
        len(xs),
        len(ys),
        alike,
        BezelDraft("px", gap_x, gap_y) if gap_x or gap_y else None,
        holes=tuple(
            (column, row)
            for row in range(len(ys))
            for column in range(len(xs))
            if (column, row) not in taken
        ),
    )


def _step(places: Sequence[int], length: int) -> int | None:
    """Return the one gap between neighbours in a row, None when there is no such."""
    gaps = {b - a - length for a, b in pairwise(places)}
    if len(gaps) > 1 or any(gap < 0 for gap in gaps):
        return None
    return gaps.pop() if gaps else 0
