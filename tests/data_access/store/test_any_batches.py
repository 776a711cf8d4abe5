"""Whatever the order, the repetitions and the batches: the same current values, the same cells."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from data_access.store import Change, StoreWriter
from data_access.store.engine import migrate, transaction
from tests.data_access.store.rows import START_US, observed, rows

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KEY = st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 300))
STATEMENT = st.tuples(
    KEY,
    st.floats(-1e5, 1e5).map(lambda value: round(value, 2)),
    st.sampled_from(["good", "good", "suspect"]),
)
AREA = {"a": "00070", "b": "00070", "c": None}


@pytest.fixture(scope="module")
def writer() -> Iterator[StoreWriter]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    migrate(engine)
    writer = StoreWriter(engine, ZONE)
    yield writer
    writer.close()


def fresh_stream(writer: StoreWriter, numbers: Iterator[int] = itertools.count()) -> int:
    return writer.open_stream("live", "d", origin="replay", place=f"/{next(numbers)}").id


def put(writer: StoreWriter, stream_id: int, part: list) -> None:
    made = [
        observed(entity, minute, value, area=AREA[entity], quality=quality)
        for (entity, minute), value, quality in part
    ]
    if made:
        writer.apply(stream_id, Change(rows=rows(*made)), now_us=1)


def cells(writer: StoreWriter, stream_id: int) -> set[tuple]:
    with transaction(writer._engine) as connection:
        return {
            tuple(row)
            for row in connection.exec_driver_sql(
                "SELECT s.kind, s.name, c.step, c.slot, c.suspect, c.rows, c.sum_micro, c.low,"
                " c.high FROM cell c JOIN series s ON s.id = c.series_id"
                f" WHERE s.stream_id = {stream_id}"
            )
        }


def expected_hours(said: dict) -> set[tuple]:
    """Roll the current values up again, in the plainest way there is."""
    groups: dict[tuple, list[float]] = defaultdict(list)
    for (entity, minute), (value, quality) in said.items():
        slot = (START_US + minute * 60_000_000) // 3_600_000_000
        suspect = int(quality == "suspect")
        groups["entity", entity, slot, suspect].append(value)
        if AREA[entity] is not None and not suspect:
            groups["area", AREA[entity], slot, 0].append(value)
            groups["area", "city", slot, 0].append(value)
    return {
        (kind, name, 0, slot, suspect, len(v), sum(round(x * 1e6) for x in v), min(v), max(v))
        for (kind, name, slot, suspect), v in groups.items()
    }


@settings(max_examples=60, deadline=None)
@given(
    statements=st.lists(STATEMENT, max_size=30),
    cuts=st.lists(st.integers(0, 30), max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_statements_of_distinct_keys_may_come_anyhow(writer, statements, cuts, order) -> None:  # type: ignore[no-untyped-def]
    distinct = list({key: (key, value, quality) for key, value, quality in statements}.values())
    shuffled = distinct + order.sample(distinct, len(distinct) // 2)
    order.shuffle(shuffled)
    stream_id = fresh_stream(writer)
    for begin, end in itertools.pairwise([0, *sorted(cuts), len(shuffled)]):
        put(writer, stream_id, shuffled[begin:end])
    hours = {row for row in cells(writer, stream_id) if row[2] == 0}
    assert hours == expected_hours({key: said for key, *said in distinct})


@settings(max_examples=60, deadline=None)
@given(statements=st.lists(STATEMENT, max_size=30), cuts=st.lists(st.integers(0, 30), max_size=4))
def test_of_revisions_the_last_counts_however_they_are_cut(writer, statements, cuts) -> None:  # type: ignore[no-untyped-def]
    cut, whole = fresh_stream(writer), fresh_stream(writer)
    for begin, end in itertools.pairwise([0, *sorted(cuts), len(statements)]):
        put(writer, cut, statements[begin:end])
    put(writer, whole, statements)
    said = {key: rest for key, *rest in statements}
    assert {row for row in cells(writer, cut) if row[2] == 0} == expected_hours(said)
    assert cells(writer, cut) == cells(writer, whole)


def test_the_start_is_as_written() -> None:
    assert datetime.fromtimestamp(START_US / 1e6, UTC).isoformat() == "2026-11-02T03:00:00+00:00"
