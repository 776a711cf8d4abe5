"""Schedules by the clock alone: windows, days, zones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.days import read_calendar
from wall.errors import BadFields, Refused
from wall.protocol import check
from wall.schedules import Calendar, Schedule, ScheduleFields, Window, best, make_schedule

HANOI = Calendar(ZoneInfo("Asia/Ho_Chi_Minh"), lambda day: (day.month, day.day) == (9, 2))
BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
HOUR_MS = 3_600_000
BODY: dict[str, Any] = {
    "scheduleId": "morning",
    "name": {"vi": "Giao ban", "en": "Briefing"},
    "sceneId": "rain",
    "fromTime": "07:30",
    "toTime": "08:00",
}


def schedule(**more: Any) -> Schedule:
    return make_schedule(check(ScheduleFields, {**BODY, **more}))


def at(text: str, calendar: Calendar = HANOI, fold: int = 0) -> float:
    local = dt.datetime.fromisoformat(text).replace(tzinfo=calendar.zone, fold=fold)
    return local.timestamp() * 1000


def holds(text: str, calendar: Calendar = HANOI, **more: Any) -> bool:
    return schedule(**more).current(at(text, calendar), calendar) is not None


def hours(window: Window | None) -> float:
    assert window is not None
    return (window.end_at_ms - window.start_at_ms) / HOUR_MS


def test_a_window_holds_from_its_begin_to_before_its_end() -> None:
    assert not holds("2026-09-21T07:29:59")
    assert holds("2026-09-21T07:30:00")
    assert holds("2026-09-21T07:59:59")
    assert not holds("2026-09-21T08:00:00")


def test_a_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    night = {"fromTime": "22:00", "toTime": "06:00", "weekdays": [5]}  # Friday
    assert holds("2026-09-25T23:00", **night)
    assert holds("2026-09-26T05:59", **night)
    assert not holds("2026-09-26T06:00", **night)
    assert not holds("2026-09-25T05:00", **night)
    assert not holds("2026-09-26T23:00", **night)


def test_equal_times_are_a_whole_day() -> None:
    day = {"fromTime": "00:00", "toTime": "00:00", "weekdays": [1]}
    assert holds("2026-09-21T00:00", **day)
    assert holds("2026-09-21T23:59", **day)
    assert not holds("2026-09-22T00:00", **day)


def test_days_are_of_the_week_and_between_dates() -> None:
    dates = {"fromDate": "2026-09-21", "toDate": "2026-09-22", "weekdays": [1, 2, 3]}
    assert not holds("2026-09-16T07:45", **dates)
    assert holds("2026-09-21T07:45", **dates)
    assert holds("2026-09-22T07:45", **dates)
    assert not holds("2026-09-23T07:45", **dates)


def test_holidays_are_kept_apart() -> None:
    holiday, workday = "2026-09-02T07:45", "2026-09-03T07:45"
    assert holds(holiday, holidays="any")
    assert (holds(holiday, holidays="only"), holds(workday, holidays="only")) == (True, False)
    assert (holds(holiday, holidays="except"), holds(workday, holidays="except")) == (False, True)


def test_the_next_begin_is_found_up_to_a_year_ahead() -> None:
    def following(**more: Any) -> float | None:
        window = schedule(**more).next(at("2026-09-21T07:30"), HANOI)
        return window.start_at_ms if window is not None else None

    assert following() == at("2026-09-22T07:30")
    assert following(weekdays=[1]) == at("2026-09-28T07:30")
    assert following(holidays="only") == at("2027-09-02T07:30")
    assert following(fromDate="2030-01-05") == at("2030-01-05T07:30")
    assert following(toDate="2026-09-21") is None
    assert following(enabled=False) is None


def test_in_autumn_a_window_lasts_through_both_equal_hours() -> None:
    # Berlin, 2026-10-25: 03:00 summer time becomes 02:00.
    early = schedule(fromTime="01:00", toTime="02:30")
    first = early.current(at("2026-10-25T02:15", BERLIN, fold=0), BERLIN)
    again = early.current(at("2026-10-25T02:15", BERLIN, fold=1), BERLIN)
    assert first == again
    assert hours(first) == 2.5
    assert (
        hours(
            schedule(fromTime="00:00", toTime="00:00").current(
                at("2026-10-25T12:00", BERLIN), BERLIN
            )
        )
        == 25
    )


def test_in_spring_a_window_in_the_skipped_hour_comes_later() -> None:
    # Berlin, 2026-03-29: 02:00 becomes 03:00.
    skipped = schedule(fromTime="02:15", toTime="02:45")
    assert skipped.current(at("2026-03-29T03:20", BERLIN), BERLIN) is not None
    assert hours(skipped.current(at("2026-03-29T03:20", BERLIN), BERLIN)) == 0.5
    over = schedule(fromTime="01:00", toTime="04:00")
    assert hours(over.current(at("2026-03-29T01:30", BERLIN), BERLIN)) == 2
    assert (
        hours(
            schedule(fromTime="22:00", toTime="06:00").current(
                at("2026-03-29T05:00", BERLIN), BERLIN
            )
        )
        == 7
    )


def test_of_windows_that_overlap_the_first_in_rank_has_the_layer() -> None:
    now_ms = at("2026-09-21T07:45")

    def winner(*found: Schedule) -> str:
        windows = [(each, window) for each in found if (window := each.current(now_ms, HANOI))]
        chosen = best(windows)
        assert chosen is not None
        assert chosen == best(reversed(windows))
        return chosen[0].schedule_id

    long = schedule(scheduleId="long", fromTime="06:00", toTime="12:00")
    short = schedule(scheduleId="short")
    twin = schedule(scheduleId="a-twin")
    above = schedule(scheduleId="above", fromTime="06:00", toTime="12:00", priority=1)
    assert winner(long, short, above) == "above"
    assert winner(long, short) == "short"
    assert winner(short, twin) == "a-twin"


@pytest.mark.parametrize(
    "wrong",
    [
        {"playlistId": "tour"},
        {"sceneId": None},
        {"fromTime": "24:00"},
        {"toTime": "8:00"},
        {"weekdays": [0]},
        {"weekdays": []},
        {"fromDate": "2026-02-30"},
        {"fromDate": "0001-01-01"},
        {"toDate": "9999-12-31"},
        {"fromDate": "2026-02-02", "toDate": "2026-02-01"},
        {"holidays": "maybe"},
        {"priority": 10**6},
        {"scheduleId": "a/b"},
    ],
)
def test_wrong_schedules_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((Refused, BadFields)):
        schedule(**wrong)


TIMES = st.times().map(lambda each: each.strftime("%H:%M"))


@given(
    now_s=st.integers(1_700_000_000, 1_900_000_000),
    from_time=TIMES,
    to_time=TIMES,
    weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=7),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
)
def test_the_next_window_is_the_one_that_holds_then(
    now_s: int, from_time: str, to_time: str, weekdays: list[int], zone: str
) -> None:
    calendar = Calendar(ZoneInfo(zone))
    each = schedule(fromTime=from_time, toTime=to_time, weekdays=weekdays)
    window = each.next(now_s * 1000, calendar)
    assert window is not None
    assert window.start_at_ms > now_s * 1000
    assert 0 < hours(window) <= 25
    found = each.current(window.start_at_ms, calendar)
    assert found is not None
    assert found.start_at_ms == window.start_at_ms
    begins = dt.datetime.fromtimestamp(window.start_at_ms / 1000, calendar.zone)
    assert begins.isoweekday() in weekdays


def test_the_city_says_its_zone_and_its_holidays(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('timezone = "Asia/Ho_Chi_Minh"\ncountry = "VN"\n')
    calendar, problems = read_calendar(tmp_path)
    assert (calendar.zone.key, problems) == ("Asia/Ho_Chi_Minh", [])
    assert calendar.is_holiday(dt.date(2026, 2, 17))  # Tết
    assert calendar.is_holiday(dt.date(2026, 9, 2))
    assert not calendar.is_holiday(dt.date(2026, 9, 21))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('country = "ZZ"', "country"),
        ("country = 7", "country"),
        ('timezone = "Mars/North"', "timezone"),
        ("timezone = 7", "timezone"),
        ('timezone = "../../etc/passwd"', "timezone"),
        ("id = ", "is not TOML"),
    ],
)
def test_a_wrong_city_file_is_said_and_done_without(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "city.toml").write_text(text)
    calendar, problems = read_calendar(tmp_path)
    assert (calendar.zone.key, calendar.is_holiday(dt.date(2026, 9, 2))) == (
        "Asia/Ho_Chi_Minh",
        False,
    )
    assert said in str(problems[0])
