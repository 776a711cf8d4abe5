"""The words at a line's end: its last value and, beside others, its name. Instead of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import language as lang
from data_access.envelope import Line
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.figures import opening
from layouts.tiles.measure import cut, width_u, wrap
from layouts.tiles.plot import Plot

ALONE, AMONG_OTHERS = 2.0, 1.25  # type sizes of the last value
LEADING = 1.2
NAME_LINE = 1.0
BELOW = 0.25  # how far an end may hang below the plot's foot


@dataclass(frozen=True, slots=True)
class LineEnd:
    """What stands at the end of line `index`; `bottom_u` is its lower edge above the foot."""

    index: int
    last: float
    value: str
    size_u: float
    names: tuple[str, ...]
    bottom_u: float = 0.0

    @property
    def height_u(self) -> float:
        """The height of all its lines."""
        return self.size_u * LEADING + NAME_LINE * len(self.names)

    @property
    def width_u(self) -> float:
        """The width of its widest line."""
        names = (width_u(name, CAPTION) for name in self.names)
        return max(width_u(self.value, self.size_u, bold=True), *names, 0.0)

    def rows(self) -> list[tuple[str, float, float]]:
        """Return each line's words, type size and middle above the plot's foot."""
        top = self.bottom_u + self.height_u
        rows = [(f"<b>{escaped(self.value)}</b>", self.size_u, top - self.size_u * LEADING / 2)]
        top -= self.size_u * LEADING
        for index, name in enumerate(self.names):
            rows.append((escaped(name), CAPTION, top - (index + 0.5) * NAME_LINE))
        return rows


def line_ends(tile: Tile, lines: Sequence[Line], *, decimals: int) -> list[LineEnd]:
    """Return the ends of all lines that have a value, measured but not yet placed."""
    size = ALONE if len(lines) == 1 else AMONG_OTHERS
    widest = tile.width_u * (0.3 if tile.width_u > 16 else 0.36)
    ends: list[LineEnd] = []
    for index, line in enumerate(lines):
        last = last_value(line)
        if last is None:
            continue
        value = lang.number(last, decimals=decimals, language=tile.language)
        name = opening(tile.words(line["label"])) if len(lines) > 1 else ""
        names = tuple(wrap(name, widest, CAPTION, lines=2)) if name else ()
        ends.append(LineEnd(index, last, cut(value, 1.5 * widest, size, bold=True), size, names))
    return ends


def placed(ends: Sequence[LineEnd], plot: Plot) -> list[LineEnd]:
    """Return the ends near their lines, none over another or on a bezel.

    Where the height does not hold them all, the last lines go without words.
    """
    kept = list(ends)
    while kept:
        low_to_high = sorted(kept, key=lambda end: end.last)
        if (spread := _spread(low_to_high, plot)) is not None:
            return [end for end in spread if not _is_on_bezel(end, plot)]
        kept.pop()
    return []


def last_value(line: Line) -> float | None:
    """Return the newest value of a line, None when it has none."""
    found = (p[1] for p in reversed(line["points"]) if p[0] is not None and p[1] is not None)
    return next(found, None)


def escaped(words: str) -> str:
    """Return words so that the chart, which reads tags in them, shows them as they are."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _spread(ends: Sequence[LineEnd], plot: Plot) -> list[LineEnd] | None:
    floor = -BELOW
    ceiling = plot.height_u + plot.margin_px["t"] / plot.unit_px
    bottoms: list[float] = []
    for end in ends:  # upwards: none below its own place …
        floor = max(plot.y_u(end.last) - end.height_u / 2, floor)
        bottoms.append(floor)
        floor += end.height_u
    for index in range(len(ends) - 1, -1, -1):  # … downwards: none above the top
        ceiling = min(bottoms[index], ceiling - ends[index].height_u)
        bottoms[index] = ceiling
    if bottoms and bottoms[0] < -BELOW - 0.01:
        return None
    return [replace(end, bottom_u=at) for end, at in zip(ends, bottoms, strict=True)]


def _is_on_bezel(end: LineEnd, plot: Plot) -> bool:
    return plot.is_on_bezel_y(end.bottom_u, end.bottom_u + end.height_u)
