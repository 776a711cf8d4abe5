"""The values written at an axis are no finer than the figures beside it."""

from __future__ import annotations

from typing import Any

import pytest

from layouts.tiles.axis import value_ticks
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample.making import HOUR_MS, NOW_MS, envelope, text
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import nodes

RAIN = "environment.rain_forecast"


def test_ticks_are_round_and_at_least_so_far_apart() -> None:
    assert value_ticks(0.0, 0.03, most=4) == [0.0, 0.01, 0.02, 0.03]
    assert value_ticks(0.0, 0.03, most=4, least=0.1) == [0.0, 0.1]
    assert value_ticks(0.0, 3.0, most=4, least=0.1) == value_ticks(0.0, 3.0, most=4)


@pytest.mark.parametrize(("most_mm", "top_mm"), [(0.0, 0.1), (0.03, 0.1), (24.0, 24.0)])
def test_a_drizzle_does_not_fill_its_chart(most_mm: float, top_mm: float) -> None:
    points = [[NOW_MS + hour * HOUR_MS, most_mm / (hour + 1)] for hour in range(24)]
    ahead = {"label": text("Mưa dự báo", "Rain forecast"), "unit": "mm", "decimals": 1,
             "step": "hour", "lines": [{"id": "most", "label": text("nhất", "most"),
                                        "points": points}]}  # fmt: skip
    made: Any = {"series": {"ahead": ahead}}
    told = envelope(RAIN, text("Mưa", "Rain"), "khi-tuong-thuy-van", made)
    frame = Frame(width_px=1920, height_px=900, unit_px=40, language="vi")
    options = {"aggregate": RAIN, "series": "ahead", "draw": "columns"}
    tile = build("trend", options, frame, {RAIN: told}, context())
    (figure,) = (n["props"]["figure"] for n in nodes(tile) if "figure" in n["props"])
    low, high = figure["layout"]["yaxis"]["range"]
    assert low == 0
    assert high >= top_mm
