"""Runs beside each other: every figure whole at any width, or none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

UNIT_PX = 16
SMALL = "Ô này quá nhỏ"
TRIPS = {"label": {"vi": "Chuyến đã đến nơi", "en": "Trips arrived"}, "unit": "chuyến/giờ",
         "decimals": 0, "base": 23336.0, "value": 19498.0, "delta": -3839.0, "low": -3983.0,
         "high": -3694.0}  # fmt: skip


def compared(count: int, width_px: int, *, height_px: int = 400) -> Any:
    """Draw so many runs, of which one figure is long, beside each other."""
    one = everything()["twin.latest.traffic"]
    table = one.payload["tables"]["kpis"]
    first, *others = table["rows"]
    payload: Any = {**one.payload, "tables": {"kpis": {**table, "rows": [{**first, **TRIPS},
                                                                          *others]}}}  # fmt: skip
    named = {
        f"twin.run.{n}": replace(one, aggregate=f"twin.run.{n}", payload=payload)
        for n in range(count)
    }
    frame = Frame(width_px=width_px, height_px=height_px, unit_px=UNIT_PX, language="vi")
    options = {"runs": [str(n) for n in range(count)]}
    return build("scenarios", options, frame, named, context())


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("width_px", [200, 330, 400, 470, 530, 600, 730, 900, 1300, 1900])
def test_r52_no_figure_nor_end_of_an_interval_is_cut(count: int, width_px: int) -> None:
    tile = compared(count, width_px)
    if SMALL in words(tile):
        assert width_px < 330 + 60 * (count - 2)
        return
    rows = having(tile, "twin-compared")
    assert rows
    cells = [words([cell]) for cell in having(rows[0], "t-cell-number")][1:]
    assert len(cells) == count
    for cell in cells:
        for expected in ("19.498", "▼ −3.839", "−3.983", "−3.694"):
            assert expected in cell, cell
        assert not re.search(r"\d…", cell)
    assert "chuyến/giờ" in words(rows[0])  # at each run, or below the base
    assert "95%" in words(tile)


def test_r52_four_runs_are_compared_on_the_narrowest_page() -> None:
    """At 1280 x 800 the table has 470 by 280 px: less is more than nothing."""
    tile = compared(4, 470, height_px=290)
    assert SMALL not in words(tile)
    assert len(having(tile, "twin-compared")) >= 1
    assert having(tile, "t-more")  # the rest is counted
