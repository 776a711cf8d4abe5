"""Versions of records are appended once; the newest of the newest lap is current."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from data_access.model import RecordRow
from data_access.records import Played, facets, instant_us
from data_access.replay import anchor
from data_access.store import Change, Outcome, StoreReader, StoreWriter
from data_access.store.snapshot import Life

DATASET = "feedback.requests"
START = datetime(2011, 5, 2, 3, tzinfo=UTC)
HOUR_US = 3_600_000_000


def opened(request_id: str, hour: float = 0, **body: Any) -> RecordRow:
    at = START + timedelta(hours=hour)
    return RecordRow(
        record_id=request_id,
        version=f"{at.isoformat()}/0",
        status="open",
        reported_at=at,
        valid_from=at,
        valid_to=None,
        area="00070",
        geometry={"type": "Point", "coordinates": [105.85, 21.03]},
        body={"category": "waste", "expected_at": None} | body,
        source_ref=f"requests.json#{request_id}",
    )


def closed(row: RecordRow, hour: float) -> RecordRow:
    at = START + timedelta(hours=hour)
    return replace(row, version=f"{at.isoformat()}/1", status="closed", reported_at=at, valid_to=at)


@pytest.fixture
def stream_id(writer: StoreWriter) -> int:
    stream = writer.open_stream("live", DATASET, origin="replay", place="/lake")
    timeline = anchor(np.array([instant_us(START)]), "latest", instant_us(START))
    writer.apply(stream.id, Change(timeline=timeline), now_us=1)
    return stream.id


def put(writer: StoreWriter, stream_id: int, played: Sequence[Played | RecordRow]) -> int:
    rows = [each if isinstance(each, Played) else Played(each) for each in played]
    return writer.apply(stream_id, Change(played=rows), now_us=7).records


def lives(reader: StoreReader, **which: Any) -> list[Life]:
    with reader.snapshot() as snapshot:
        return snapshot.lives(DATASET, **which)


def test_a_request_is_open_until_its_closing_is_known(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1", expected_at=(START + timedelta(hours=8)).isoformat())
    assert put(writer, stream_id, [request]) == 1
    (life,) = lives(reader)
    assert (life.status, life.category, life.area) == ("open", "waste", "00070")
    assert life.opened_us == instant_us(START)
    assert life.due_us == life.opened_us + 8 * HOUR_US
    assert put(writer, stream_id, [closed(request, 5)]) == 1
    (life,) = lives(reader)
    assert (life.status, life.ended_us) == ("closed", life.opened_us + 5 * HOUR_US)


def test_the_same_versions_again_insert_nothing_in_any_order(
    writer: StoreWriter,
    reader: StoreReader,
    stream_id: int,
    open_store: Callable[[], StoreWriter],
) -> None:
    request = opened("r1")
    both = [request, closed(request, 5)]
    assert put(writer, stream_id, list(reversed(both))) == 2
    before = lives(reader, bodies=True)
    assert before[0].status == "closed"
    assert put(writer, stream_id, both) == 0
    assert put(open_store(), stream_id, [request]) == 0
    assert lives(reader, bodies=True) == before


def test_a_version_that_says_something_else_is_a_revision(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1")
    put(writer, stream_id, [request])
    assert put(writer, stream_id, [opened("r1", category="drainage")]) == 1
    assert [life.category for life in lives(reader)] == ["drainage"]
    assert put(writer, stream_id, [opened("r1", category="drainage")]) == 0
    (row,) = reader.source_rows(DATASET)
    assert (row["revision"], row["value"]) == (1, "open")


def test_an_ending_keeps_what_is_known_of_the_rest(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1", title="Ngập")
    told = {"area": None, "geometry": None, "valid_from": None, "is_ending": True}
    ending = replace(closed(request, 5), body={"ended_by": "r2"}, **told)
    put(writer, stream_id, [request])
    assert [put(writer, stream_id, [ending]) for _ in range(2)] == [1, 0]
    (life,) = lives(reader, bodies=True)
    assert (life.status, life.area, life.opened_us) == ("closed", "00070", instant_us(START))
    assert (life.body["title"], life.body["ended_by"]) == ("Ngập", "r2")


def test_an_ending_of_a_thing_never_heard_of_is_kept(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    ending = replace(closed(opened("r1"), 5), area=None, body={}, is_ending=True)
    assert put(writer, stream_id, [ending]) == 1
    (life,) = lives(reader)
    assert (life.status, life.area) == ("closed", None)


def test_a_later_lap_replaces_the_lap_before_and_moves_its_times(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1")
    put(writer, stream_id, [request, closed(request, 5)])
    put(writer, stream_id, [Played(request, lap=1, shift_us=24 * HOUR_US)])
    (life,) = lives(reader)
    assert (life.status, life.opened_us) == ("open", instant_us(START) + 24 * HOUR_US)
    put(writer, stream_id, [opened("r1", category="late")])
    assert [life.category for life in lives(reader)] == ["waste"]
    (row,) = reader.source_rows(DATASET)
    assert row["observed_at"] == START


def test_a_shift_alone_is_no_revision(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, [Played(opened("r1"), shift_us=1)])
    assert put(writer, stream_id, [Played(opened("r1"), shift_us=2)]) == 0


def test_records_are_found_by_status_and_time(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    requests = [opened(f"r{hour}", hour) for hour in range(4)]
    put(writer, stream_id, [*requests, closed(requests[0], 3), closed(requests[1], 9)])
    start = instant_us(START)
    names = [life.base_id for life in lives(reader, statuses=["open"])]
    assert names == ["r3", "r2"]
    active = [life.base_id for life in lives(reader, active_us=start + 4 * HOUR_US)]
    assert active == ["r1", "r3", "r2"]
    recent = [life.base_id for life in lives(reader, since_us=start + 2 * HOUR_US, limit=3)]
    assert recent == ["r1", "r0", "r3"]
    before = [life.base_id for life in lives(reader, until_us=start + HOUR_US)]
    assert before == ["r1", "r0"]
    with reader.snapshot() as snapshot:
        assert sorted(snapshot.counts(DATASET)) == [
            ("closed", "waste", "00070", 2),
            ("open", "waste", "00070", 2),
        ]
        assert snapshot.newest_us(DATASET) == start + 9 * HOUR_US


def test_bodies_and_places_come_when_asked_for(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, [opened("r1", description="Ổ gà")])
    (life,) = lives(reader, bodies=True)
    assert life.body["description"] == "Ổ gà"
    assert life.geometry == {"type": "Point", "coordinates": [105.85, 21.03]}
    assert lives(reader, bodies=True, geometries=False) == [replace(life, geometry=None)]
    assert lives(reader) == [replace(life, body={}, geometry=None, source_ref="")]
    (row,) = reader.source_rows(DATASET, entity="r1", area="00070")
    assert row["body"]["description"] == "Ổ gà"
    assert row["source_ref"] == "requests.json#r1"
    assert reader.source_rows(DATASET, area="00004") == []


@pytest.mark.parametrize("which", ["indicator", "entity", "area"])
def test_of_what_no_text_can_be_there_are_no_rows(
    writer: StoreWriter, reader: StoreReader, stream_id: int, which: str
) -> None:
    put(writer, stream_id, [opened("r1")])
    assert reader.source_rows(DATASET, **{which: "r1\0"}) == []


def test_the_rows_of_some_categories_or_statuses_can_be_asked(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    requests = [opened("r1"), opened("r2", category="drainage"), closed(opened("r3"), 5)]
    put(writer, stream_id, requests)

    def found(**which: Any) -> set[str]:
        return {row["entity"] for row in reader.source_rows(DATASET, **which)}

    assert found(categories=["drainage", "noise"]) == {"r2"}
    assert found(statuses=["open"]) == {"r1", "r2"}
    assert found(categories=["waste"], statuses=["closed"]) == {"r3"}


def test_several_rows_and_those_of_a_while_are_asked_for_however_many_are_newer(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, [opened(f"r{hour}", hour) for hour in range(20)])

    def found(**which: Any) -> list[str]:
        return [row["entity"] for row in reader.source_rows(DATASET, limit=3, **which)]

    assert found() == ["r19", "r18", "r17"]
    assert found(entities=["r2", "r0", "no such", "r2\0"]) == []
    assert found(entities=["r2", "r0", "no such"]) == ["r2", "r0"]
    between = START + timedelta(hours=4), START + timedelta(hours=5)
    assert found(began=between) == ["r5", "r4"]
    assert found(began=between, entities=["r5", "r6"]) == ["r5"]


def test_what_was_known_then_can_be_asked(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1")
    writer.apply(stream_id, Change(played=[Played(request)]), now_us=1_000_000)
    writer.apply(stream_id, Change(played=[Played(closed(request, 5))]), now_us=9_000_000)
    then = datetime.fromtimestamp(5, UTC)
    assert reader.source_rows(DATASET, known_at=then)[0]["value"] == "open"
    assert reader.source_rows(DATASET)[0]["value"] == "closed"


THEN = datetime.fromtimestamp(5, UTC)


def put_at(writer: StoreWriter, stream_id: int, second: int, *played: Played | RecordRow) -> None:
    rows = [each if isinstance(each, Played) else Played(each) for each in played]
    writer.apply(stream_id, Change(played=rows), now_us=second * 1_000_000)


@pytest.mark.parametrize("goes_on", [(), ("r1",), ("r2",), ("r1", "r2")])
def test_of_then_a_record_is_the_version_that_stood_not_the_one_that_came_last(
    writer: StoreWriter, reader: StoreReader, stream_id: int, goes_on: Sequence[str]
) -> None:
    request, other = opened("r1"), opened("r2", 1)
    put_at(writer, stream_id, 1, closed(request, 5), other)
    put_at(writer, stream_id, 2, request)  # late: that it was closed was known before
    for hour in range(10, 30):  # many a version of one record leaves the others where they are
        put_at(writer, stream_id, 3, opened("r2", hour))

    def found(**which: Any) -> list[tuple[str, str, int]]:
        rows = reader.source_rows(DATASET, known_at=THEN, **which)
        return [(row["entity"], row["value"], row["observed_at"].hour) for row in rows]

    began, closing = (START + timedelta(hours=29)).hour, (START + timedelta(hours=5)).hour
    assert found() == [("r2", "open", began), ("r1", "closed", closing)]
    assert found() == [
        (row["entity"], row["value"], row["observed_at"].hour)
        for row in reader.source_rows(DATASET)
    ]
    later = [closed(opened(name), 40) for name in goes_on]
    put_at(writer, stream_id, 9, opened("r3"), *later)  # is not known yet
    assert found() == [("r2", "open", began), ("r1", "closed", closing)]
    assert [each for each, *_ in found(limit=1)] == ["r2"]
    assert [each for each, *_ in found(limit=2)] == ["r2", "r1"]
    assert [each for each, *_ in found(statuses=["open"])] == ["r2"]  # r1 was open before
    assert [each for each, *_ in found(entity="r1")] == ["r1"]
    assert [each for each, *_ in found(categories=["waste"], statuses=["closed"])] == ["r1"]
    assert found(categories=["drainage"]) == found(area="00004") == []
    assert [each for each, *_ in found(began=(START, START))] == ["r1"]


def test_of_then_a_record_stands_in_the_lap_that_had_come(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    request = opened("r1")
    put_at(writer, stream_id, 1, Played(request, -1, -24 * HOUR_US))
    put_at(writer, stream_id, 2, request, opened("r2", 1))
    put_at(writer, stream_id, 9, Played(closed(request, 5), 1, 24 * HOUR_US), opened("r3"))
    rows = reader.source_rows(DATASET, known_at=THEN)
    assert [(row["entity"], row["value"]) for row in rows] == [("r2", "open"), ("r1", "open")]
    assert {row["shown_at"] - row["observed_at"] for row in rows} == {timedelta(0)}
    (row,) = reader.source_rows(DATASET, entity="r1", known_at=datetime.fromtimestamp(1, UTC))
    assert row["shown_at"] - row["observed_at"] == -timedelta(days=1)


@pytest.mark.parametrize(
    ("body", "category", "due"),
    [
        ({}, "", None),
        ({"category": ["fire", "met"]}, "fire", None),
        ({"class": "Accident"}, "Accident", None),
        ({"category": "waste", "expected_at": "soon"}, "waste", None),
        ({"expected_at": "2011-05-02T03:00:00"}, "", None),
        ({"expected_at": "2011-05-02T10:00:00+07:00"}, "", instant_us(START)),
    ],
)
def test_facets_are_read_or_left_out(body: dict, category: str, due: int | None) -> None:
    assert (facets(body).category, facets(body).due_us) == (category, due)


def test_nothing_new_is_no_change() -> None:
    assert not Outcome().changed
    assert Outcome(records=1).changed
