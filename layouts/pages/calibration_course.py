"""What was observed against what a twin says, as charts: plain dicts, which Plotly only paints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from language import number, pick
from layouts.pages.figure_frame import frame
from layouts.pages.shell import Setting
from layouts.pages.what_if_words import tell
from layouts.tiles.axis import value_ticks
from layouts.tiles.chart import INK_3, SERIES

MARK_PX = 11
HEAD_PX = 34  # over the plot, for its words
HELD, USED = "diamond", "circle-open"  # shapes: colour is never alone


def against(points: Sequence[Mapping[str, Any]], *, setting: Setting) -> dict[str, Any]:
    """Return counts of junctions (across) against the twin's (up), with the line of equals.

    Each twice: as it was fitted, and as the twin saw it while it was held back.
    """
    names = ("counted", "simulated", "heldBack")
    most = max(each[name] for each in points for name in names) or 1.0
    ticks = value_ticks(0.0, most, most=4)
    end = max(ticks[-1], most)
    words = [number(tick, language=setting.language) for tick in ticks]
    traces = []
    for name, shape, ink in (("heldBack", HELD, SERIES[0]), ("simulated", USED, SERIES[1])):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [each["counted"] for each in points],
                "y": [each[name] for each in points],
                "marker": {"symbol": shape, "size": MARK_PX, "color": ink, "line": {"width": 2}},
            }
        )
    drawn = (ticks, words)
    layout = frame((0, end), (0, end), x_ticks=drawn, y_ticks=drawn, right_px=24, top_px=HEAD_PX)
    equal = {"type": "line", "x0": 0, "y0": 0, "x1": end, "y1": end}
    return {
        "data": traces,
        "layout": {
            **layout,
            "shapes": [{**equal, "line": {"color": INK_3, "width": 1, "dash": "dot"}}],
            "annotations": [
                _words(tell("calibration.marks", setting), x=0.0, y=1.0, anchor="left"),
                _words(tell("calibration.counted_axis", setting), x=1.0, y=0.0, anchor="right"),
            ],
        },
    }


def courses(gauge: Mapping[str, Any], *, setting: Setting) -> dict[str, Any]:
    """Return the rise of the water at a gauge that was held back: observed and simulated."""
    seen, made = list(gauge["observedM"]), list(gauge["simulatedM"])
    known = [each for each in (*seen, *made) if each is not None] or [0.0]
    ticks = value_ticks(min(0.0, *known), max(0.1, *known), most=4)
    minutes = list(gauge["minutes"])
    hours = value_ticks(0.0, max(minutes[-1], 60.0) / 60, most=6)
    layout = frame(
        (0, max(minutes[-1], 60.0)),
        (ticks[0], ticks[-1]),
        x_ticks=(
            [hour * 60 for hour in hours],
            [number(hour, "h", language=setting.language) for hour in hours],
        ),
        y_ticks=(ticks, [number(tick, "m", language=setting.language) for tick in ticks]),
        right_px=150,
        top_px=HEAD_PX,
    )
    is_above = not seen or not made or seen[-1] >= made[-1]  # so that the two words never meet
    lines = [("observed", seen, SERIES[0], "solid"), ("simulated", made, SERIES[1], "dash")]
    name = gauge["name"]
    name = pick(name, setting.language) if isinstance(name, dict) else name
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": minutes,
                "y": values,
                "line": {"color": ink, "width": 2, "dash": dash},
            }
            for _, values, ink, dash in lines
        ],
        "layout": {
            **layout,
            "annotations": [
                _words(str(name), x=0.0, y=1.0, anchor="left"),
                *(
                    {
                        "xref": "paper",
                        "x": 1.01,
                        "y": values[-1],
                        "text": tell(f"column.{key}", setting),
                        "showarrow": False,
                        "xanchor": "left",
                        "yanchor": "bottom" if (index == 0) == is_above else "top",
                        "font": {"color": ink, "size": 14},
                    }
                    for index, (key, values, ink, _) in enumerate(lines)
                    if values
                ),
            ],
        },
    }


def _words(words: str, *, x: float, y: float, anchor: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "text": words,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "bottom",  # over the plot, or on its floor: no mark is covered
        "font": {"color": INK_3, "size": 14},
    }
