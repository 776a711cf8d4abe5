"""Work that is asked for by itself: when due, once, never two of one."""

from __future__ import annotations

import pytest

from jobs.errors import NothingToAsk
from jobs.job import BY_SCHEDULE
from jobs.kinds import KINDS as REAL_KINDS
from jobs.schedule import EVERY, Every, Schedule
from tests.jobs.conftest import KINDS, NOW_MS, TITLE

HOURLY = Every("fresh", TITLE, every_s=3600, after_s=60)
HOUR_MS = 3_600_000


@pytest.fixture
def begin(store):
    return lambda at_ms: Schedule(store, at_ms, every=[HOURLY], kinds=KINDS)


def finish(claims):
    claims.fail(claims.claim("w", KINDS, NOW_MS), "engine", "", NOW_MS)


def test_it_is_asked_some_time_after_the_beginning_and_then_by_its_interval(begin, store, claims):
    schedule = begin(NOW_MS)
    asked = []
    for minute in range(125):
        before = len(store.recent())
        schedule.step(NOW_MS + minute * 60_000)
        if len(store.recent()) > before:
            asked.append(minute)
            finish(claims)
    assert asked == [1, 61, 121]
    assert {job.person_id for job in store.recent()} == {BY_SCHEDULE}


def test_never_two_of_one_at_once(begin, store):
    schedule = begin(NOW_MS)
    for hour in range(1, 6):
        schedule.step(NOW_MS + hour * HOUR_MS)
    assert len(store.recent()) == 1


def test_after_a_long_outage_one_is_caught_up(begin, store, claims):
    begin(NOW_MS).step(NOW_MS + 60_000)
    finish(claims)
    later_ms = NOW_MS + 24 * HOUR_MS
    schedule = begin(later_ms)
    for second in range(60, 70):
        schedule.step(later_ms + second * 1000)
        if len(store.recent()) == 2 and store.recent()[0].state == "queued":
            finish(claims)
    assert len(store.recent()) == 2


def test_a_restart_does_not_ask_again_before_it_is_time(begin, store, claims):
    begin(NOW_MS).step(NOW_MS + 60_000)
    finish(claims)
    begin(NOW_MS + 120_000).step(NOW_MS + 240_000)
    assert len(store.recent()) == 1


def test_nothing_is_asked_while_there_is_nothing_new_but_for_the_longest_time(store, claims):
    minutely = Every("fresh", TITLE, every_s=60, after_s=0, longest_s=300)
    newest = ["1"]
    schedule = Schedule(
        store, NOW_MS, every=[minutely], kinds=KINDS, news={"fresh": lambda: newest[0]}
    )
    asked = []
    for second in range(0, 900, 5):
        if second == 420:
            newest[0] = "2"
        before = len(store.recent())
        schedule.step(NOW_MS + second * 1000)
        if len(store.recent()) > before:
            asked.append(second)
            finish(claims)
    assert asked == [0, 300, 420, 720]


def test_what_cannot_be_told_to_be_old_is_asked(store, claims):
    minutely = Every("fresh", TITLE, every_s=60, after_s=0, longest_s=300)
    schedule = Schedule(store, NOW_MS, every=[minutely], kinds=KINDS, news={"fresh": lambda: None})
    for second in range(0, 130, 5):
        schedule.step(NOW_MS + second * 1000)
        if store.recent()[0].state == "queued":
            finish(claims)
    assert len(store.recent()) == 3


def test_a_clock_that_went_back_stops_nothing(begin, store, claims):
    begin(NOW_MS).step(NOW_MS + 60_000)
    finish(claims)
    earlier_ms = NOW_MS - 1000 * HOUR_MS
    begin(earlier_ms).step(earlier_ms + 60_000)
    assert len(store.recent()) == 2


def test_what_is_asked_by_itself_is_a_kind_there_is():
    for each in EVERY:
        assert not REAL_KINDS[each.kind].is_repeatable
        assert set(each.title) == {"vi", "en"}


def test_what_a_person_asked_counts_where_it_would_be_put_in_the_shade(store, claims):
    filler = Every("fresh", TITLE, every_s=3600, after_s=0, is_for_whoever=True)
    schedule = Schedule(store, NOW_MS, every=[filler], kinds=KINDS)
    store.ask("fresh", {"by": "a person"}, "leader", NOW_MS, title=TITLE)
    finish(claims)
    schedule.step(NOW_MS + HOUR_MS / 2)
    assert [job.person_id for job in store.recent()] == ["leader"]
    schedule.step(NOW_MS + HOUR_MS)
    assert store.recent()[0].person_id == BY_SCHEDULE


def test_where_there_is_nothing_to_ask_it_is_tried_again(store):
    there = []

    def inputs(_now_ms):
        if not there:
            raise NothingToAsk("no rain is forecast")
        return {}

    each = Every("fresh", TITLE, every_s=3600, after_s=0, inputs=inputs)
    schedule = Schedule(store, NOW_MS, every=[each], kinds=KINDS)
    schedule.step(NOW_MS)
    assert store.recent() == []
    there.append(True)
    schedule.step(NOW_MS + 60_000)
    assert len(store.recent()) == 1
