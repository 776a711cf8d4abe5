"""Which thresholds are drawn: those that leave values their room, from where that begins."""

from __future__ import annotations

from typing import Any

import pytest

from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame
from layouts.tiles.plot import Plot
from layouts.tiles.thresholds import worded

DAY_MS = 86_400_000.0
LINE: Any = {
    "id": "growth",
    "label": {"vi": "GRDP", "en": "GRDP"},
    "points": [[DAY_MS * at, value] for at, value in enumerate((6.8, 8.3, 7.4))],
}


def plot(threshold: float, *, columns: bool = False, zero: bool = False) -> Plot:
    series: Any = {"decimals": 1, "lines": [LINE], "thresholds": [{"value": threshold}]}
    drawn = frozenset({"growth"} if columns else ())
    tile = Tile(Frame(1920, 1080, 76), "trend", title="GRDP")
    return Plot(tile, series, [LINE], columns=drawn, zero=zero, ends_u=0.0)


@pytest.mark.parametrize("more", [{"columns": True}, {"zero": True}])
def test_what_begins_at_zero_has_room_for_a_target_a_little_above(more: dict[str, bool]) -> None:
    shown = plot(11.0, **more)
    assert shown.low == 0
    assert shown.high >= 11.0


def test_a_line_that_does_not_is_not_flattened_by_it() -> None:
    shown = plot(11.0)
    assert shown.low > 0
    assert shown.high < 11.0


@pytest.mark.parametrize("more", [{"columns": True}, {}])
def test_no_chart_is_flattened_by_a_threshold_far_off(more: dict[str, bool]) -> None:
    assert plot(100.0, **more).high < 20


def test_words_of_a_threshold_that_do_not_fit_lose_a_clause_before_a_letter() -> None:
    limit = {"value": 7.5, "label": {"vi": "QCVN 05, 24 giờ", "en": "QCVN 05, 24 hours"}}
    wide, narrow = plot(7.5), plot(7.5)
    narrow.width_u = 10.0
    assert [words for _, words, _ in worded(wide, [limit])] == ["QCVN 05, 24 giờ"]
    assert [words for _, words, _ in worded(narrow, [limit])] == ["QCVN 05"]
