"""What `xrandr --query`, `--prop` or `--verbose` prints on a display PC.

Its pixels are those of one X screen: where each output lies, how it is turned, and what the display
told of itself. It knows no bezel: neighbours touch there whatever lies between the panels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from wall.importing.edid import Edid, parse_edid
from wall.importing.values import LARGEST_SIDE_PX, MOST_IN_A_ROW, few

SCREEN = re.compile(r"^Screen \d+: minimum ", re.MULTILINE)
OUTPUT = re.compile(r"^(?P<name>\S{1,64}) (?:connected|unknown connection)(?P<rest>.*)$")
REST = re.compile(
    r"^(?: primary)?"
    r"(?: (?P<width>\d{1,6})x(?P<height>\d{1,6})\+(?P<x>-?\d{1,6})\+(?P<y>-?\d{1,6}))?"
    r"(?: \(0x[0-9a-fA-F]+\))?"
    r"(?: (?P<turned>normal|left|inverted|right))?"
    r"(?: (?P<mirrored>X axis|Y axis|X and Y axis))?"
    r"(?: \([a-zA-Z ]*\))?"
    r"(?: (?P<width_mm>\d{1,6})mm x (?P<height_mm>\d{1,6})mm)?"
    r"(?: (?:panning|tracking|border) .*)?\s*$"
)
MODE = re.compile(r"^\s+(?P<width>\d{1,6})x(?P<height>\d{1,6})\S*\s.*\*")
HEX = re.compile(r"^\s+([0-9a-fA-F]{32})\s*$")
# The picture is turned against the panel: one that is turned left hangs turned to the right.
ROTATION = {None: 0, "normal": 0, "left": 90, "inverted": 180, "right": 270}


@dataclass(slots=True)
class Lit:
    """An output that shows a part of the X screen."""

    name: str
    rect: Rect
    rotation: int
    width_mm: int
    height_mm: int
    mode_px: tuple[int, int] | None = None
    edid_hex: list[str] = field(default_factory=list)
    edid: Edid | None = None

    @property
    def made_px(self) -> tuple[int, int]:
        """Width and height before turning."""
        size = (self.rect.width, self.rect.height)
        return (size[1], size[0]) if self.rotation in (90, 270) else size


def is_xrandr(text: str) -> bool:
    """Tell what xrandr prints from other text."""
    return SCREEN.search(text[:4096]) is not None


def read_xrandr(text: str) -> Draft:
    """Make a draft of the X screen that `text` describes; raises ImportRefused."""
    if len(SCREEN.findall(text)) > 1:
        raise ImportRefused("describes several X screens, expected one: import each by itself")
    lit, notes = _outputs(text)
    few(lit, "the list of outputs")
    if not lit:
        raise ImportRefused("; ".join(["no output is lit, expected at least one", *notes[:8]]))
    for each in lit:
        if each.edid_hex:
            try:
                each.edid = parse_edid(bytes.fromhex("".join(each.edid_hex)))
            except ImportRefused as problem:
                notes.append(f"{each.name}: its EDID was left aside, it {problem}")
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


def _outputs(text: str) -> tuple[list[Lit], list[str]]:
    lit: list[Lit] = []
    notes: list[str] = []
    current: Lit | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].strip():
            current = None
            output = OUTPUT.match(line)
            if output is not None:
                current = _output(output, number, notes)
                if current is not None:
                    lit.append(current)
        elif current is not None:
            if (digits := HEX.match(line)) is not None:
                current.edid_hex.append(digits[1])
            elif (mode := MODE.match(line)) is not None:
                current.mode_px = (int(mode["width"]), int(mode["height"]))
    return lit, notes


def _output(output: re.Match[str], number: int, notes: list[str]) -> Lit | None:
    name, found = output["name"], REST.match(output["rest"])
    if found is None:
        raise ImportRefused(f"line {number} is not as xrandr writes an output: {name!r}")
    if found["width"] is None:
        notes.append(f"{name} is connected but not lit: it is left out")
        return None
    width, height = int(found["width"]), int(found["height"])
    if not (1 <= width <= LARGEST_SIDE_PX and 1 <= height <= LARGEST_SIDE_PX):
        raise ImportRefused(
            f"line {number}: {name} is {width} x {height} pixels, "
            f"expected 1 to {LARGEST_SIDE_PX} a side"
        )
    if found["mirrored"]:
        notes.append(f"{name} shows its picture mirrored; here it is not")
    return Lit(
        name,
        Rect(int(found["x"]), int(found["y"]), width, height),
        ROTATION[found["turned"]],
        int(found["width_mm"] or 0),
        int(found["height_mm"] or 0),
    )


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
