"""Anchor arithmetic: when rows are due, and what their original time was."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.replay import (
    DAY,
    HOUR,
    LONGEST_PAUSE,
    MINUTE,
    SECOND,
    WEEK,
    Timeline,
    anchor,
)


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def every(step_us: int, start: str, count: int) -> np.ndarray:
    return us(start) + step_us * np.arange(count, dtype=np.int64)


NOW = us("2026-11-22T18:00:00")  # a Sunday
SPEEDS = us("2012-02-29T17:00:00")
WEEK_OF_SPEEDS = every(5 * MINUTE, "2012-02-29T17:00:00", 2016)


def window(now_us: int = NOW, speed: float = 1.0) -> Timeline:
    return anchor(WEEK_OF_SPEEDS, "window", now_us, speed=speed, step_us=5 * MINUTE)


def test_a_window_starts_at_the_same_weekday_and_time_of_day() -> None:
    timeline = window()
    playing = timeline.source(timeline.track(NOW))
    assert (NOW - playing) % WEEK == 0
    assert WEEK_OF_SPEEDS[0] <= playing <= WEEK_OF_SPEEDS[-1] + 5 * MINUTE
    assert timeline.period_us == WEEK


def test_a_window_loops_without_a_seam_and_says_the_original_time() -> None:
    timeline = window()
    later = NOW + 3 * WEEK + 2 * HOUR
    assert timeline.track(later) - timeline.track(NOW) == 3 * WEEK + 2 * HOUR
    assert timeline.source(timeline.track(later)) == (
        timeline.source(timeline.track(NOW + 2 * HOUR))
    )
    assert list(timeline.laps(timeline.track(later) - 1, timeline.track(later)))[-1] == 3


def test_a_window_longer_than_whole_weeks_keeps_the_weekday_in_every_lap() -> None:
    timeline = anchor(every(DAY, "2023-01-01T00:00:00", 100), "window", NOW, step_us=DAY)
    assert timeline.period_us == 15 * WEEK
    for weeks in range(40):
        at = NOW + weeks * WEEK
        assert (at - timeline.source(timeline.track(at))) % WEEK == 0


def test_now_at_chooses_what_plays_first() -> None:
    days = every(DAY, "2023-01-01T00:00:00", 365)
    wanted = us("2023-09-07T00:00:00")
    timeline = anchor(days, "window", NOW, step_us=DAY, now_at_us=wanted)
    playing = timeline.source(timeline.track(NOW))
    assert wanted - WEEK < playing <= wanted
    assert (NOW - playing) % WEEK == 0


def test_a_short_period_plays_the_newest_part_of_a_long_file() -> None:
    hours = every(HOUR, "2023-01-01T00:00:00", 24 * 10)
    timeline = anchor(hours, "window", NOW, step_us=HOUR, period_us=DAY)
    assert timeline.first_us > hours[-1] - DAY
    assert timeline.source(timeline.track(NOW)) % DAY == NOW % DAY


def test_history_before_the_first_start_runs_at_its_own_pace() -> None:
    timeline = window(speed=60)
    start = timeline.track(NOW)
    assert timeline.glass(start - 24 * HOUR) == NOW - 24 * HOUR
    assert timeline.glass(start + HOUR) == NOW + MINUTE


def test_a_restart_changes_nothing() -> None:
    timeline = window(speed=7)
    again = Timeline.from_json(timeline.to_json())
    assert again == timeline
    assert again.at_speed(7, NOW + HOUR) == timeline


def test_another_speed_keeps_the_position_and_what_was_shown() -> None:
    slow = window()
    at = NOW + 3 * HOUR
    fast = slow.at_speed(60, at)
    assert fast.track(at) == slow.track(at)
    shown = slow.track(NOW + HOUR)
    assert fast.glass(shown) == slow.glass(shown)
    assert fast.track(at + MINUTE) == slow.track(at) + HOUR
    assert fast.at_speed(1, at + HOUR).track(at + 2 * HOUR) == fast.track(at + HOUR) + HOUR


@given(
    speeds=st.lists(st.floats(1, 60), max_size=4),
    offset=st.integers(-WEEK, 4 * WEEK),
)
def test_glass_and_track_are_inverse_within_a_microsecond_of_glass(
    speeds: list[float], offset: int
) -> None:
    timeline = window()
    for number, speed in enumerate(speeds):
        timeline = timeline.at_speed(speed, NOW + (number + 1) * DAY)
    track = timeline.track(NOW) + offset
    assert timeline.track(timeline.glass(track)) - track in range(-1, 61)
    glass = NOW + offset
    assert timeline.glass(timeline.track(glass)) - glass in (-1, 0, 1)


@given(st.lists(st.integers(0, 400 * DAY), min_size=2, max_size=40, unique=True))
def test_events_keep_their_order_and_no_pause_is_long(offsets: list[int]) -> None:
    source = np.array(sorted(offsets), dtype=np.int64) + SPEEDS
    timeline = anchor(source, "events", NOW)
    base = timeline.base(source)
    pauses = np.diff(base)
    assert (pauses > 0).all()
    assert (pauses <= LONGEST_PAUSE).all()
    short = np.diff(source) <= LONGEST_PAUSE
    assert (pauses[short] == np.diff(source)[short]).all()
    assert [timeline.source(int(at)) for at in base] == source.tolist()
    assert [timeline.source(int(at) + timeline.period_us) for at in base] == source.tolist()


def test_the_newest_event_has_just_happened_and_the_next_lap_begins_a_step_later() -> None:
    source = every(10 * MINUTE, "2010-12-10T06:00:00", 12)
    timeline = anchor(source, "events", NOW, step_us=MINUTE)
    assert timeline.glass(int(source[-1])) == NOW
    assert timeline.glass(int(source[0]) + timeline.period_us) == NOW + MINUTE


def test_an_event_before_all_others_does_not_open_a_pause() -> None:
    source = every(10 * MINUTE, "2010-12-10T06:00:00", 12)
    timeline = anchor(source, "events", NOW)
    early = timeline.base(np.array([source[0] - 900 * DAY]))
    assert early.tolist() == [source[0] - LONGEST_PAUSE]


def test_the_newest_month_is_whole_weeks_away_and_never_in_the_future() -> None:
    months = np.array([us("2024-12-31T00:00:00"), us("2025-02-28T00:00:00")])
    timeline = anchor(months, "latest", NOW, speed=60)
    glass = timeline.glass(int(months[-1]))
    assert NOW - WEEK < glass <= NOW
    assert (glass - months[-1]) % WEEK == 0
    assert timeline.at_speed(60, NOW) == timeline
    assert timeline.source(timeline.track(glass)) == months[-1]
    assert list(timeline.laps(0, NOW)) == [0]


def test_a_newer_month_is_the_latest_at_once() -> None:
    months = np.array([us("2024-12-31T00:00:00"), us("2025-02-28T00:00:00")])
    newer = us("2025-03-31T00:00:00")
    timeline = anchor(months, "latest", NOW).with_news(newer, NOW + DAY)
    assert NOW + DAY - WEEK < timeline.glass(newer) <= NOW + DAY
    assert timeline.with_news(newer, NOW + 2 * DAY) == timeline


def test_todays_news_keep_their_own_time() -> None:
    arrived = NOW + 3 * HOUR
    timeline = window(speed=60).with_news(arrived - MINUTE, arrived)
    track, is_news = timeline.spread(np.array([WEEK_OF_SPEEDS[3], arrived - MINUTE]))
    assert is_news.tolist() == [False, True]
    assert timeline.glass(int(track[1])) == arrived - MINUTE
    assert timeline.source(int(track[1])) == arrived - MINUTE
    assert track[0] == WEEK_OF_SPEEDS[3]


def test_news_of_another_year_happened_when_they_arrived() -> None:
    arrived = NOW + 3 * HOUR
    rows = us("2012-03-20T00:00:00") + np.array([0, 5 * MINUTE])
    timeline = window().with_news(int(rows[-1]), arrived)
    track, _ = timeline.spread(rows)
    assert [timeline.glass(int(at)) for at in track] == [arrived - 5 * MINUTE, arrived]
    assert timeline.source(int(track[0])) == rows[0]


def test_rows_appended_later_are_due_at_once_and_move_nothing() -> None:
    first, second = us("2012-03-20T00:00:00"), us("2012-03-20T00:05:00")
    timeline = window().with_news(first, NOW + HOUR)
    grown = timeline.with_news(second, NOW + HOUR + SECOND)
    tracks, _ = grown.spread(np.array([first, second]))
    assert tracks[0] == timeline.spread(np.array([first]))[0][0]
    assert grown.glass(int(tracks[1])) == NOW + HOUR + SECOND
    late = timeline.with_news(second, NOW + 2 * HOUR)
    assert late.news[-1].shift_us == timeline.news[-1].shift_us
    assert late.with_news(first, NOW + 3 * HOUR) == late


def test_news_without_being_told_are_an_error() -> None:
    with pytest.raises(ValueError, match="with_news"):
        window().spread(np.array([NOW]))


def test_history_is_bounded() -> None:
    assert NOW - window().history_begin(NOW) == 8 * DAY
    years = every(DAY, "2015-01-01T00:00:00", 4000)
    assert NOW - anchor(years, "window", NOW, step_us=DAY).history_begin(NOW) == 400 * DAY
    assert anchor(years, "latest", NOW).history_begin(NOW) < years[0]
    minutes = every(MINUTE, "2015-01-01T00:00:00", 3)
    assert NOW - anchor(minutes, "events", NOW).history_begin(NOW) == DAY
