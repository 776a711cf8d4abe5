"""How wide the columns of compared runs are: what their figures need, never less.

A number that is cut is another number, and so is half an interval. Where columns are narrow the
difference and its interval stand in lines of their own, units stand with the base alone, and the
interval breaks between its ends; where even so they do not fit, nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import language as lang
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.measure import FACES, settings, width_u
from layouts.tiles.twin import Figure
from layouts.tiles.twin_figures import difference, figure_words

AIR = 1.0
LEAST_NAME, GOOD_NAME, ENOUGH_NAME = 6.0, 9.0, 14.0
SLIM = FACES["slim"]
DIGITS = settings(1.0)  # of a run's figure
PREFIX = "95%: "
ROWS = {1: 2.25, 2: 3.25, 3: 4.5}  # the least height of a row, by the lines of a difference


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of names, of the base and of each run, and how a figure is written there."""

    name_u: float
    base_u: float
    run_u: float
    lines: int  # of a difference with its interval
    has_units: bool  # whether units stand at each run; else below the base

    @property
    def row_u(self) -> float:
        """The least height of a row."""
        return ROWS[self.lines]


def columns_of(tile: Tile, figures: Sequence[Figure], count: int) -> Columns | None:
    """Return the columns in which `count` runs are told whole; None where there is no room."""
    for lines, has_units in ((1, True), (2, True), (2, False), (3, True), (3, False)):
        base = _base_width(tile, figures, has_units=has_units)
        whole, slim = _run_widths(tile, figures, lines, has_units=has_units)
        name = tile.width_u - base - AIR - count * (whole + AIR)
        if name >= GOOD_NAME:
            spare = max(0.0, name - ENOUGH_NAME)  # heads say more in wider columns
            return Columns(name - spare, base, whole + spare / count, lines, has_units)
        run = (tile.width_u - LEAST_NAME - base - AIR) / count - AIR
        if lines > 1 and run >= slim:
            run = min(run, whole)
            name = tile.width_u - base - AIR - count * (run + AIR)
            return Columns(name, base, run, lines, has_units)
    return None


def change_lines(tile: Tile, figure: Figure, lines: int) -> list[str]:
    """Return the difference with its interval, in so many lines."""
    delta, interval = difference(tile, figure)
    if not interval:
        return [delta]
    if lines == 1:
        return [f"{delta} ({interval})"]
    if lines == 2:
        return [delta, interval]
    low, high = interval.removeprefix(PREFIX).split(" … ")
    return [delta, f"{low} …", high]


def value_of(tile: Tile, figure: Figure, *, has_units: bool) -> str:
    """Write the figure of a run."""
    if has_units:
        return figure_words(tile, figure)
    return lang.number(figure.value, decimals=figure.decimals, language=tile.language)


def base_of(tile: Tile, figure: Figure, *, has_units: bool) -> list[str]:
    """Write the figure of the base: its unit beside it, or below."""
    written: dict[str, Any] = {"decimals": figure.decimals, "language": tile.language}
    if has_units or not figure.unit:
        return [lang.number(figure.base, figure.unit, **written)]
    unit = lang.unit_name(figure.unit, language=tile.language, count=figure.base)
    return [lang.number(figure.base, **written), unit]


def _base_width(tile: Tile, figures: Sequence[Figure], *, has_units: bool) -> float:
    widest = width_u(tile.say("twin.baseHead"), CAPTION) * (1.0 if has_units else SLIM)
    for each in figures:
        value, *unit = base_of(tile, each, has_units=has_units)
        widest = max(widest, width_u(value, 1.0), *(width_u(u, CAPTION) * SLIM for u in unit))
    return widest


def _run_widths(
    tile: Tile, figures: Sequence[Figure], lines: int, *, has_units: bool
) -> tuple[float, float]:
    """Return how wide a run's column is at most, and what it needs in the narrowest face."""
    values = [width_u(value_of(tile, each, has_units=has_units), 1.0, bold=True)
              for each in figures]  # fmt: skip
    changes = [
        width_u(line, CAPTION) for each in figures for line in change_lines(tile, each, lines)
    ]
    widest = max(values + changes)
    return widest, widest * SLIM
