"""Streams, files, quarantine, entities and the timeline: written with their batch or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from data_access.model import Entity, Rejected
from data_access.replay import anchor
from data_access.rollup import DAY, HOUR
from data_access.store import Change, FileMark, StoreReader, StoreWriter, open_engine
from data_access.store.engine import HEAD, MIGRATIONS, VERSION_TABLE, migrate, transaction
from data_access.store.tables import metadata
from tests.data_access.store.rows import START_US, observed, rows

TIMELINE = anchor(np.array([START_US]), "latest", START_US)
MARK = FileMark("speeds.csv", 10, 20, "ab" * 32, accepted=7, rejected={"outOfRange": 2})


def open_stream(writer: StoreWriter):  # type: ignore[no-untyped-def]
    return writer.open_stream("live", "transport.speed", origin="replay", place="/lake")


def test_a_stream_goes_on_where_it_was_left(
    writer: StoreWriter, open_store: Callable[[], StoreWriter]
) -> None:
    stream = open_stream(writer)
    assert (stream.timeline, stream.done_us, stream.files) == (None, None, {})
    change = Change(
        rows=rows(observed("a", 0, 1.0)), files=[MARK], timeline=TIMELINE, done_us=START_US
    )
    writer.apply(stream.id, change, now_us=1)
    again = open_stream(open_store())
    assert again.id == stream.id
    assert again.timeline == TIMELINE
    assert again.done_us == START_US
    assert again.files == {"speeds.csv": MARK}


def test_a_refused_batch_leaves_no_watermark(writer: StoreWriter) -> None:
    stream = open_stream(writer)
    change = Change(
        rows=rows(observed("a", 0, float("nan"))),
        entities=[Entity("a", "A")],
        files=[MARK],
        timeline=TIMELINE,
        done_us=START_US,
    )
    with pytest.raises(ValueError, match="number"):
        writer.apply(stream.id, change, now_us=1)
    again = open_stream(writer)
    assert (again.timeline, again.done_us, again.files) == (None, None, {})


def test_refused_rows_are_kept_once_with_reason_and_owner(
    writer: StoreWriter, reader: StoreReader
) -> None:
    stream = open_stream(writer)
    refused = [Rejected("speeds.csv:3", "outOfRange", "999 km/h; expected 0 to 180", "999")]
    change = Change(rejected=refused, owner="cong-an", files=[MARK], timeline=TIMELINE)
    for _ in range(2):
        writer.apply(stream.id, change, now_us=1)
    with reader.snapshot() as snapshot:
        (row,) = snapshot.refused("transport.speed", 10)
        reading = snapshot.reading("transport.speed")
    assert (row["reason"], row["owner"], row["source_ref"]) == (
        "outOfRange",
        "cong-an",
        "speeds.csv:3",
    )
    assert (reading.files, reading.accepted, reading.rejected) == (1, 7, {"outOfRange": 2})
    writer.apply(stream.id, Change(gone=["speeds.csv"]), now_us=2)
    with reader.snapshot() as snapshot:
        assert snapshot.reading("transport.speed").files == 0


def test_entities_are_kept_as_last_described(writer: StoreWriter, reader: StoreReader) -> None:
    stream = open_stream(writer)
    first = Entity("s1", "Trạm 1", 21.0, 105.8, "00070", {"link": "N01-N02"})
    writer.apply(stream.id, Change(entities=[first], timeline=TIMELINE), now_us=1)
    writer.apply(stream.id, Change(entities=[Entity("s1", "Trạm một")]), now_us=2)
    with reader.snapshot() as snapshot:
        place = snapshot.places("transport.speed")["s1"]
        assert (place.name, place.area, place.attributes) == ("Trạm một", None, {})
        assert snapshot.places("environment.air") == {}


def test_a_dataset_nobody_feeds_is_empty_everywhere(
    writer: StoreWriter, reader: StoreReader
) -> None:
    with reader.snapshot() as snapshot:
        assert snapshot.current("x") is None
        assert snapshot.newest_us("x") is None
        assert snapshot.newest("x", "y") == []
        assert snapshot.lives("x") == []
        assert snapshot.counts("x") == []
        assert snapshot.refused("x", 5) == []
        assert snapshot.reading("x").files == 0
        assert len(snapshot.cells("x", "y", 0)) == 0
        assert snapshot.values("x", "y", "z", from_us=0, to_us=1) == []


def test_values_of_an_entity_are_the_newest_revisions(
    writer: StoreWriter, reader: StoreReader
) -> None:
    stream = open_stream(writer)
    writer.apply(
        stream.id,
        Change(rows=rows(observed("a", 0, 1.0), observed("a", 5, 2.0)), timeline=TIMELINE),
        now_us=1,
    )
    writer.apply(stream.id, Change(rows=rows(observed("a", 0, 9.0))), now_us=2)
    with reader.snapshot() as snapshot:
        found = snapshot.values(
            "transport.speed", "speed_kmh", "a", from_us=START_US, to_us=START_US + 300_000_000
        )
    assert found == [(START_US, 9.0), (START_US + 300_000_000, 2.0)]


def test_old_rows_and_hours_are_forgotten_days_and_other_streams_stay(
    writer: StoreWriter, reader: StoreReader
) -> None:
    stream = open_stream(writer)
    other = writer.open_stream("live", "environment.air", origin="replay", place="/lake")
    days = [observed("a", 1440 * day, float(day)) for day in range(10)]
    for each in (stream, other):
        writer.apply(each.id, Change(rows=rows(*days), timeline=TIMELINE), now_us=1)
    day_us = 86_400_000_000
    gone = writer.prune(
        stream.id, rows_before_us=START_US + 5 * day_us, hours_before_us=START_US + 2 * day_us
    )
    assert gone == 5
    with reader.snapshot() as snapshot:
        for dataset, hours in (("transport.speed", 8), ("environment.air", 10)):
            assert len(snapshot.cells(dataset, "speed_kmh", HOUR)) == hours
            assert len(snapshot.cells(dataset, "speed_kmh", DAY)) == 10
    assert len(reader.source_rows("transport.speed")) == 5
    writer.apply(stream.id, Change(rows=rows(observed("a", 1440 * 9, 99.0))), now_us=2)
    assert reader.source_rows("transport.speed")[0]["value"] == 99.0


def test_migrations_make_exactly_the_tables_that_are_used(
    writer: StoreWriter, store_url: str
) -> None:
    engine = open_engine(store_url)
    with transaction(engine) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    migrate(engine)
    engine.dispose()
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD
    assert Path(MIGRATIONS).is_dir()
