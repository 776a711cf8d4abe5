"""VN_AQI equals the table of Decision 1459/QĐ-TCMT at every breakpoint, and is straight between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.aggregates.vn_aqi import sub_index, vn_aqi

TABLE = {
    "pm25": [0, 25, 50, 80, 150, 250, 350, 500],
    "pm10": [0, 50, 150, 250, 350, 420, 500, 600],
}
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]
POINTS = [
    (name, concentration, index)
    for name, steps in TABLE.items()
    for concentration, index in zip(steps, INDEX, strict=True)
]


@pytest.mark.parametrize(("pollutant", "concentration", "index"), POINTS)
def test_each_breakpoint_has_its_index(pollutant: str, concentration: int, index: int) -> None:
    assert sub_index(pollutant, concentration) == index


def test_between_breakpoints_it_is_straight() -> None:
    assert sub_index("pm25", 37.5) == 75
    assert sub_index("pm25", 115) == 175
    assert sub_index("pm10", 100) == 75


def test_beyond_the_table_it_stays_at_its_ends() -> None:
    assert sub_index("pm25", 9_999) == 500
    assert sub_index("pm10", -3) == 0


@given(st.sampled_from(sorted(TABLE)), st.floats(0, 700), st.floats(0, 700))
def test_more_dust_is_never_better(pollutant: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert sub_index(pollutant, low) <= sub_index(pollutant, high)


def test_a_station_has_the_worse_of_its_particles_and_none_without() -> None:
    assert vn_aqi({"pm25": 25, "pm10": 150, "no2": 900}) == 100
    assert vn_aqi({"pm25": 80}) == 150
    assert vn_aqi({"no2": 900}) is None
    assert vn_aqi({}) is None
