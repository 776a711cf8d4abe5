"""The store as it was: at every instant the scratch copy says what the store itself said then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.model import Entity, RecordRow
from data_access.records import Played
from data_access.replay import Segment, Timeline
from data_access.rollup import DAY, HOUR
from data_access.store import Change, StoreReader, StoreWriter, open_engine, past_records
from data_access.store.past import Past
from data_access.store.series import AREA
from data_access.store.snapshot import Snapshot
from data_access.store.tables import metadata
from tests.data_access.store.rows import START, START_US, observed, rows
from tests.data_access.store.test_any_batches import ZONE

MINUTE_US = 60_000_000
DATASET, INDICATOR = "transport.speed", "speed_kmh"
SAME = Timeline("latest", START_US, START_US, 0, (Segment(START_US, START_US, 1.0),))
AREAS = {"a": "00070", "b": "00070", "c": None}


class Store:
    """A store written at chosen minutes."""

    def __init__(self) -> None:
        self.engine = open_engine("sqlite://")
        metadata.create_all(self.engine)
        self.writer = StoreWriter(self.engine, ZONE)
        self.reader = StoreReader(self.engine)
        opened = self.writer.open_stream("live", DATASET, origin="replay", place="/lake")
        self.stream_id = opened.id
        entities = [Entity(name, name.upper(), area=area) for name, area in AREAS.items()]
        self.put(-10_000, Change(timeline=SAME, entities=entities))

    def put(self, minute: int, change: Change) -> None:
        self.writer.apply(self.stream_id, change, now_us=START_US + minute * MINUTE_US)

    def say(self, minute: int, *said: tuple[str, int, float, str]) -> None:
        """Record at `minute` values of entities at other minutes."""
        made = [
            observed(entity, at, value, area=AREAS[entity], quality=quality)
            for entity, at, value, quality in said
        ]
        self.put(minute, Change(rows=rows(*made)))

    def past(self, from_minute: int, to_minute: int, **more: Any) -> Past:
        return Past(
            self.engine,
            ZONE,
            [DATASET],
            from_us=START_US + from_minute * MINUTE_US,
            to_us=START_US + to_minute * MINUTE_US,
            **more,
        )

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
def store() -> Any:
    made = Store()
    yield made
    made.close()


def saying(snapshot: Snapshot) -> list[Any]:
    """Everything aggregates ask a snapshot for."""
    tables = [
        snapshot.cells(DATASET, INDICATOR, step, kind=kind)
        for step in (HOUR, DAY)
        for kind in ("entity", AREA)
    ]
    return [
        snapshot.newest(DATASET, INDICATOR),
        snapshot.newest_us(DATASET),
        snapshot.places(DATASET),
        [
            sorted(
                zip(
                    *(getattr(each, name).tolist() for name in each.__slots__),
                    strict=True,
                )
            )
            for each in tables
        ],
        [
            snapshot.values(
                DATASET, INDICATOR, name, from_us=START_US, to_us=START_US + 10_000 * MINUTE_US
            )
            for name in AREAS
        ],
        snapshot.lives(DATASET, bodies=True),
        sorted(snapshot.counts(DATASET), key=str),
    ]


SAID = st.tuples(
    st.sampled_from(list(AREAS)),
    st.integers(0, 300),
    st.floats(-1e5, 1e5).map(lambda value: round(value, 2)),
    st.sampled_from(["good", "good", "suspect"]),
)
BATCH = st.tuples(st.integers(0, 60), st.lists(SAID, min_size=1, max_size=6))


@settings(max_examples=8, deadline=None)
@given(
    batches=st.lists(
        st.tuples(st.integers(0, 60), st.lists(SAID, min_size=1, max_size=6)), max_size=8
    ),
    from_minute=st.integers(0, 200),
)
def test_at_every_instant_it_says_what_the_store_said(
    batches: list[tuple[int, list[Any]]],
    from_minute: int,
) -> None:
    store = Store()
    minute, then = 0, {}
    for pause, said in batches:
        minute += pause
        # Nothing is written before it is due.
        store.say(minute, *((name, min(at, minute), *rest) for name, at, *rest in said))
        with store.reader.snapshot() as snapshot:
            then[START_US + minute * MINUTE_US] = saying(snapshot)
    past = store.past(from_minute, minute + 1, basis="known")
    with past.snapshot() as snapshot:
        begun = [at for at in then if at <= past.at_us]
        if begun:
            assert saying(snapshot) == then[max(begun)]
    instants = past.instants_us()
    assert set(instants) <= set(then)
    for at_us in sorted(set(then) | set(instants)):
        if at_us > past.at_us:
            past.advance(at_us)
            with past.snapshot() as snapshot:
                assert saying(snapshot) == then[at_us]
    past.close()
    store.close()


def test_what_stood_before_the_stretch_is_there(store: Store) -> None:
    store.say(-9_000, ("a", -9_000, 10.0, "good"), ("b", -9_000, 20.0, "good"))
    store.say(-8_000, ("a", -8_000, 30.0, "good"))
    with store.reader.snapshot() as snapshot:
        then = saying(snapshot)
    store.say(5, ("a", 5, 50.0, "good"))
    past = store.past(0, 10)
    assert past.basis == "observed"  # nothing of the stretch had been recorded when it began
    past.close()
    past = store.past(0, 10, basis="known")
    with past.snapshot() as snapshot:
        assert saying(snapshot) == then
    assert past.instants_us() == [START_US + 5 * MINUTE_US]
    past.close()


def test_rows_of_a_while_before_the_stretch_are_there_as_far_as_they_are_wanted(
    store: Store,
) -> None:
    begin = 3 * 24 * 60  # minutes: on the third day
    told = [(hour * 60, float(hour)) for hour in range(0, 72, 6)]
    for minute, value in told:
        store.say(minute, ("a", minute, value, "good"))
    store.say(begin - 30, ("a", 60 * 60, 1.5, "good"))  # revised
    from_us = START_US

    def recent(past: Past) -> list[float]:
        with past.snapshot() as snapshot:
            found = snapshot.recent(DATASET, INDICATOR, from_us=from_us)
        past.close()
        return [value for _, value in found.get("a", [])]

    with store.reader.snapshot() as snapshot:
        stood = [v for _, v in snapshot.recent(DATASET, INDICATOR, from_us=from_us)["a"]]
    alone = recent(store.past(begin, begin + 60))
    day = recent(store.past(begin, begin + 60, rows_before={DATASET: 24}))
    assert recent(store.past(begin, begin + 60, rows_before={DATASET: 24 * 9})) == stood
    assert len(alone) < len(day) < len(stood)
    assert day == stood[-len(day) :]
    assert 1.5 in day


def test_as_observed_a_value_counts_from_its_own_time_as_it_is_known_today(store: Store) -> None:
    store.say(90, ("a", 10, 1.0, "good"), ("a", 20, 2.0, "good"))
    store.say(95, ("a", 10, 3.0, "good"))
    past = store.past(0, 60)
    assert past.basis == "observed"
    assert past.instants_us() == [START_US + 10 * MINUTE_US, START_US + 20 * MINUTE_US]
    past.advance(START_US + 10 * MINUTE_US)
    with past.snapshot() as snapshot:
        assert [each.value for each in snapshot.newest(DATASET, INDICATOR)] == [3.0]
    past.close()


def request(version: str, status: str, minute: int, **more: Any) -> Played:
    at = START + timedelta(minutes=minute)
    row = RecordRow("r1", version, status, at, None, None, "00070", None, more, "requests.json#r1")
    return Played(row)


def test_records_have_the_status_they_had(store: Store) -> None:
    store.put(1, Change(played=[request("1", "open", 1, category="drainage")]))
    with store.reader.snapshot() as snapshot:
        then = saying(snapshot)
    store.put(30, Change(played=[request("2", "closed", 29, category="drainage")]))
    with store.reader.snapshot() as snapshot:
        later = saying(snapshot)
    past = store.past(2, 60)
    assert (past.basis, past.has_records) == ("known", True)
    with past.snapshot() as snapshot:
        assert saying(snapshot) == then
    past.advance(START_US + 30 * MINUTE_US)
    with past.snapshot() as snapshot:
        assert saying(snapshot) == later
    past.close()


def test_as_observed_a_record_counts_from_when_it_was_due_whenever_it_was_recorded(
    store: Store,
) -> None:
    store.put(90, Change(played=[request("1", "open", 10, category="drainage")]))
    past = store.past(0, 60)
    assert (past.basis, past.instants_us()) == ("observed", [START_US + 10 * MINUTE_US])
    past.advance(START_US + 10 * MINUTE_US)
    with past.snapshot() as snapshot:
        assert [each.status for each in snapshot.lives(DATASET)] == ["open"]
    past.close()


def test_read_by_pieces_a_late_row_waits_for_its_time(store: Store) -> None:
    store.say(1, ("a", 1, 1.0, "good"))
    store.say(50, ("a", 5, 2.0, "good"), ("a", 1, 3.0, "good"))
    past = store.past(2, 60, basis="known", piece_us=10 * MINUTE_US)
    found = []
    for minute in (2, 49, 50):
        past.advance(START_US + minute * MINUTE_US)
        with past.snapshot() as snapshot:
            found.append(
                [
                    value
                    for _, value in snapshot.values(
                        DATASET, INDICATOR, "a", from_us=START_US, to_us=START_US + 60 * MINUTE_US
                    )
                ]
            )
    assert found == [[1.0], [1.0], [3.0, 2.0]]
    past.close()


@pytest.mark.parametrize("basis", ["known", "observed"])
def test_of_any_number_of_records_only_a_part_is_held(
    store: Store, monkeypatch: pytest.MonkeyPatch, basis: str
) -> None:
    many = [
        Played(replace(request("1", "open", minute).row, record_id=f"r{minute}"))
        for minute in range(-40, 40)
    ]
    for each in many:
        minute = int((each.row.reported_at - START).total_seconds() // 60)
        store.put(minute, Change(played=[each]))
    written: list[int] = []
    apply = StoreWriter.apply

    def counted(self: StoreWriter, stream_id: int, change: Change, **more: Any) -> Any:
        written.append(len(change.played))
        return apply(self, stream_id, change, **more)

    monkeypatch.setattr(past_records, "AT_ONCE", 7)
    monkeypatch.setattr(StoreWriter, "apply", counted)
    past = store.past(0, 40, basis=basis, piece_us=10 * MINUTE_US)
    assert (sum(written), max(written)) == (41, 7)
    assert past.instants_us() == [START_US + minute * MINUTE_US for minute in range(1, 11)]
    for minute in (5, 9, 25, 40):
        past.advance(START_US + minute * MINUTE_US)
        with past.snapshot() as snapshot:
            assert len(snapshot.lives(DATASET)) == min(80, 41 + minute)
    past.close()


def test_how_many_rows_were_refused_then_is_no_number(store: Store) -> None:
    past = store.past(0, 60)
    with past.snapshot() as snapshot:
        refused = snapshot.reading(DATASET).rejected
    assert all(count != count for count in refused.values())
    assert refused
    past.close()


def test_a_dataset_nobody_feeds_has_nothing(store: Store) -> None:
    past = Past(store.engine, ZONE, ["food.safety"], from_us=0, to_us=1)
    assert past.instants_us() == []
    with past.snapshot() as snapshot:
        assert snapshot.current("food.safety") is None
    past.close()
