"""Observations are appended, never doubled; a change is a revision; roll-ups always agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from data_access.errors import StoreError
from data_access.replay import anchor
from data_access.rollup import DAY, HOUR, HOUR_US, day_slots
from data_access.store import Change, Outcome, StoreReader, StoreWriter, open_engine
from data_access.store.engine import transaction
from data_access.store.snapshot import AREA
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.rows import START_US, observed, rows

HOUR_SLOT = START_US // HOUR_US
DAY_SLOT = int(day_slots(np.array([HOUR_SLOT]), ZONE)[0])


@pytest.fixture
def stream_id(writer: StoreWriter) -> int:
    return opened(writer)


def opened(writer: StoreWriter) -> int:
    stream = writer.open_stream("live", "transport.speed", origin="replay", place="/lake")
    timeline = anchor(np.array([START_US]), "latest", START_US)
    writer.apply(stream.id, Change(timeline=timeline), now_us=START_US)
    return stream.id


def put(writer: StoreWriter, stream_id: int, *observations: tuple, now_us: int = 1) -> Outcome:
    return writer.apply(stream_id, Change(rows=rows(*observations)), now_us=now_us)


def cells(reader: StoreReader, step: int = HOUR, *, kind: str = "entity") -> list[tuple]:
    with reader.snapshot() as snapshot:
        table = snapshot.cells("transport.speed", "speed_kmh", step, kind=kind)
        return sorted(
            zip(
                table.name.tolist(),
                (table.slot - (HOUR_SLOT if step == HOUR else DAY_SLOT)).tolist(),
                table.rows.tolist(),
                table.sum.tolist(),
                table.low.tolist(),
                table.high.tolist(),
                strict=True,
            )
        )


def test_rows_are_rolled_up_by_entity_area_and_city(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    outcome = put(
        writer,
        stream_id,
        observed("a", 0, 40.0),
        observed("a", 5, 20.0),
        observed("b", 5, 60.0, area="00004"),
        observed("c", 5, 80.0, area=None),
        observed("a", 65, 30.0),
    )
    assert outcome == Outcome(observations=5)
    assert cells(reader) == [
        ("a", 0, 2, 60.0, 20.0, 40.0),
        ("a", 1, 1, 30.0, 30.0, 30.0),
        ("b", 0, 1, 60.0, 60.0, 60.0),
        ("c", 0, 1, 80.0, 80.0, 80.0),
    ]
    assert cells(reader, kind=AREA) == [
        ("00004", 0, 1, 60.0, 60.0, 60.0),
        ("00070", 0, 2, 60.0, 20.0, 40.0),
        ("00070", 1, 1, 30.0, 30.0, 30.0),
        ("city", 0, 3, 120.0, 20.0, 60.0),
        ("city", 1, 1, 30.0, 30.0, 30.0),
    ]
    assert cells(reader, DAY, kind=AREA) == [
        ("00004", 0, 1, 60.0, 60.0, 60.0),
        ("00070", 0, 3, 90.0, 20.0, 40.0),
        ("city", 0, 4, 150.0, 20.0, 60.0),
    ]


def test_the_same_rows_again_insert_nothing(
    writer: StoreWriter,
    reader: StoreReader,
    stream_id: int,
    open_store: Callable[[], StoreWriter],
) -> None:
    batch = [observed("a", 0, 40.0), observed("b", 0, 50.0), observed("a", 10, 30.0)]
    put(writer, stream_id, *batch)
    before = cells(reader), cells(reader, DAY, kind=AREA)
    assert put(writer, stream_id, *batch) == Outcome()
    assert put(open_store(), stream_id, *reversed(batch)) == Outcome()
    assert (cells(reader), cells(reader, DAY, kind=AREA)) == before


def test_a_changed_value_is_a_revision_and_rolls_its_cells_again(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 0, 40.0), observed("a", 5, 90.0), now_us=1_000_000)
    outcome = put(writer, stream_id, observed("a", 5, 10.0), now_us=9_000_000)
    assert outcome == Outcome(revisions=1)
    assert cells(reader) == [("a", 0, 2, 50.0, 10.0, 40.0)]
    assert cells(reader, DAY, kind=AREA)[-1] == ("city", 0, 2, 50.0, 10.0, 40.0)
    newest, older = reader.source_rows("transport.speed")
    assert (newest["value"], newest["revision"]) == (10.0, 1)
    assert older["value"] == 40.0
    then = datetime.fromtimestamp(5, UTC)
    assert reader.source_rows("transport.speed", known_at=then)[0]["value"] == 90.0
    assert put(writer, stream_id, observed("a", 5, 90.0)) == Outcome(revisions=1)


def test_a_revision_with_new_rows_of_the_same_hour_counts_each_once(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 0, 40.0), observed("a", 10, 50.0))
    outcome = put(writer, stream_id, observed("a", 0, 44.0), observed("a", 5, 46.0))
    assert outcome == Outcome(observations=1, revisions=1)
    assert cells(reader) == [("a", 0, 3, 140.0, 44.0, 50.0)]
    assert cells(reader, kind=AREA)[-1] == ("city", 0, 3, 140.0, 44.0, 50.0)


def test_a_row_that_turns_out_suspect_leaves_the_citys_number(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 0, 40.0), observed("b", 0, 60.0))
    put(writer, stream_id, observed("b", 0, 60.0, quality="suspect"))
    assert cells(reader) == [("a", 0, 1, 40.0, 40.0, 40.0)]
    assert cells(reader, kind=AREA)[-1] == ("city", 0, 1, 40.0, 40.0, 40.0)
    with reader.snapshot() as snapshot:
        assert [n.suspect for n in snapshot.newest("transport.speed", "speed_kmh")] == [False, True]
    put(writer, stream_id, observed("a", 0, 40.0, quality="suspect"))
    assert cells(reader, kind=AREA) == []


def test_of_equal_keys_in_one_batch_the_last_counts_and_the_others_are_its_history(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    said = [
        observed("a", 0, 39.0),
        observed("a", 0, 40.0, source_ref="next.csv:2"),
        observed("a", 0, 40.0),
        observed("b", 0, 1.0),
        observed("a", 0, 41.0),
    ]
    assert put(writer, stream_id, *said) == Outcome(observations=2, revisions=2)
    assert cells(reader) == [("a", 0, 1, 41.0, 41.0, 41.0), ("b", 0, 1, 1.0, 1.0, 1.0)]
    assert reader.source_rows("transport.speed", entity="a")[0]["revision"] == 2
    assert put(writer, stream_id, *said) == Outcome()
    assert put(writer, stream_id, *said[:4]) == Outcome(revisions=1)
    assert cells(reader)[0] == ("a", 0, 1, 40.0, 40.0, 40.0)


def test_the_newest_value_of_a_series_is_at_hand(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 10, 40.0))
    put(writer, stream_id, observed("a", 5, 99.0))
    put(writer, stream_id, observed("a", 10, 41.0))
    with reader.snapshot() as snapshot:
        (newest,) = snapshot.newest("transport.speed", "speed_kmh")
    assert (newest.entity, newest.area, newest.value) == ("a", "00070", 41.0)
    assert newest.at_us == START_US + 600_000_000


def test_an_entity_that_moves_takes_its_history_to_its_new_area(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 0, 40.0), observed("b", 0, 60.0))
    put(writer, stream_id, observed("a", 5, 20.0, area="00004"))
    assert cells(reader, kind=AREA) == [
        ("00004", 0, 2, 60.0, 20.0, 40.0),
        ("00070", 0, 1, 60.0, 60.0, 60.0),
        ("city", 0, 3, 120.0, 20.0, 60.0),
    ]
    put(writer, stream_id, observed("a", 10, 30.0, area=None))
    assert cells(reader, kind=AREA) == [
        ("00070", 0, 1, 60.0, 60.0, 60.0),
        ("city", 0, 1, 60.0, 60.0, 60.0),
    ]


def test_what_concerns_the_whole_city_is_counted_once(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(writer, stream_id, observed("city", 0, 40.0, area="city"))
    assert cells(reader, kind=AREA) == [("city", 0, 1, 40.0, 40.0, 40.0)]


def test_a_bad_number_refuses_the_batch_whole_and_the_writer_goes_on(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    with pytest.raises(ValueError, match="number"):
        put(writer, stream_id, observed("new", 0, 40.0), observed("a", 0, float("nan")))
    assert cells(reader) == []
    assert put(writer, stream_id, observed("new", 0, 40.0)) == Outcome(observations=1)
    with pytest.raises(ValueError, match="number"):
        put(writer, stream_id, observed("new", 0, 2e9))
    assert cells(reader) == [("new", 0, 1, 40.0, 40.0, 40.0)]


def test_simulated_rows_never_meet_real_ones(writer: StoreWriter, reader: StoreReader) -> None:
    real = opened(writer)
    put(writer, real, observed("a", 0, 40.0))
    made_up = writer.open_stream("live", "transport.speed", origin="simulated", place="/var")
    assert cells(reader) == []
    put(writer, made_up.id, observed("a", 0, 99.0))
    opened(writer)
    assert cells(reader) == [("a", 0, 1, 40.0, 40.0, 40.0)]
    writer.close_dataset("live", "transport.speed")
    assert cells(reader) == []
    assert reader.source_rows("transport.speed") == []


def test_source_rows_say_where_each_value_stands(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    put(
        writer,
        stream_id,
        observed("a", 0, 40.0, source_ref="speeds.csv:7"),
        observed("b", 5, 60.0, area="00004", source_ref="id=x"),
        now_us=5_000_000,
    )
    first, second = reader.source_rows("transport.speed", indicator="speed_kmh", area="city")
    assert (first["entity"], first["source_ref"], second["source_ref"]) == (
        "b",
        "id=x",
        "speeds.csv:7",
    )
    assert first["quality"] == "good"
    assert first["recorded_at"] == datetime.fromtimestamp(5, UTC)
    assert first["observed_at"] == datetime(2026, 11, 2, 3, 5, tzinfo=UTC)
    (only,) = reader.source_rows("transport.speed", area="00070")
    assert only["entity"] == "a"
    assert reader.source_rows("transport.speed", entity="b")[0]["value"] == 60.0
    assert len(reader.source_rows("transport.speed", limit=1)) == 1
    assert reader.source_rows("transport.speed", entity="nobody") == []
    assert reader.source_rows("no.such") == []


def test_observations_cannot_be_changed_behind_the_stores_back(
    writer: StoreWriter, stream_id: int
) -> None:
    put(writer, stream_id, observed("a", 0, 40.0))
    with (
        pytest.raises(StoreError, match="append-only"),
        transaction(writer._engine) as connection,
    ):
        connection.exec_driver_sql("UPDATE observation SET value = 1")


def test_a_reader_cannot_write(reader: StoreReader, writer: StoreWriter) -> None:
    with pytest.raises(StoreError), transaction(reader._engine) as connection:
        connection.exec_driver_sql("DELETE FROM observation")


def test_before_the_feed_has_run_there_is_nothing(tmp_path: object) -> None:
    reader = StoreReader(open_engine(f"sqlite:///{tmp_path}/none.sqlite", read_only=True))
    assert reader.source_rows("transport.speed") == []
    with pytest.raises(StoreError), reader.snapshot():
        pass
    reader.close()


def test_many_small_batches_and_one_large_batch_roll_up_alike(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    random = np.random.default_rng(7)
    batch = [
        observed(f"e{random.integers(3)}", int(minute), round(float(random.normal(50, 20)), 2))
        for minute in random.permutation(600)
    ]
    other = writer.open_stream("exercise:1", "transport.speed", origin="replay", place="/lake")
    for start in range(0, 600, 37):
        put(writer, stream_id, *batch[start : start + 37])
        put(writer, stream_id, *batch[: start // 2 : 5])
    put(writer, other.id, *batch)
    with transaction(writer._engine) as connection:
        query = (
            "SELECT s.kind, s.name, c.step, c.slot, c.suspect, c.rows, c.sum_micro, c.low, c.high"
            " FROM cell c JOIN series s ON s.id = c.series_id WHERE s.stream_id = {}"
        )
        small, large = (
            sorted(tuple(row) for row in connection.exec_driver_sql(query.format(each)))
            for each in (stream_id, other.id)
        )
    assert small == large
