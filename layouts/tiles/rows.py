"""How many rows stand in a body, how high each is, and what is said about the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dash import html

from layouts.tiles.anatomy import Tile

MORE_LINE = 1.25
STEP = 0.25  # the baseline grid
EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class RowPlan:
    """`shown` rows of `height_u` each; `hidden` are left out and told below or in the head."""

    shown: int
    hidden: int
    height_u: float
    is_told_in_head: bool = False


def plan(total: int, room_u: float, *, least: float, most: float) -> RowPlan:
    """Fit `total` rows of `least` to `most` units into `room_u`, on the baseline grid.

    One row is always shown; where it leaves no room for a line, the head tells how many are left.
    """
    if total <= 0:
        return RowPlan(0, 0, least)
    holds = max(1, math.floor((room_u + EDGE) / least))
    is_told_in_head = holds < total and room_u - MORE_LINE + EDGE < least
    if holds < total and not is_told_in_head:
        room_u -= MORE_LINE
        holds = math.floor((room_u + EDGE) / least)
    shown = min(total, holds)
    height = math.floor(room_u / shown / STEP + EDGE) * STEP
    return RowPlan(shown, total - shown, max(least, min(most, height)), is_told_in_head)


def rest(tile: Tile, hidden: int, *, in_head: bool = False) -> list[html.Div]:
    """Return the line "and 12 more" when rows are left out; in the head it is "12 more"."""
    if hidden <= 0:
        return []
    if in_head:
        count = tile.say("moreInHead", count=hidden)
        tile.unit = " · ".join(filter(None, (tile.unit, count)))
        return []
    return [html.Div(tile.say("more", count=hidden), className="t-more type-16")]
