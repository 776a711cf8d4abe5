"""Numbers, dates and ages are written as people here write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import language

AT = datetime(2025, 2, 25, 1, 5, 9, tzinfo=UTC)  # 08:05:09 in Hanoi


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "vi", "en"),
    [
        (1234.5, "bn VND", None, "1.234,5\u00a0tỷ đồng", "1,234.5\u00a0bn VND"),
        (12, "km/h", 0, "12\u00a0km/h", "12\u00a0km/h"),
        (99.95, "%", 1, "100,0%", "100.0%"),
        (3.25, "%", 1, "3,3%", "3.3%"),
        (-3.25, "%", 1, "−3,3%", "−3.3%"),
        (-0.04, "", 1, "0,0", "0.0"),
        (1, "cases", 0, "1\u00a0ca mắc", "1\u00a0case"),
        (1234567, "cases", 0, "1.234.567\u00a0ca mắc", "1,234,567\u00a0cases"),
        (None, "km/h", 0, "–", "–"),
        (float("nan"), "km/h", 0, "–", "–"),
        (57.0, "VN_AQI", 0, "57\u00a0VN_AQI", "57\u00a0VN_AQI"),
    ],
)
def test_a_number_is_written_in_local_form(value, unit, decimals, vi, en):
    assert language.number(value, unit, decimals=decimals, language="vi") == vi
    assert language.number(value, unit, decimals=decimals, language="en") == en


def test_a_change_carries_its_sign():
    assert language.number(4.2, "%", decimals=1, sign=True) == "+4,2%"
    assert language.number(0, "%", decimals=1, sign=True) == "0,0%"


def test_days_and_times_are_local():
    assert language.date(AT) == "25/02/2025"
    assert language.date(AT, language="en") == "25 Feb 2025"
    assert language.date(AT, style="long") == "Thứ Ba, 25/02/2025"
    assert language.date(AT, style="long", language="en") == "Tuesday, 25 Feb 2025"
    assert language.time(AT, seconds=True) == "08:05:09"
    assert language.time(AT, timezone="UTC") == "01:05"
    assert language.datetime_(AT) == "08:05 25/02/2025"
    assert language.month(AT, language="en") == "Feb 2025"
    assert language.time(AT.timestamp() * 1000) == "08:05"


def test_a_moment_is_as_short_as_it_stays_clear():
    assert language.moment(AT, now=AT + timedelta(hours=3)) == "08:05"
    assert language.moment(AT, now=AT + timedelta(days=3)) == "08:05 25/02"
    assert language.moment(AT, now=AT + timedelta(days=400)) == "08:05 25/02/2025"


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        language.date(datetime(2025, 2, 25))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (40, "40 giây", "40 seconds"),
        (60, "1 phút", "1 minute"),
        (7_500, "2 giờ 5 phút", "2 hours 5 minutes"),
        (14 * 3_600 + 300, "14 giờ", "14 hours"),
        (3.5 * 86_400, "3 ngày 12 giờ", "3 days 12 hours"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_steps(seconds, vi, en):
    assert language.duration(seconds, language="vi") == vi
    assert language.duration(seconds, language="en") == en


def test_names_sort_as_in_a_vietnamese_dictionary():
    names = ["Đống Đa", "Dương Nội", "Ô Chợ Dừa", "Ơ", "Ông", "Ba Đình", "Bà", "Bạch Mai"]
    assert sorted(names, key=language.sort_key) == [
        "Bà", "Ba Đình", "Bạch Mai", "Dương Nội", "Đống Đa", "Ô Chợ Dừa", "Ông", "Ơ",
    ]  # fmt: skip


def test_search_needs_no_marks():
    assert language.fold("Đống Đa") == "dong da"


@given(st.floats(allow_nan=True, allow_infinity=True, width=32), st.integers(0, 4))
def test_any_float_can_be_written(value, decimals):
    assert language.number(value, "km/h", decimals=decimals)
    assert language.number(value, "km/h")
