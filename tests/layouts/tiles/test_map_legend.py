"""A map's legend names every band that somebody is in, wherever it finds the room for it."""

from __future__ import annotations

import pytest
from dash import html

from layouts.tiles import bands
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

LEAST_U = 12


def drawn(width_u: float, height_u: float) -> html.Section:
    frame = Frame(width_px=16 * width_u, height_px=16 * height_u, unit_px=16, detail="console")
    given = {"aggregate": "environment.rain", "map": "areas", "legend": "corner"}
    return build("map", given, frame, everything(), context())


def bands_told(tile: html.Section) -> list[str]:
    return [
        words([each]) for each in having(tile, "t-legend-entry") if not having(each, "is-empty")
    ]


@pytest.mark.parametrize("height_u", range(LEAST_U, 40, 2))
def test_no_band_that_somebody_is_in_is_missing_in_a_low_map(height_u: int) -> None:
    told = " ".join(bands_told(drawn(24.4, height_u)))
    whole = " ".join(bands_told(drawn(60, 60)))
    assert "Mưa to" in whole
    assert told == whole


def test_a_map_too_low_for_a_corner_has_its_legend_at_its_left() -> None:
    tile = drawn(24.4, 12)
    assert not having(tile, "in-corner")
    (parts,) = having(tile, "map-parts")
    first, second = parts["props"]["children"]
    assert "map-key" in first["props"]["className"]
    assert "map-ground" in second["props"]["className"]


def test_where_the_corner_holds_all_bands_the_map_has_the_whole_width() -> None:
    assert having(drawn(24.4, 40), "in-corner")


SCALE = {
    "unit": "mm",
    "bands": [
        {"id": f"b{n}", "label": {"vi": f"Cấp {n}", "en": f"Class {n}"}, "upper": 10 * n}
        for n in range(1, 8)
    ],
}


@pytest.mark.parametrize("lines", range(1, 10))
def test_a_legend_too_low_for_its_bands_keeps_both_ends_and_says_how_many_are_left(
    lines: int,
) -> None:
    counts = {f"b{n}": n for n in range(1, 8)}
    height = lines * bands.LEGEND_LINE
    drawn, _, high = bands.legend(SCALE, "en", 12, height, counts=counts, unknown=3)
    told = [words([each]) for each in having(drawn, "t-legend-entry")]
    assert len(told) <= lines
    assert high <= height
    assert any("Class 7" in each for each in told)  # the gravest, or the best
    if 1 < lines < 8:
        more = [each for each in told if "more bands" in each]
        assert [each.split()[0] for each in more] == [str(8 - (lines - 1))]
