"""Records that a part says no more are withdrawn: counted nowhere, and known as of before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data_access.model import RecordRow
from data_access.records import Played, instant_us
from data_access.replay import Timeline
from data_access.rows import Rows
from data_access.store import Change, Outcome, StoreReader, StoreWriter, Whole
from data_access.store.cutoff import Cutoff
from data_access.store.measures import newest_by_area, newest_places
from data_access.store.past import Past
from data_access.store.snapshot import Snapshot
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.test_records import DATASET, START, closed, opened

PART, OTHER = "order/day=1", "order/day=2"
MINUTE_US = 60_000_000
START_US = instant_us(START) + 60 * MINUTE_US


@pytest.fixture
def stream_id(writer: StoreWriter) -> int:
    stream = writer.open_stream("live", DATASET, origin="live", place="live")
    writer.apply(stream.id, Change(timeline=Timeline.live()), now_us=START_US)
    return stream.id


def say(
    writer: StoreWriter,
    stream_id: int,
    *said: RecordRow,
    minute: int,
    part: str = PART,
    **more: Any,
) -> Outcome:
    """Say all of a part at a minute, as the feed does."""
    of_it = [replace(each, source_ref=f"{part}#{at}") for at, each in enumerate(said)]
    whole = Whole(part, Rows.join([]), records=of_it, **more)
    change = Change(played=[Played(each) for each in of_it], wholes=[whole], owns=True)
    return writer.apply(stream_id, change, now_us=START_US + minute * MINUTE_US)


def asked(snapshot: Snapshot) -> list[Any]:
    """Everything aggregates and scores ask of records, but where they stand in their source."""
    lives = snapshot.lives(DATASET, bodies=True)
    return [
        [replace(each, source_ref="") for each in lives],
        sorted(snapshot.counts(DATASET)),
        snapshot.newest_us(DATASET),
    ]


def now(reader: StoreReader) -> list[Any]:
    with reader.snapshot() as snapshot:
        found = asked(snapshot)
        areas = newest_by_area(snapshot, DATASET)
        places = newest_places(snapshot, DATASET, most=10)
    assert sorted(id for id, _ in places) == sorted(each.base_id for each in found[0])
    assert list(areas.values()) == ([] if found[2] is None else [found[2]])
    return found


def test_any_minute_of_what_was_said_and_withdrawn_stays_answerable(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    a, b, c = opened("a"), opened("b", 0.2), opened("c", 0.1)
    story = [
        (10, PART, [a, b]),
        (20, OTHER, [c, closed(a, 0.5)]),
        (30, PART, [a]),
        (40, OTHER, [c]),  # that a is closed is said no more: it is open
        (50, PART, []),
        (60, OTHER, []),
        (70, PART, [b]),
    ]
    then = {}
    for minute, part, said in story:
        say(writer, stream_id, *said, minute=minute, part=part)
        then[minute] = now(reader)
    standing = [{each.base_id: each.status for each in found[0]} for found in then.values()]
    assert standing == [
        {"a": "open", "b": "open"},
        {"a": "closed", "b": "open", "c": "open"},
        {"a": "closed", "c": "open"},
        {"a": "open", "c": "open"},
        {"c": "open"},
        {},
        {"b": "open"},
    ]
    past = Past(
        reader._engine, ZONE, [DATASET],
        from_us=START_US, to_us=START_US + 80 * MINUTE_US, basis="known",
    )  # fmt: skip
    for minute, _, _ in story:
        at_us = START_US + minute * MINUTE_US
        with reader.source_snapshot(Cutoff(at_us), ZONE) as snapshot:
            assert asked(snapshot) == then[minute], minute
        rows = reader.source_rows(DATASET, known_at=datetime.fromtimestamp(at_us / 1e6, UTC))
        told = {row["entity"]: row["value"] for row in rows if row["quality"] != "withdrawn"}
        assert told == {each.base_id: each.status for each in then[minute][0]}
        past.advance(at_us)
        with past.snapshot() as snapshot:
            assert asked(snapshot) == then[minute], minute
    past.close()


def test_a_part_says_whose_records_are_withdrawn_and_what_may_say_them_still(
    writer: StoreWriter, stream_id: int
) -> None:
    a, b = opened("a"), opened("b")
    say(writer, stream_id, a, b, minute=1)
    assert say(writer, stream_id, a, minute=2, part=OTHER) == Outcome(records=1)  # it is its now
    assert say(writer, stream_id, minute=3) == Outcome(records=1, taken_back=1)
    gone = say(writer, stream_id, minute=4, part=OTHER)
    assert gone == Outcome(records=1, taken_back=1, others=frozenset({PART}))
    assert say(writer, stream_id, minute=5, part=OTHER) == Outcome()


@pytest.mark.parametrize(("nameless", "gone"), [(0, 2), (1, 2), (2, 0)])
def test_rows_refused_without_a_key_may_be_as_many_of_those_that_are_missing(
    writer: StoreWriter, stream_id: int, nameless: int, gone: int
) -> None:
    say(writer, stream_id, opened("a"), opened("b"), opened("c"), minute=1)
    said = say(writer, stream_id, opened("a"), minute=2, nameless=nameless)
    assert said.taken_back == gone


def test_a_record_that_was_refused_stays_and_keeps_no_other(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, opened("a"), opened("b"), opened("c"), minute=1)
    said = say(writer, stream_id, opened("a"), minute=2, refused_records={"b"})
    assert said.taken_back == 1
    assert {life.base_id for life in now(reader)[0]} == {"a", "b"}


def test_a_version_before_one_that_is_said_is_history(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    a, b = opened("a"), opened("b", 0.2)
    say(writer, stream_id, a, b, minute=1)
    told_on = say(writer, stream_id, closed(a, 0.5), minute=2)  # the part tells the newest alone
    assert told_on == Outcome(records=2, taken_back=1)  # of b
    (life,) = now(reader)[0]
    assert (life.status, life.reported_us - life.opened_us) == ("closed", 30 * MINUTE_US)
    back = say(writer, stream_id, a, minute=3)  # that it was closed was wrong
    assert back == Outcome(records=1, taken_back=1)
    assert [life.status for life in now(reader)[0]] == ["open"]


def test_of_a_while_only_what_lies_within_it_is_withdrawn(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, *(opened(name, at) for at, name in enumerate("abcd")), minute=1)
    say(writer, stream_id, opened("b", 1), opened("d", 3), minute=2, within="span")
    assert {life.base_id for life in now(reader)[0]} == {"a", "b", "d"}
    assert say(writer, stream_id, minute=3, within="span") == Outcome()
