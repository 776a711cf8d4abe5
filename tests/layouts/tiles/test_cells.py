"""A table's heading names its unit once, a legend where its bands begin."""

from __future__ import annotations

import pytest

from data_access.envelope import Column
from layouts.tiles import bands
from layouts.tiles.cells import heading


@pytest.mark.parametrize(
    ("label", "unit", "said"),
    [
        ("Offset", "s", "Offset (s)"),  # a letter of the word is not the unit
        ("Speed, km/h", "km/h", "Speed, km/h"),
        ("Share (%)", "%", "Share (%)"),
        ("Reports", "", "Reports"),
        ("VN_AQI", "VN_AQI", "VN_AQI"),
    ],
)
def test_a_heading_has_its_unit_once(label: str, unit: str, said: str) -> None:
    column = Column(id="c", label={"vi": label, "en": label}, kind="number", unit=unit)
    assert heading(column, "en") == said


@pytest.mark.parametrize(
    ("whole", "reaches"), [(True, ["0", "1–2", "3", "> 3"]), (False, ["0", "0–2", "2–3", "> 3"])]
)
def test_bands_of_what_is_counted_begin_one_above_the_last(whole: bool, reaches: list[str]) -> None:
    named = [{"id": str(upper), "upper": upper} for upper in (0, 2, 3)]
    scale = {"unit": "trường", "min": 0, "whole": whole, "bands": [*named, {"id": "more"}]}
    told = [bands.reach(scale, index, "vi", told="trường") for index in range(4)]
    assert told == reaches
