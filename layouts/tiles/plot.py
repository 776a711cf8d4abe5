"""Where a chart's values and instants lie: ranges, margins and ticks, before anything is drawn.

Heights are counted from the plot's foot upwards, widths from its left edge, both in units; only
the axes themselves and the figure are in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import language as lang
from data_access.envelope import Line, Series
from layouts.tiles import axis
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.measure import width_u
from layouts.tiles.panes import crosses

LABEL_AIR = 0.4  # between the plot and words at its sides
TOP, BOTTOM = 0.6, 1.5
TICK_ROOM = 1.5  # units of height a value tick wants
TICK_AIR = 1.1  # from one value tick to the next
BEZEL_AIR = 0.2
NEAR = 0.12  # of the values' span


class Plot:
    """The rectangle lines are drawn in, inside the body of a tile."""

    def __init__(
        self,
        tile: Tile,
        series: Series,
        lines: Sequence[Line],
        *,
        columns: frozenset[str],
        zero: bool,
        ends_u: float,
    ) -> None:
        """Fit `lines` into the tile's body; `ends_u` is the width of the words at their ends."""
        self.tile, self.lines, self.columns = tile, list(lines), columns
        self.unit_px = tile.frame.unit_px
        self.body_px = (round(tile.width_u * self.unit_px), round(tile.height_u * self.unit_px))
        times = sorted({p[0] for line in lines for p in line["points"] if p[0] is not None})
        self.first_ms, self.last_ms = float(times[0]), float(times[-1])
        self.begin_ms, self.end_ms = self.first_ms, max(self.last_ms, self.first_ms + 1)
        if columns:  # half a column more at both ends
            half = min((b - a for a, b in pairwise(times)), default=axis.DAY_MS) / 2
            self.begin_ms, self.end_ms = self.first_ms - half, self.last_ms + half
        self._fit_values(series, zero=zero or bool(columns))
        left = max(width_u(words, CAPTION) for words in self.tick_words) + LABEL_AIR
        self.margin_px = {
            "l": round(left * self.unit_px),
            "r": round((ends_u + LABEL_AIR if ends_u else CAPTION) * self.unit_px),
            "t": round(TOP * self.unit_px),
            "b": round(BOTTOM * self.unit_px),
        }
        margin = self.margin_px
        self.width_u = max(1.0, (self.body_px[0] - margin["l"] - margin["r"]) / self.unit_px)
        self.height_u = max(1.0, (self.body_px[1] - margin["t"] - margin["b"]) / self.unit_px)

    def _fit_values(self, series: Series, *, zero: bool) -> None:
        values = [float(p[1]) for line in self.lines for p in line["points"] if p[1] is not None]
        low, high = min(values), max(values)
        if zero:
            low = min(0.0, low)
        span = (high - low) or abs(high) or 1.0
        for threshold in series.get("thresholds", []):
            if low - span <= threshold["value"] <= high + span:  # one far off would flatten all
                low, high = min(low, threshold["value"]), max(high, threshold["value"])
        if 0 <= low < (high - low) * 0.5:
            low = 0.0
        most = max(2, min(6, int((self.tile.height_u - TOP - BOTTOM) // TICK_ROOM)))
        ticks = axis.value_ticks(low, high, most=most, least=10.0 ** -series["decimals"])
        air = (high - low) * 0.04 or 1.0
        # The axis ends at a round value near the data, else a little above it.
        self.ticks = [tick for tick in ticks if tick <= high + (high - low) * NEAR]
        if len(self.ticks) < 2:
            self.ticks = ticks[:2]
        self.low, self.high = min(self.ticks[0], low), max(self.ticks[-1], high + air)
        places = axis.decimals_of(self.ticks)
        self.tick_words = [
            lang.number(tick, decimals=places, language=self.tile.language) for tick in self.ticks
        ]

    def x_u(self, at_ms: float) -> float:
        """Return how far right of the plot's left edge an instant lies."""
        return (at_ms - self.begin_ms) / (self.end_ms - self.begin_ms) * self.width_u

    def y_u(self, value: float) -> float:
        """Return how high above the plot's foot a value lies."""
        return (value - self.low) / (self.high - self.low) * self.height_u

    def is_on_bezel_x(self, begin_u: float, end_u: float) -> bool:
        """Tell whether words from `begin_u` to `end_u` right of the plot's left edge meet one."""
        left = self.tile.body_px[0] + self.margin_px["l"]
        return crosses(
            left + begin_u * self.unit_px,
            left + end_u * self.unit_px,
            self.tile.frame.seams_x_px,
            air=BEZEL_AIR * self.unit_px,
        )

    def is_on_bezel_y(self, bottom_u: float, top_u: float) -> bool:
        """Tell whether words between two heights above the plot's foot meet a bezel."""
        foot = self.tile.body_px[1] + self.body_px[1] - self.margin_px["b"]
        return crosses(
            foot - top_u * self.unit_px,
            foot - bottom_u * self.unit_px,
            self.tile.frame.seams_y_px,
            air=BEZEL_AIR * self.unit_px,
        )

    def time_ticks(self, *, timezone: str, step: str | None) -> list[axis.Tick]:
        """Return the instants to be written: those whose words lie inside and off every bezel."""
        ticks = axis.time_ticks(
            self.first_ms,
            self.last_ms,
            width=self.width_u,
            size_u=CAPTION,
            timezone=timezone,
            language=self.tile.language,
            step=step,
        )
        return [tick for tick in ticks if self._may_stand(tick)]

    def _may_stand(self, tick: axis.Tick) -> bool:
        half = width_u(tick.text, CAPTION) / 2
        begin, end = self.x_u(tick.at) - half, self.x_u(tick.at) + half
        margin = self.margin_px
        return (
            begin >= -margin["l"] / self.unit_px
            and end <= self.width_u + margin["r"] / self.unit_px
            and not self.is_on_bezel_x(begin, end)
        )

    def value_ticks(self) -> list[tuple[float, str]]:
        """Return the values to be written, each with its words: apart, and off every bezel."""
        kept: list[tuple[float, str]] = []
        below = -TICK_AIR
        for tick, words in zip(self.ticks, self.tick_words, strict=True):
            at = self.y_u(tick)
            if at - below >= TICK_AIR and not self.is_on_bezel_y(at - 0.5, at + 0.5):
                kept.append((tick, words))
                below = at
        return kept
