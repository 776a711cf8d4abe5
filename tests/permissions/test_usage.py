"""Who used which dataset: counted without writing, kept a row a day, told by reader."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from permissions.tables import dataset_use
from permissions.usage import DAY_MS, KEPT_DAYS, MINUTE_MS, ON_AIR, Reader, UsageLog
from tests.permissions.conftest import NOW_MS

HOA = Reader("hoa", "operator", "console")
BINH = Reader("binh", "viewer", "api")
WALL = Reader("wall/le-lai", ON_AIR, ON_AIR)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(dataset_use)).scalar_one()


def test_reading_writes_nothing_until_it_is_kept(engine: Engine) -> None:
    log = UsageLog(engine)
    for index in range(1000):
        log.note(["air"], HOA, at_ms=NOW_MS + index)
    assert rows(engine) == 0
    (told,) = log.of("air", now_ms=NOW_MS, days=1)  # and is told of all the same
    assert (told.reader, told.answered) == (HOA, 1)
    log.keep()
    assert rows(engine) == 1
    log.keep()
    assert rows(engine) == 1


def test_minutes_are_counted_and_each_refusal(engine: Engine) -> None:
    log = UsageLog(engine)
    for _ in range(3):
        log.note(["air", "rain"], HOA, at_ms=NOW_MS)
        log.note(["air"], BINH, at_ms=NOW_MS, is_refused=True)
    log.keep()
    log.note(["air"], HOA, at_ms=NOW_MS + 1)  # the same minute, after it was kept
    log.note(["air"], HOA, at_ms=NOW_MS + MINUTE_MS)
    log.keep()
    told = {each.reader: each for each in log.of("air", now_ms=NOW_MS, days=30)}
    assert (told[HOA].answered, told[HOA].refused) == (2, 0)
    assert (told[BINH].answered, told[BINH].refused) == (0, 3)
    assert told[HOA].last_at_ms == NOW_MS + MINUTE_MS
    assert [each.reader for each in log.of("rain", now_ms=NOW_MS, days=30)] == [HOA]
    assert log.of("noise", now_ms=NOW_MS, days=30) == []


def test_what_cannot_be_written_waits(engine: Engine) -> None:
    log = UsageLog(engine)
    log.note(["air"], HOA, at_ms=NOW_MS)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE dataset_use RENAME TO away")
    with pytest.raises(OperationalError):
        log.keep()
    log.note(["air"], HOA, at_ms=NOW_MS + MINUTE_MS)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO dataset_use")
    log.keep()
    (told,) = log.of("air", now_ms=NOW_MS, days=30)
    assert (told.answered, told.last_at_ms) == (2, NOW_MS + MINUTE_MS)


def test_days_add_up_and_those_before_are_left_out(engine: Engine) -> None:
    log = UsageLog(engine)
    for day in (0, 5, 29, 30):
        log.note(["air"], HOA, at_ms=NOW_MS - day * DAY_MS)
    log.keep()
    (told,) = log.of("air", now_ms=NOW_MS, days=30)
    assert told.answered == 3
    (today,) = log.of("air", now_ms=NOW_MS, days=1)
    assert today.answered == 1


def test_what_is_older_than_is_kept_is_let_go(engine: Engine) -> None:
    log = UsageLog(engine)
    log.note(["air"], HOA, at_ms=NOW_MS - KEPT_DAYS * DAY_MS)
    log.keep()
    log.note(["air"], HOA, at_ms=NOW_MS)
    log.keep()
    assert rows(engine) == 1


def test_a_score_is_made_of_people_and_walls_are_none(engine: Engine) -> None:
    log = UsageLog(engine)
    log.note(["air"], HOA, at_ms=NOW_MS)
    log.note(["air"], Reader("hoa", "operator", "api"), at_ms=NOW_MS)
    log.note(["air"], BINH, at_ms=NOW_MS, is_refused=True)
    log.note(["air", "rain"], WALL, at_ms=NOW_MS)
    log.keep()
    totals = log.totals(now_ms=NOW_MS, days=30)
    assert set(totals) == {"air"}
    assert (totals["air"].people, totals["air"].answered, totals["air"].refused) == (1, 2, 1)
