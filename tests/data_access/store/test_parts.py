"""What a part of a source says no more is withdrawn: counted nowhere, and known as of before."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from data_access.masking import Masks
from data_access.replay import Timeline
from data_access.rollup import DAY, HOUR
from data_access.store import Change, Outcome, StoreReader, StoreWriter, Whole
from data_access.store.cutoff import Cutoff
from data_access.store.engine import migrate
from data_access.store.past import Past
from data_access.store.snapshot import AREA, Snapshot
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.rows import START_US, observed, rows
from tests.data_access.store.test_any_batches import cells as all_cells

DATASET, INDICATOR = "transport.speed", "speed_kmh"
PART = "air/day=2026-11-02"
MINUTE_US = 60_000_000
NUMBERS = itertools.count()
Said = dict[tuple[str, int], float]  # (entity, minute) -> value


@pytest.fixture
def stream_id(writer: StoreWriter) -> int:
    return opened(writer)


def opened(writer: StoreWriter, place: str = "live") -> int:
    stream = writer.open_stream("live", DATASET, origin="live", place=place)
    writer.apply(stream.id, Change(timeline=Timeline.live()), now_us=START_US)
    return stream.id


def say(
    writer: StoreWriter, stream_id: int, said: Said, *, minute: int, part: str = PART, **more: Any
) -> Outcome:
    """Say all of a part at a minute, as the feed does."""
    made = rows(
        *(
            observed(entity, at, value, area="00004" if entity == "b" else "00070", source_ref=part)
            for (entity, at), value in said.items()
        )
    )
    change = Change(rows=made if said else None, wholes=[Whole(part, made, **more)])
    return writer.apply(stream_id, change, now_us=START_US + minute * MINUTE_US)


def asked(snapshot: Snapshot) -> list[Any]:
    """Everything aggregates ask of what was observed."""
    tables = [
        snapshot.cells(DATASET, INDICATOR, step, kind=kind)
        for step in (HOUR, DAY)
        for kind in ("entity", AREA)
    ]
    span = {"from_us": START_US, "to_us": START_US + 10_000 * MINUTE_US}
    return [
        snapshot.newest(DATASET, INDICATOR),
        snapshot.newest_us(DATASET),
        snapshot.recent(DATASET, INDICATOR, from_us=0),
        [snapshot.values(DATASET, INDICATOR, name, **span) for name in "abc"],
        [
            sorted(zip(*(getattr(t, name).tolist() for name in t.__slots__), strict=True))
            for t in tables
        ],
    ]


def now(reader: StoreReader) -> list[Any]:
    with reader.snapshot() as snapshot:
        return asked(snapshot)


def from_rows(reader: StoreReader, minute: int) -> list[Any]:
    """The same, from the rows that were known at a minute."""
    cutoff = Cutoff(START_US + minute * MINUTE_US)
    with reader.source_snapshot(cutoff, ZONE) as snapshot:
        found = asked(snapshot)
        found[2] = {name: each for name, each in found[2].items() if each}
        return found


def test_what_is_left_out_counts_nowhere_and_is_known_as_of_before(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    first: Said = {("a", 0): 10.0, ("a", 70): 20.0, ("b", 5): 40.0, ("c", 5): 60.0}
    assert say(writer, stream_id, first, minute=100) == Outcome(observations=4)
    then = now(reader)
    second: Said = {("a", 0): 10.0, ("c", 5): 60.0}
    assert say(writer, stream_id, second, minute=200) == Outcome(revisions=2, taken_back=2)
    newest, newest_us, recent, values, tables = now(reader)
    assert [(each.entity, each.value) for each in newest] == [("a", 10.0), ("c", 60.0)]
    assert newest_us == START_US + 5 * MINUTE_US
    assert {name for name, found in recent.items() if found} == {"a", "c"}
    assert values == [[(START_US, 10.0)], [], [(START_US + 5 * MINUTE_US, 60.0)]]
    hours, by_area = tables[0], tables[1]
    assert [(each[0], each[2], each[3]) for each in hours] == [("a", 1, 10.0), ("c", 1, 60.0)]
    assert [(each[0], each[2], each[3]) for each in by_area] == [
        ("00070", 2, 70.0),
        ("city", 2, 70.0),
    ]
    # The rows themselves, as of either instant, say what was said.
    assert from_rows(reader, 100) == then
    after = now(reader)
    after[2] = {name: each for name, each in after[2].items() if each}
    assert from_rows(reader, 200) == after


def test_the_rows_behind_a_figure_say_that_they_were_withdrawn(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, {("a", 0): 10.0, ("a", 5): 20.0}, minute=100)
    say(writer, stream_id, {("a", 0): 10.0}, minute=200)
    newest = reader.source_rows(DATASET, indicator=INDICATOR)[0]
    assert (newest["value"], newest["quality"], newest["revision"]) == (None, "withdrawn", 1)
    assert newest["source_ref"] == PART
    before = datetime.fromtimestamp(START_US / 1e6 + 150 * 60, UTC)
    newest = reader.source_rows(DATASET, indicator=INDICATOR, known_at=before)[0]
    assert (newest["value"], newest["quality"]) == (20.0, "good")
    with reader.source_snapshot(Cutoff(START_US + 300 * MINUTE_US), ZONE) as snapshot:
        snapshot.cells(DATASET, INDICATOR, HOUR)
        (read,) = snapshot.reads
    assert (read.rows, read.withdrawn, len(read.kept)) == (1, 1, 2)


def test_a_count_of_few_people_that_was_withdrawn_hides_nothing(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, {("a", 0): 2.0, ("b", 0): 50.0, ("c", 0): 60.0}, minute=100)
    masked = StoreReader(reader._engine, {DATASET: Masks({INDICATOR: 5}, {})})
    assert any(row.get("masked") for row in masked.source_rows(DATASET))
    say(writer, stream_id, {("b", 0): 50.0, ("c", 0): 60.0}, minute=200)
    found = {row["entity"]: row for row in masked.source_rows(DATASET)}
    assert [found[name]["value"] for name in "abc"] == [None, 50.0, 60.0]
    assert not any(row.get("masked") for row in found.values())


def test_what_was_withdrawn_may_come_again(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    first: Said = {("a", 0): 10.0, ("b", 5): 40.0}
    say(writer, stream_id, first, minute=100)
    then = now(reader)
    say(writer, stream_id, {}, minute=200)
    assert now(reader)[:2] == [[], None]
    assert say(writer, stream_id, {}, minute=250) == Outcome()
    say(writer, stream_id, first, minute=300)
    assert now(reader) == then
    assert from_rows(reader, 300) == then == from_rows(reader, 150)
    assert from_rows(reader, 250)[:2] == [[], None]


def test_the_newest_value_is_the_newest_that_stands(
    open_store: Callable[[], StoreWriter], reader: StoreReader
) -> None:
    writer = open_store()
    stream_id = opened(writer)
    say(writer, stream_id, {("a", 0): 1.0, ("a", 60): 2.0}, minute=100)
    say(writer, stream_id, {("a", 0): 1.0}, minute=110)
    other = observed("a", 30, 3.0, source_ref="other")
    for again in (writer, open_store()):  # as it remembers, and as it reads when it starts
        again.apply(stream_id, Change(rows=rows(other)), now_us=START_US + 120 * MINUTE_US)
        with reader.snapshot() as snapshot:
            (newest,) = snapshot.newest(DATASET, INDICATOR)
        assert (newest.at_us, newest.value) == (START_US + 30 * MINUTE_US, 3.0)
    say(open_store(), stream_id, {("a", 0): 1.0, ("a", 60): 4.0}, minute=130)
    with reader.snapshot() as snapshot:
        assert snapshot.newest(DATASET, INDICATOR)[0].value == 4.0


def test_other_parts_keep_what_they_said_whatever_they_are_called(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    names = ["air/day=2", "air/day=22", "air/hour=12", "air/hour=12:30", "air/hour=12:45"]
    for number, name in enumerate(names):
        say(writer, stream_id, {("a", number): 1.0, ("b", number): 2.0}, minute=100, part=name)
    for number, name in enumerate(names):
        assert say(writer, stream_id, {("a", number): 1.0}, minute=200, part=name).revisions == 1
    with reader.snapshot() as snapshot:
        assert [each.entity for each in snapshot.newest(DATASET, INDICATOR)] == ["a"]


def test_rows_that_name_themselves_in_their_part_go_with_it(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    own = [observed(name, 0, 1.0, source_ref=f"{PART}#{name}:7") for name in "ab"]
    for minute, said in ((100, rows(*own)), (200, rows(*own[:1]))):
        change = Change(rows=said, wholes=[Whole(PART, said)])
        writer.apply(stream_id, change, now_us=START_US + minute * MINUTE_US)
    with reader.snapshot() as snapshot:
        assert [each.entity for each in snapshot.newest(DATASET, INDICATOR)] == ["a"]


def test_an_answer_of_a_while_withdraws_within_that_while_alone(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    def answer(minute: int, *said: int) -> None:
        made = rows(*(observed("a", at, 1.0, source_ref=f"list@{minute}.json") for at in said))
        change = Change(rows=made, wholes=[Whole("list@", made, within="span")])
        writer.apply(stream_id, change, now_us=START_US + minute * MINUTE_US)

    answer(100, 0, 10, 20, 30)
    answer(200, 10, 30, 40)
    with reader.snapshot() as snapshot:
        found = snapshot.recent(DATASET, INDICATOR, from_us=0)["a"]
    assert [(at - START_US) // MINUTE_US for at, _ in found] == [0, 10, 30, 40]


def test_what_was_refused_of_a_part_stays_as_it_was(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, {("a", 0): 1.0, ("b", 0): 2.0}, minute=100)
    refused = [(INDICATOR, "b", START_US)]
    assert say(writer, stream_id, {("a", 0): 1.0}, minute=200, refused=refused) == Outcome()


def test_what_is_older_than_is_kept_is_forgotten_with_its_part(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, {("a", 0): 1.0}, minute=100)
    writer.prune(stream_id, rows_before_us=START_US + MINUTE_US, hours_before_us=START_US)
    assert say(writer, stream_id, {}, minute=200) == Outcome()
    with reader.snapshot() as snapshot:
        assert snapshot.newest(DATASET, INDICATOR)[0].value == 1.0  # as its days are


def test_a_withdrawal_that_cannot_be_written_leaves_all_as_it_was(
    writer: StoreWriter, reader: StoreReader, stream_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(writer, stream_id, {("a", 0): 1.0, ("b", 0): 2.0}, minute=100)
    then = now(reader)

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("data_access.store.parts.keep", fails)
        with pytest.raises(RuntimeError):
            say(writer, stream_id, {("a", 0): 9.0}, minute=200)
    assert now(reader) == then
    assert say(writer, stream_id, {("a", 0): 9.0}, minute=200) == Outcome(0, 2, taken_back=1)


@pytest.mark.parametrize(("nameless", "gone"), [(0, 2), (1, 2), (2, 0)])
def test_rows_refused_without_a_key_may_be_as_many_of_those_that_are_missing(
    writer: StoreWriter, stream_id: int, nameless: int, gone: int
) -> None:
    say(writer, stream_id, {("a", 0): 1.0, ("b", 0): 2.0, ("c", 0): 3.0}, minute=100)
    assert say(writer, stream_id, {("a", 0): 1.0}, minute=200, nameless=nameless).taken_back == gone


# ---------------------------------------------------------------- parts that are gone


def leaves(writer: StoreWriter, stream_id: int, part: str = PART, **more: Any) -> Outcome:
    """Say that a part is gone."""
    return say(writer, stream_id, {}, minute=300, part=part, **more)


def test_a_part_that_is_gone_takes_back_what_no_other_has_said_since(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    say(writer, stream_id, {("a", 0): 10.0, ("b", 5): 40.0}, minute=100, part=f"{PART} 10:30")
    then = now(reader)
    made = rows(observed("a", 0, 10.0, area="00070", source_ref=f"{PART} 10:45"))
    change = Change(rows=made, owns=True, wholes=[Whole(f"{PART} 10:45", made)])
    assert writer.apply(stream_id, change, now_us=START_US) == Outcome(revisions=1)
    assert now(reader) == then  # it says the same
    assert writer.apply(stream_id, change, now_us=START_US) == Outcome()
    assert leaves(writer, stream_id, f"{PART} 10:30") == Outcome(revisions=1, taken_back=1)
    with reader.snapshot() as snapshot:
        newest = snapshot.newest(DATASET, INDICATOR)
    assert [(each.entity, each.value) for each in newest] == [("a", 10.0)]


@pytest.mark.parametrize(("kept_before", "taken_back"), [(0, 2), (1, 0)])
def test_one_that_begins_before_what_its_lake_keeps_takes_nothing_back(
    writer: StoreWriter, stream_id: int, kept_before: int, taken_back: int
) -> None:
    say(writer, stream_id, {("a", 0): 10.0, ("b", 5): 40.0}, minute=100)
    kept_us = START_US + kept_before * MINUTE_US
    assert leaves(writer, stream_id, kept_before_us=kept_us).taken_back == taken_back


# ---------------------------------------------------------------- any versions of a part


@pytest.fixture(scope="module")
def any_writer() -> Iterator[StoreWriter]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    migrate(engine)
    made = StoreWriter(engine, ZONE)
    yield made
    made.close()


VERSION = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(0, 200)),
    st.floats(-1e5, 1e5).map(lambda value: round(value, 2)),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(versions=st.lists(VERSION, min_size=1, max_size=5))
def test_of_a_part_counts_what_its_last_version_says(
    any_writer: StoreWriter, versions: list[Said]
) -> None:
    """Rolled up, it is as if nothing else had ever been said."""
    many, once = (opened(any_writer, f"/{next(NUMBERS)}") for _ in range(2))
    for minute, version in enumerate(versions):
        say(any_writer, many, version, minute=minute)
    say(any_writer, once, versions[-1], minute=1)
    assert all_cells(any_writer, many) == all_cells(any_writer, once)


def test_a_past_that_is_brought_forward_withdraws_when_it_was(
    writer: StoreWriter, reader: StoreReader, stream_id: int
) -> None:
    story: list[tuple[int, Said]] = [
        (10, {("a", 0): 1.0, ("b", 5): 2.0}),
        (20, {("b", 5): 2.0}),
        (30, {("a", 0): 1.0, ("b", 5): 3.0}),
        (40, {}),
    ]
    then = {}
    for minute, said in story:
        say(writer, stream_id, said, minute=minute)
        then[minute] = now(reader)
    past = Past(
        reader._engine, ZONE, [DATASET],
        from_us=START_US, to_us=START_US + 60 * MINUTE_US, basis="known",
    )  # fmt: skip
    for minute, _ in story:
        past.advance(START_US + minute * MINUTE_US)
        with past.snapshot() as snapshot:
            assert asked(snapshot) == then[minute], minute
    past.close()
    past = Past(
        reader._engine, ZONE, [DATASET],
        from_us=START_US, to_us=START_US + 60 * MINUTE_US, basis="observed",
    )  # fmt: skip
    past.advance(START_US + 60 * MINUTE_US)
    with past.snapshot() as snapshot:
        assert asked(snapshot)[:2] == [[], None]
    past.close()
