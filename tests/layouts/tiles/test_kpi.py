"""The large figure: how large it is, and what colours its tile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from dash import html

from data_access.envelope import Envelope
from language import LANGUAGES, number
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_r07_a_number_is_the_same_on_a_wall_on_a_console_and_in_its_passport(
    language: Literal["vi", "en"],
) -> None:
    wall = Frame(1920, 1080, 76, language=language)
    console = Frame(360, 230, 16, detail="console", language=language)
    places = context()
    seen = 0
    for name, envelope in everything().items():
        for number_id, figure in envelope.payload.get("numbers", {}).items():
            options = {"aggregate": name, "numbers": [number_id]}
            one, other = (
                [words(each) for each in having(tile, "t-kpi-main")]
                for tile in (
                    build("kpi", options, frame, {name: envelope}, places)
                    for frame in (wall, console)
                )
            )
            assert one == other, (name, number_id)
            if figure["value"] is not None:
                seen += 1
                passport = number(figure["value"], decimals=figure["decimals"], language=language)
                assert passport in one[0], (name, number_id)
    assert seen > 50


@pytest.mark.parametrize("width_px", range(500, 2000, 60))
def test_a_change_is_never_told_against_nothing(width_px: int) -> None:
    before = {"previous": 171.1, "previousLabel": {"vi": "Cùng kỳ", "en": "A year before"},
              "target": None, "note": None, "scale": None, "band": None}  # fmt: skip
    frame = Frame(width_px=width_px, height_px=700, unit_px=76)
    told = words(drawn(frame, "max_day", envelope=rain(max_day=before)))
    assert "171,1" in told or "tăng" not in told


def test_where_a_unit_leaves_no_room_the_other_period_is_told_without_it() -> None:
    unit = {"unit": "doanh nghiệp", "value": 2992.0, "decimals": 0, "status": "normal",
            "previous": 2921.0, "previousLabel": {"vi": "Cùng kỳ", "en": "A year before"},
            "target": None, "note": None, "scale": None, "band": None}  # fmt: skip
    frame = Frame(width_px=1920, height_px=700, unit_px=76)
    told = words(drawn(frame, "max_day", envelope=rain(max_day=unit)))
    assert "Cùng kỳ 2.921" in told
    assert "tăng 2,4%" in told.replace("\N{NO-BREAK SPACE}", " ")
