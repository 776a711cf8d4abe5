"""A display that told its EDID, as a panel of a draft: pixels, millimetres, tiles."""

from __future__ import annotations

from wall.errors import ImportRefused
from wall.importing.draft import Draft, GridDraft, PanelDraft, PartDraft, lit_width_mm
from wall.importing.edid import Edid, Tile, parse_edid
from wall.importing.values import LARGEST_SIDE_PX, MOST_IN_A_ROW

# Sizes that are only an aspect ratio, as televisions tell them.
PLACEHOLDERS_MM = frozenset({(1600, 900), (160, 90), (16, 9), (1600, 1000), (160, 100)})
WITHIN = 0.05  # of each other; centimetres are rounded besides


def read_edid(data: bytes) -> Draft:
    """Make a draft of the one panel that an EDID describes; raises ImportRefused."""
    edid = parse_edid(data)
    width_mm, notes = panel_mm(edid)
    width_px, height_px = edid.picture.width_px, edid.picture.height_px
    outputs: tuple[PartDraft, ...] = ()
    drives: tuple[tuple[str, str], ...] = ()
    tile = whole_tile(edid.tile)
    if tile is not None:
        width_px, height_px = tile.columns * tile.width_px, tile.rows * tile.height_px
        outputs = tile_outputs("a1", tile)
        here = tile.row * tile.columns + tile.column
        drives = ((outputs[here].output_id, "the input that told this EDID"),)
        notes += (
            f"the panel has {len(outputs)} inputs ({tile.columns} x {tile.rows} tiles of "
            f"{tile.width_px} x {tile.height_px}); one output is written for each. If one browser "
            "fills the whole panel, remove them",
        )
    elif edid.tile is not None:
        notes += ("it is one of several displays of a set; only this one is written",)
    else:
        notes += _larger(edid)
    return Draft(
        source=f"the EDID of a display by {edid.maker}",
        layout=GridDraft(1, 1, PanelDraft(width_px, height_px, width_mm), outputs=outputs),
        name=edid.name,
        drives=drives,
        notes=notes,
    )


def panel_mm(edid: Edid) -> tuple[float | None, tuple[str, ...]]:
    """Return how wide the panel is lit, and what is odd about what it tells.

    The detailed timing is in millimetres, the base block in centimetres. Where they disagree the
    base block is right more often: timings are copied from one model to the next.
    """
    picture, tile = edid.picture, whole_tile(edid.tile)
    width_px, height_px = picture.width_px, picture.height_px
    if tile is not None:
        width_px, height_px = tile.columns * tile.width_px, tile.rows * tile.height_px
    fine = (picture.width_mm, picture.height_mm)
    coarse = (edid.width_cm * 10, edid.height_cm * 10)
    notes: tuple[str, ...] = ()
    chosen = fine if all(fine) else coarse
    if all(fine) and all(coarse) and not _agree(fine, coarse):
        chosen = coarse
        notes = (
            f"it tells two sizes, {coarse[0]} x {coarse[1]} mm (taken) and "
            f"{fine[0]} x {fine[1]} mm: measure the lit width",
        )
    if not all(chosen) or chosen in PLACEHOLDERS_MM:
        return None, notes
    width_mm, odd = lit_width_mm(width_px, height_px, width_mm=chosen[0], height_mm=chosen[1])
    return width_mm, notes + odd


def whole_tile(tile: Tile | None) -> Tile | None:
    """Return `tile` when its panel is one, None when its tiles are displays side by side.

    Raises ImportRefused for a tile outside its panel, or a panel larger than there are.
    """
    if tile is None or not tile.is_one_enclosure or tile.columns * tile.rows < 2:
        return None
    if tile.column >= tile.columns or tile.row >= tile.rows:
        raise ImportRefused(
            f"is an EDID of tile {tile.column},{tile.row} of {tile.columns} x {tile.rows}, "
            "expected one inside"
        )
    across, down = tile.columns * tile.width_px, tile.rows * tile.height_px
    if max(tile.columns, tile.rows) > MOST_IN_A_ROW or max(across, down) > LARGEST_SIDE_PX:
        raise ImportRefused(
            f"is an EDID of a panel of {across} x {down} pixels, "
            f"expected at most {LARGEST_SIDE_PX} a side"
        )
    return tile


def tile_outputs(panel_id: str, tile: Tile) -> tuple[PartDraft, ...]:
    """Return an output for each tile of a panel, from left to right and down."""
    return tuple(
        PartDraft(
            f"{panel_id}-{row * tile.columns + column + 1}",
            panel_id,
            column * tile.width_px,
            row * tile.height_px,
            tile.width_px,
            tile.height_px,
        )
        for row in range(tile.rows)
        for column in range(tile.columns)
    )


def _agree(fine: tuple[int, int], coarse: tuple[int, int]) -> bool:
    return all(
        abs(one - other) <= max(10, WITHIN * other) for one, other in zip(fine, coarse, strict=True)
    )


def _larger(edid: Edid) -> tuple[str, ...]:
    picture = edid.picture
    largest = max(edid.timings, key=lambda each: each.width_px * each.height_px)
    if largest.width_px * largest.height_px <= picture.width_px * picture.height_px:
        return ()
    return (
        f"it prefers {picture.width_px} x {picture.height_px} and can also show "
        f"{largest.width_px} x {largest.height_px}: write what the display PC is set to",
    )
