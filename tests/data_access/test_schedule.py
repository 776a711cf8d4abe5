"""When rows and records are due: laps of a window, events, news, chunks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_access.model import RecordRow
from data_access.records import instant_us
from data_access.replay import DAY, HOUR, MINUTE, WEEK, Timeline, anchor
from data_access.rows import Rows
from data_access.schedule import Schedule
from tests.data_access.store.rows import START, START_US, observed, rows

NOW = START_US + 100 * WEEK + 3 * HOUR


def window(held: Rows, now_us: int = NOW) -> Timeline:
    return anchor(held.at_us, "window", now_us, step_us=5 * MINUTE, period_us=WEEK)


def hours(count: int) -> Rows:
    return rows(*(observed("a", 60 * hour, float(hour)) for hour in range(count)))


def reported(record_id: str, hour: float) -> RecordRow:
    at = START + timedelta(hours=hour)
    return RecordRow(record_id, "1", "open", at, at, None, None, None, {}, f"x#{record_id}")


def test_a_window_comes_round_again_every_lap() -> None:
    held = hours(24)
    timeline = window(held)
    schedule = Schedule.of(timeline, held, ())
    found, _ = schedule.due(timeline, START_US - 1, START_US + 2 * WEEK)
    assert found is not None
    assert len(found) == 49
    assert sorted(set(found.value.tolist())) == sorted(held.value.tolist())
    first = found.at_us[found.value == 5.0]
    assert first.tolist() == [START_US + 5 * HOUR, START_US + 5 * HOUR + WEEK]


def test_what_is_due_next_may_be_in_the_next_lap() -> None:
    held = hours(24)
    timeline = window(held)
    schedule = Schedule.of(timeline, held, ())
    assert schedule.next_after(timeline, START_US) == START_US + HOUR
    assert schedule.next_after(timeline, START_US + 23 * HOUR) == START_US + WEEK
    assert schedule.next_after(timeline, START_US + 30 * WEEK + 1) == (START_US + 30 * WEEK + HOUR)


def test_rows_before_a_window_shorter_than_its_file_are_not_played() -> None:
    held = hours(10 * 24)
    timeline = window(held)
    schedule = Schedule.of(timeline, held, ())
    found, _ = schedule.due(timeline, timeline.first_us - 1, timeline.first_us + WEEK - 1)
    assert found is not None
    assert len(found) == 7 * 24
    assert found.at_us.min() >= timeline.first_us


def test_records_are_moved_with_their_lap_and_keep_their_own_times() -> None:
    records = [reported("r1", 0), reported("r2", 2000)]
    times = np.array([instant_us(each.reported_at) for each in records])
    timeline = anchor(times, "events", NOW, step_us=MINUTE)
    schedule = Schedule.of(timeline, Rows.join([]), records)
    start = timeline.track(NOW) - timeline.period_us
    _, played = schedule.due(timeline, start, start + 2 * timeline.period_us)
    assert [(each.record_id, each.lap) for each in played] == [
        ("r1", 0),
        ("r2", 0),
        ("r1#1", 1),
        ("r2#1", 1),
    ]
    assert played[1].row is records[1]
    track = [instant_us(each.row.reported_at) + each.shift_us for each in played]
    assert track[1] - track[0] == HOUR
    assert track[2] - track[0] == timeline.period_us == HOUR + MINUTE


def test_news_come_once_at_their_own_time() -> None:
    held = hours(24)
    timeline = window(held).with_news(NOW - MINUTE, NOW)
    told = rows(observed("a", (NOW - MINUTE - START_US) / MINUTE, 99.0))
    schedule = Schedule.of(timeline, Rows.join([held, told]), ())
    at = timeline.track(NOW)
    found, _ = schedule.due(timeline, at - HOUR // 2, at)
    assert found is not None
    assert 99.0 in found.value.tolist()
    assert timeline.glass(int(found.at_us[found.value == 99.0][0])) == NOW - MINUTE
    later, _ = schedule.due(timeline, at, at + 3 * WEEK)
    assert later is not None
    assert 99.0 not in later.value.tolist()


def test_nothing_is_never_due() -> None:
    timeline = window(hours(2))
    schedule = Schedule.empty()
    assert schedule.due(timeline, 0, NOW) == (None, [])
    assert schedule.next_after(timeline, 0) is None
    assert schedule.begin_of_chunk(timeline, 0, NOW, 10) == 0


def test_what_changed_is_all_that_is_written_again() -> None:
    before = rows(observed("a", 0, 1.0), observed("a", 60, 2.0), observed("b", 0, 3.0))
    after = rows(
        observed("b", 0, 3.0),
        observed("a", 0, 1.0),
        observed("a", 60, 2.5),
        observed("c", 0, 3.0),
        observed("a", 0, 1.0, quality="suspect"),
    )
    timeline = window(before)
    old = Schedule.of(timeline, before, [reported("r1", 0), reported("r2", 1)])
    new = Schedule.of(timeline, after, [reported("r2", 1), reported("r3", 1)])
    changed = new.changed_since(old, timeline)
    assert sorted(changed.rows.value.tolist()) == [1.0, 2.5, 3.0]
    assert [record.record_id for record in changed.records] == ["r3"]


@given(
    begin=st.integers(-3 * WEEK, 3 * WEEK),
    length=st.integers(1, 3 * WEEK),
    most=st.integers(1, 40),
)
def test_chunks_hold_everything_once(begin: int, length: int, most: int) -> None:
    held = hours(60)
    timeline = window(held)
    schedule = Schedule.of(timeline, held, [reported("r1", 7)])
    after, until = START_US + begin, START_US + begin + length
    whole, whole_records = schedule.due(timeline, after, until)
    times: list[int] = []
    records = 0
    while until > after:
        start = schedule.begin_of_chunk(timeline, after, until, most)
        assert after <= start < until
        part, played = schedule.due(timeline, start, until)
        count = 0 if part is None else len(part)
        assert count + len(played) <= most or until - start == 1
        times += [] if part is None else part.at_us.tolist()
        records += len(played)
        until = start
    assert sorted(times) == ([] if whole is None else sorted(whole.at_us.tolist()))
    assert records == len(whole_records)


def test_the_day_is_what_it_seems() -> None:
    assert datetime.fromtimestamp((START_US + DAY) / 1e6, UTC) == START + timedelta(days=1)
