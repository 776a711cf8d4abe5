"""The figure of a trend as a plain dict: everything placed in pixels before it is drawn.

Plotly only paints. Ranges, ticks and label places are chosen here, so that no text meets another,
a bezel or the edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import language as lang
from data_access.envelope import Line, Series, Status
from layouts.tiles import axis
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.figures import opening
from layouts.tiles.measure import cut, width_u, wrap
from layouts.tiles.panes import crosses
from layouts.tiles.status import worst

FONT = '"Noto Sans", "Noto Sans Display", system-ui, sans-serif'
# On near-black, colour-blind safe (after Okabe and Ito), none of them a status colour.
INKS = ("#eef1f4", "#56b4e9", "#cc79a7", "#3fbf9b")
COLUMN_INK = "#7c8794"
GROUND = "#0a0c0f"
FAINT, DIM, SOFT = "#262c34", "#98a1ad", "#c9d0d9"
STATUS_INKS: dict[Status, str] = {
    "normal": DIM,
    "information": "#6cb2ff",
    "caution": "#ffc940",
    "warning": "#ff922e",
    "critical": "#ff5a52",
}
STROKE = 0.11  # units; 1.5 arc minutes is 0.075
LABEL_AIR = 0.4
NAME_LINE = 1.0


class Chart:
    """Places a series into the body of a tile."""

    def __init__(
        self,
        tile: Tile,
        series: Series,
        lines: Sequence[Line],
        *,
        columns: set[str],
        zero: bool,
        timezone: str,
    ) -> None:
        self.tile, self.series, self.lines = tile, series, list(lines)
        self.columns, self.timezone = columns, timezone
        self.u = tile.frame.unit_px
        self.width_px = round(tile.width_u * self.u)
        self.height_px = round(tile.height_u * self.u)
        times = [p[0] for line in lines for p in line["points"] if p[0] is not None]
        self.first_ms, self.last_ms = float(min(times)), float(max(times))
        self._fit_values(zero or bool(columns))
        self._labels = self._end_labels()
        self._place()

    @property
    def status(self) -> Status:
        """Return the gravest threshold that the last value of the first line is beyond."""
        last = _last(self.lines[0])
        beyond = [
            threshold.get("status", "normal")
            for threshold in self.series.get("thresholds", [])
            if last is not None and last[1] > threshold["value"] and not threshold.get("below")
        ]
        return worst(beyond)

    def figure(self) -> dict[str, Any]:
        """Return the figure."""
        return {
            # The first line is what the chart is about: drawn last, it lies above the others.
            "data": [self._trace(line, i) for i, line in enumerate(self.lines)][::-1],
            "layout": {
                "width": self.width_px,
                "height": self.height_px,
                "autosize": False,
                "margin": {**self._margin, "pad": 0, "autoexpand": False},
                "paper_bgcolor": "rgba(0,0,0,0)",
                "plot_bgcolor": "rgba(0,0,0,0)",
                "showlegend": False,
                "hovermode": False,
                "bargap": 0.25,
                "font": {"family": FONT, "size": CAPTION * self.u, "color": DIM},
                "xaxis": self._x_axis(),
                "yaxis": self._y_axis(),
                "shapes": self._threshold_lines(),
                "annotations": [*self._threshold_words(), *self._end_words()],
            },
        }

    # Ranges and places

    def _fit_values(self, from_zero: bool) -> None:
        values = [float(p[1]) for line in self.lines for p in line["points"] if p[1] is not None]
        low, high = min(values), max(values)
        span = (high - low) or abs(high) or 1.0
        for threshold in self.series.get("thresholds", []):
            if low - span <= threshold["value"] <= high + span:  # a far one is only written
                low, high = min(low, threshold["value"]), max(high, threshold["value"])
        if from_zero or (low >= 0 and low < (high - low) * 0.5):
            low = min(0.0, low)
        most = max(2, min(6, int((self.tile.height_u - 2.1) // 1.5)))
        ticks = axis.value_ticks(low, high, most=most)
        air = (high - low) * 0.04 or 1.0
        # The axis ends a little above the data, not at the next round value: no empty band on top.
        self.ticks = [tick for tick in ticks if tick <= high + air] or ticks
        if len(self.ticks) < 2:
            self.ticks = ticks[:2]
        self.low, self.high = min(self.ticks[0], low), max(self.ticks[-1], high + air)
        self.tick_decimals = axis.decimals_of(self.ticks)
        self.tick_words = [
            lang.number(tick, decimals=self.tick_decimals, language=self.tile.language)
            for tick in self.ticks
        ]

    def _place(self) -> None:
        left = max(width_u(words, CAPTION) for words in self.tick_words) + LABEL_AIR
        label = max((each["width"] for each in self._labels), default=0.0)
        right = label + LABEL_AIR if label else CAPTION
        top, bottom = 0.6, 1.5
        self._margin = {
            "l": round(left * self.u),
            "r": round(right * self.u),
            "t": round(top * self.u),
            "b": round(bottom * self.u),
        }
        self.plot_width_px = max(10, self.width_px - self._margin["l"] - self._margin["r"])
        self.plot_height_px = max(10, self.height_px - self._margin["t"] - self._margin["b"])
        self._spread()

    def _x_px(self, at_ms: float) -> float:
        first, last = self._x_range()
        return self._margin["l"] + (at_ms - first) / (last - first) * self.plot_width_px

    def _y_px(self, value: float) -> float:
        """Return the height above the plot's foot."""
        return (value - self.low) / (self.high - self.low) * self.plot_height_px

    def _x_range(self) -> tuple[float, float]:
        if not self.columns:
            return self.first_ms, max(self.last_ms, self.first_ms + 1)
        times = sorted({p[0] for line in self.lines for p in line["points"] if p[0] is not None})
        gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
        half = (min(gaps) if gaps else axis.DAY_MS) / 2
        return self.first_ms - half, self.last_ms + half

    # Axes

    def _x_axis(self) -> dict[str, Any]:
        ticks = axis.time_ticks(
            self.first_ms,
            self.last_ms,
            width=self.plot_width_px / self.u,
            size_u=CAPTION,
            timezone=self.timezone,
            language=self.tile.language,
            step=self.series.get("step"),
        )
        kept = [tick for tick in ticks if self._may_stand(tick)]
        return {
            "range": list(self._x_range()),
            "tickmode": "array",
            "tickvals": [tick.at for tick in kept],
            "ticktext": [tick.text for tick in kept],
            "ticks": "outside",
            "ticklen": 0.25 * self.u,
            "tickwidth": max(1, round(0.04 * self.u)),
            "tickcolor": FAINT,
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
            "showline": True,
            "linecolor": "#3a424c",
            "linewidth": max(1, round(0.04 * self.u)),
            "fixedrange": True,
        }

    def _may_stand(self, tick: axis.Tick) -> bool:
        """Tell whether a tick's words stay inside the tile and off every bezel."""
        half = width_u(tick.text, CAPTION) * self.u / 2
        at = self._x_px(tick.at)
        if at - half < 0 or at + half > self.width_px:
            return False
        begin = self.tile.body_px[0] + at - half
        return not crosses(begin, begin + 2 * half, self.tile.frame.seams_x_px, air=0.2 * self.u)

    def _y_axis(self) -> dict[str, Any]:
        seams = self.tile.frame.seams_y_px
        top = self.tile.body_px[1] + self._margin["t"] + self.plot_height_px
        kept = [
            (tick, words)
            for tick, words in zip(self.ticks, self.tick_words, strict=True)
            if not crosses(
                top - self._y_px(tick) - 0.5 * self.u, top - self._y_px(tick) + 0.5 * self.u, seams
            )
        ]
        return {
            "range": [self.low, self.high],
            "tickmode": "array",
            "tickvals": [tick for tick, _ in kept],
            "ticktext": [words for _, words in kept],
            "ticks": "",
            "ticklabelstandoff": 0.25 * self.u,
            "gridcolor": FAINT,
            "gridwidth": max(1, round(0.03 * self.u)),
            "zeroline": False,
            "fixedrange": True,
        }

    # Marks

    def _trace(self, line: Line, index: int) -> dict[str, Any]:
        xs = [point[0] for point in line["points"]]
        ys = [point[1] for point in line["points"]]
        if line["id"] in self.columns:
            ink = COLUMN_INK if index == 0 else self._ink(index)
            return {"type": "bar", "x": xs, "y": ys, "marker": {"color": ink}}
        dashed = {"dash": "dot"} if index and len(self.lines) > 2 and index == 1 else {}
        alone = [
            bool(ys[i] is not None
                 and (i == 0 or ys[i - 1] is None)
                 and (i == len(ys) - 1 or ys[i + 1] is None))
            for i in range(len(ys))
        ]  # fmt: skip
        trace: dict[str, Any] = {
            "type": "scatter",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "connectgaps": False,
            "line": {
                "color": self._ink(index),
                "width": round((STROKE if index == 0 else 0.085) * self.u, 1),
                **dashed,
            },
        }
        if any(alone):  # a single value between two gaps is a dot, not nothing
            trace["mode"] = "lines+markers"
            trace["marker"] = {
                "size": [round(0.3 * self.u) if each else 0 for each in alone],
                "color": self._ink(index),
            }
        return trace

    def _ink(self, index: int) -> str:
        return INKS[index % len(INKS)]

    # Words at the line's end

    def _end_labels(self) -> list[dict[str, Any]]:
        """Return what stands at each line's end: its last value and, with several, its name."""
        labels: list[dict[str, Any]] = []
        single = len(self.lines) == 1
        widest = self.tile.width_u * (0.3 if self.tile.width_u > 16 else 0.36)
        for index, line in enumerate(self.lines):
            last = _last(line)
            if last is None:
                continue
            value = lang.number(
                last[1], decimals=self.series["decimals"], language=self.tile.language
            )
            size = 2.0 if single else 1.25
            names = [] if single else wrap(
                opening(self.tile.words(line["label"])), widest, CAPTION, lines=2)  # fmt: skip
            widths = [width_u(value, size, bold=True), *(width_u(n, CAPTION) for n in names)]
            labels.append(
                {
                    "value": cut(value, widest * 1.5, size, bold=True),
                    "size": size,
                    "names": names,
                    "width": max(widths),
                    "height": size * 1.2 + NAME_LINE * len(names),
                    "at": float(last[1]),
                    "ink": self._ink(index),
                }
            )  # fmt: skip
        return labels

    def _spread(self) -> None:
        """Push end labels apart until none covers another, keeping them near their lines."""
        labels = sorted(self._labels, key=lambda each: each["at"])
        below = (self._margin["b"] / self.u - 1.25) if labels else 0.0
        foot, head = -below, (self.plot_height_px + self._margin["t"]) / self.u
        for each in labels:
            each["y"] = self._y_px(each["at"]) / self.u - each["height"] / 2
        for index, each in enumerate(labels):
            floor = labels[index - 1]["y"] + labels[index - 1]["height"] if index else foot
            each["y"] = max(each["y"], floor)
        ceiling = head
        for each in reversed(labels):
            each["y"] = min(each["y"], ceiling - each["height"])
            ceiling = each["y"]
        while (
            labels and labels[0]["y"] < foot - 0.01
        ):  # too many for the height: the last gives way
            gone = self._labels.pop()
            labels.remove(gone)
            self._spread()
            return

    def _end_words(self) -> list[dict[str, Any]]:
        words: list[dict[str, Any]] = []
        for each in self._labels:
            top = each["y"] + each["height"]
            rows = [(f"<b>{each['value']}</b>", each["size"], each["size"] * 1.2)]
            rows += [(name, CAPTION, NAME_LINE) for name in each["names"]]
            for text, size, height in rows:
                middle = (top - height / 2) * self.u
                words.append(
                    {
                        "text": text,
                        "xref": "paper",
                        "yref": "paper",
                        "x": 1,
                        "xshift": LABEL_AIR * self.u,
                        "y": middle / self.plot_height_px,
                        "xanchor": "left",
                        "yanchor": "middle",
                        "align": "left",
                        "showarrow": False,
                        "borderpad": 0,
                        "font": {"size": size * self.u, "color": each["ink"]},
                    }
                )
                top -= height
        return words

    # Thresholds

    def _thresholds(self) -> list[dict[str, Any]]:
        inside = [
            each
            for each in self.series.get("thresholds", [])
            if self.low <= each["value"] <= self.high
        ]
        return inside[:3]

    def _threshold_lines(self) -> list[dict[str, Any]]:
        return [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": each["value"],
                "y1": each["value"],
                "line": {
                    "color": STATUS_INKS.get(each.get("status", "normal"), DIM),
                    "width": max(1, round(0.075 * self.u)),
                    "dash": "dash",
                },
            }
            for each in self._thresholds()
        ]

    def _threshold_words(self) -> list[dict[str, Any]]:
        words: list[dict[str, Any]] = []
        taken: list[tuple[float, float, float]] = []
        for each in self._thresholds():
            label = opening(self.tile.words(each.get("label")))
            if not label:
                continue
            label = cut(label, 0.6 * self.plot_width_px / self.u, CAPTION)
            place = self._free_place(each["value"], width_u(label, CAPTION), taken)
            if place is None:
                continue
            x, y = place
            taken.append((x, y, width_u(label, CAPTION)))
            words.append(
                {
                    "text": label,
                    "xref": "paper",
                    "yref": "paper",
                    "x": 0,
                    "xshift": x * self.u,
                    "y": y * self.u / self.plot_height_px,
                    "xanchor": "left",
                    "yanchor": "middle",
                    "showarrow": False,
                    "borderpad": 0,
                    "bgcolor": GROUND,  # where no place is free, the line gives way to the words
                    "font": {
                        "size": CAPTION * self.u,
                        "color": STATUS_INKS.get(each.get("status", "normal"), SOFT),
                    },
                }
            )
        return words

    def _free_place(
        self, threshold: float, width: float, taken: Sequence[tuple[float, float, float]]
    ) -> tuple[float, float] | None:
        """Return where a threshold's words stand clearest of the lines: left edge and middle."""
        level = self._y_px(threshold) / self.u
        top, right = self.plot_height_px / self.u, self.plot_width_px / self.u
        best: tuple[float, tuple[float, float]] | None = None
        for y in (level + 0.6, level - 0.6):
            if not 0.45 <= y <= top + 0.1:
                continue
            for step in range(9):
                x = 0.25 + (right - width - 0.5) * step / 8
                if x < 0.2 or self._on_seam(x, width):
                    continue
                if any(abs(y - ty) < 1.05 and x < tx + tw + 0.5 and tx < x + width + 0.5
                       for tx, ty, tw in taken):  # fmt: skip
                    continue
                clear = min(self._clearance(x, y, width), 1.5) - 0.02 * step
                if best is None or clear > best[0] + 1e-9:
                    best = clear, (x, y)
        return best[1] if best else None

    def _on_seam(self, x: float, width: float) -> bool:
        begin = self.tile.body_px[0] + self._margin["l"] + x * self.u
        return crosses(begin, begin + width * self.u, self.tile.frame.seams_x_px, air=0.2 * self.u)

    def _clearance(self, x: float, y: float, width: float) -> float:
        """Return how far, in units, the nearest line or column stays from words at (x, y)."""
        nearest = 99.0
        for line in self.lines:
            for at, value in line["points"]:
                if at is None or value is None:
                    continue
                point_x = (self._x_px(at) - self._margin["l"]) / self.u
                if x - 0.3 <= point_x <= x + width + 0.3:
                    height = self._y_px(value) / self.u
                    if line["id"] in self.columns:
                        nearest = min(nearest, max(0.0, y - height))
                    else:
                        nearest = min(nearest, abs(height - y))
        return nearest


def _last(line: Line) -> tuple[float, float] | None:
    for at, value in reversed(line["points"]):
        if at is not None and value is not None:
            return float(at), float(value)
    return None
