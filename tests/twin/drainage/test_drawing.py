"""A storm in the making: what a hand may do to it keeps what it does not mean to change."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.drainage import drawing
from twin.drainage.drawing import SPANS, Drawn
from twin.drainage.scenario import ALL, MOST_MM, MOST_MM_H, Hyetograph

SPAN = st.sampled_from(sorted(SPANS))


@st.composite
def storms(draw: st.DrawFn) -> Drawn:
    hours = draw(SPAN)
    count = hours * 60 // SPANS[hours]
    depths = st.integers(0, 200).map(lambda tenths: tenths / 10)
    return Drawn(hours, tuple(draw(st.lists(depths, min_size=count, max_size=count))))


@given(storms(), SPAN)
def test_over_another_span_the_same_rain_falls(storm: Drawn, hours: int) -> None:
    other = storm.over(hours)
    assert other.hours == hours
    assert len(other.mm) * other.step_min == hours * 60
    assert other.total_mm == pytest.approx(storm.total_mm, abs=0.06)


@given(storms(), st.floats(-100, 1e9))
def test_any_total_asked_for_is_one_the_twin_takes(storm: Drawn, total_mm: float) -> None:
    made = storm.of_total(total_mm)
    assert made.problem == ""
    Hyetograph(step_min=made.step_min, mm={ALL: made.mm})
    if 0 < total_mm <= 100 and max(storm.mm, default=0) <= 2 * sum(storm.mm) / len(storm.mm):
        assert made.total_mm == pytest.approx(total_mm, abs=0.06)


@pytest.mark.parametrize("shape", drawing.PEAKS)
@pytest.mark.parametrize("hours", SPANS)
def test_a_shape_has_its_peak_where_it_says(shape: str, hours: int) -> None:
    made = drawing.shaped(shape, 310.0, hours)
    assert made.total_mm == pytest.approx(310.0)
    peak = drawing.PEAKS[shape]
    if peak is None:
        assert max(made.mm) - min(made.mm) <= 0.11
    else:
        assert abs((made.mm.index(max(made.mm)) + 0.5) / len(made.mm) - peak) < 1 / len(made.mm)


def test_a_storm_of_the_list_is_taken_up_as_it_is() -> None:
    burst = [3.0, 5, 8, 12, 16, 18, 13, 9, 6, 4, 3, 3]
    assert drawing.like(burst, 10) == Drawn(2, tuple(burst))
    nine_hours = drawing.like([10.0] * 9, 60)
    assert nine_hours.mm == (*[10.0] * 9, 0.0, 0.0, 0.0)
    two_days = drawing.like([2.0] * 48, 60)
    assert (two_days.hours, two_days.total_mm) == (48, 96.0)


def test_what_falls_later_than_is_simulated_is_known() -> None:
    storm = drawing.shaped("even", 120.0, 12)
    assert storm.until_mm(6) == 60.0
    assert storm.until_mm(6.5) == 65.0
    assert storm.until_mm(48) == 120.0


def test_more_than_the_twin_takes_is_said() -> None:
    assert Drawn(2, (100.0, *[0.0] * 11)).problem == "mostMmH"
    assert Drawn(72, (130.0,) * 24).problem == "mostMm"


def test_a_drawing_reaches_over_its_peak() -> None:
    storm = Drawn(2, (30.0, *[0.0] * 11))  # 180 mm/h
    assert drawing.top_mm_h(storm, 200) == 200
    assert drawing.top_mm_h(storm, 100) == 500  # room for a finger above the peak
    assert drawing.top_mm_h(Drawn(48, (4.0,) * 24)) == 20
    assert drawing.top_mm_h(Drawn(2, (500.0, *[0.0] * 11))) == 500


@pytest.mark.parametrize(
    ("mm", "hours"),
    [
        (None, 2),
        ("rain", 2),
        ([1.0] * 11, 2),
        ([1.0] * 12, 7),
        ([1.0] * 11 + [-1], 2),
        ([1.0] * 11 + [math.nan], 2),
        ([1.0] * 11 + [math.inf], 2),
        ([1.0] * 11 + ["5"], 2),
        ([1.0] * 12, [2]),
        ([1.0] * 12, "2"),
    ],
)
def test_what_a_browser_made_up_is_no_storm(mm: object, hours: object) -> None:
    assert drawing.read(mm, hours) is None


def test_a_bar_is_no_higher_than_what_may_be_run() -> None:
    made = drawing.read([1e6] * 12, 2)
    assert made is not None
    assert made.peak_mm_h <= MOST_MM_H
    assert made.total_mm <= MOST_MM
