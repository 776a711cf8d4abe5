"""A table's heading names its unit once."""

from __future__ import annotations

import pytest

from data_access.envelope import Column
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
