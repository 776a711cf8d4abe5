"""The large figure: how large it is, and what colours its tile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from dash import html

from data_access.envelope import Envelope
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, nodes, words

AGGREGATE = "environment.rain"


def rain(**changed: dict[str, Any]) -> Envelope:
    """Return the sample's rain with other fields of some figures."""
    sample = everything()[AGGREGATE]
    numbers = {
        name: {**figure, **changed.get(name, {})}
        for name, figure in sample.payload["numbers"].items()
    }
    return replace(sample, payload={"numbers": numbers})


def drawn(frame: Frame, *numbers: str, envelope: Envelope | None = None) -> html.Section:
    options = {"aggregate": AGGREGATE, "numbers": list(numbers)}
    return build("kpi", options, frame, {AGGREGATE: envelope or rain()}, context())


def sizes(tile: html.Section) -> list[str]:
    """Return the type sizes of the large figures."""
    return [node["props"]["style"]["fontSize"] for node in having(tile, "t-kpi-main")]


def test_figures_side_by_side_on_a_console_are_alike_however_much_each_says() -> None:
    frame = Frame(width_px=360, height_px=230, unit_px=16, detail="console")
    plain = {"target": None, "note": None, "status": "normal", "scale": None, "band": None}
    told = drawn(frame, "max_day")
    bare = drawn(frame, "max_day", envelope=rain(max_day=plain))
    assert len(words(told)) > len(words(bare))
    assert sizes(told) == sizes(bare)


@pytest.mark.parametrize(("height_px", "status"), [(1080, "warning"), (420, "normal")])
def test_a_tile_has_the_colour_of_what_it_shows(height_px: int, status: str) -> None:
    envelope = rain(max_day={"status": "normal"}, median_day={"status": "warning"})
    frame = Frame(width_px=960, height_px=height_px, unit_px=76)
    tile = drawn(frame, "max_day", "median_day", envelope=envelope)
    is_shown = bool(having(tile, "t-figure"))
    assert is_shown == (status == "warning")
    assert f"status-{status}" in next(nodes(tile))["props"]["className"]
