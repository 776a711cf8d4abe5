"""What was, played again: the envelopes of then, in a realm of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from data_access.envelope import LIVE, Envelope
from data_access.promises import CRITERIA
from data_access.realms.rehearsal import Order, Rehearsal
from data_access.store import open_engine, scores
from data_access.store.tables import shortfall
from tests.data_access.realms.conftest import DATASETS, MINUTES, Recorded

REALM = "exercise:drill"
MINUTE_MS = 60_000.0


class Shelf:
    """Takes what is made; like the pipe to the feed it gives nothing back."""

    def __init__(self) -> None:
        self.envelopes: dict[tuple[str, str], Envelope] = {}
        self.written: list[Envelope] = []

    def read_many(self, _names: Iterable[str], _realm: str = LIVE) -> dict[str, Envelope]:
        return {}

    def write_many(self, envelopes: Iterable[Envelope]) -> None:
        for each in envelopes:
            self.written.append(each)
            self.envelopes[each.realm, each.aggregate] = each


@contextmanager
def playing(recorded: Recorded, **order: Any) -> Iterator[tuple[Rehearsal, Shelf]]:
    fields = {"realm": REALM, "from_ms": recorded.from_ms, "to_ms": recorded.to_ms} | order
    engine = open_engine(recorded.room.settings.observations_url, read_only=True)
    shelf = Shelf()
    rehearsal = Rehearsal(Order(**fields), recorded.room.city, engine, shelf)
    yield rehearsal, shelf
    rehearsal.close()
    engine.dispose()


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Return where two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            said
            for name in {*one, *other}
            for said in differences(one.get(name), other.get(name), f"{where}/{name}")
        ]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [said for at, pair in pairs for said in differences(*pair, f"{where}/{at}")]
    return [] if one == other else [f"{where}: {one!r:.80} is not {other!r:.80}"]


def saying(envelope: Envelope) -> tuple[Any, ...]:
    """What an envelope says, without the original time: replay timelines are as today."""
    return envelope.state, envelope.as_of_ms, envelope.payload


def rows(recorded: Recorded) -> dict[str, int]:
    """Count everything in the store, by table."""
    engine = open_engine(recorded.room.settings.observations_url, read_only=True)
    with engine.connect() as connection:
        names = connection.execute(text("select name from sqlite_master where type = 'table'"))
        tables = [name for (name,) in names]
        found = {
            name: connection.execute(text(f"select count(*) from {name}")).scalar_one()
            for name in tables
        }
    engine.dispose()
    return found


def test_as_known_each_minute_says_what_the_room_said_then(recorded: Recorded) -> None:
    with playing(recorded, basis="known") as (rehearsal, shelf):
        for number, (at_ms, envelopes) in enumerate(recorded.then.items()):
            rehearsal.step(at_ms, edition_ms=1e12 + number)
            for name in DATASETS:
                made = shelf.envelopes[REALM, name]
                assert differences(saying(made), saying(envelopes[name]), name) == []
                assert (made.realm, made.origin, made.quality) == (REALM, "replay", {})


def test_going_back_and_forth_says_the_same_under_rising_versions(recorded: Recorded) -> None:
    instants = list(recorded.then)
    with playing(recorded, basis="known") as (rehearsal, shelf):
        for number, which in enumerate((60, 20, 75, 5, 20)):
            versions = rehearsal.step(instants[which], edition_ms=1e12 + number)
            assert versions
            for name in DATASETS:
                then = recorded.then[instants[which]][name]
                made = shelf.envelopes[REALM, name]
                assert differences(saying(made), saying(then), name) == []
    by_name: dict[str, list[int]] = {}
    for each in shelf.written:
        by_name.setdefault(each.aggregate, []).append(each.version)
    assert all(found == sorted(set(found)) for found in by_name.values())


def test_a_clock_that_goes_back_a_little_is_waited_for(recorded: Recorded) -> None:
    at_ms = recorded.from_ms + 30 * MINUTE_MS
    with playing(recorded, basis="known") as (rehearsal, shelf):
        rehearsal.step(at_ms, edition_ms=1e12)
        said = len(shelf.written)
        assert rehearsal.step(at_ms - 60_000, edition_ms=1e12 + 1, late_ms=300_000) == {}
        assert len(shelf.written) == said
        assert rehearsal.step(at_ms - 60_000, edition_ms=1e12 + 2, late_ms=0.0)
        assert len(shelf.written) > said


def test_before_the_room_ran_it_is_answered_as_observed(recorded: Recorded) -> None:
    day_before = recorded.from_ms - 24 * 60 * MINUTE_MS
    with playing(recorded, from_ms=day_before, to_ms=recorded.from_ms) as (rehearsal, shelf):
        rehearsal.step(day_before, edition_ms=1e12)
        assert rehearsal.basis == "observed"
        assert shelf.envelopes[REALM, "transport.speed"].state == "ok"


def test_how_fresh_data_were_is_said_and_what_was_refused_is_not_kept(recorded: Recorded) -> None:
    at_ms = list(recorded.then)[40]
    with playing(recorded, basis="known") as (rehearsal, shelf):
        rehearsal.step(at_ms, edition_ms=1e12)
        payload = shelf.envelopes[REALM, "data.quality"].payload
        covered = shelf.envelopes[REALM, "data.coverage"].payload
    rows = {row["dataset"]: row for row in payload["tables"]["datasets"]["rows"]}
    for name in DATASETS:
        assert min(rows[name]["age"], at_ms) == recorded.then[at_ms][name].as_of_ms
        age_ms = at_ms - rows[name]["age"]
        is_fresh = age_ms <= recorded.room.city.datasets[name].stale_after_ms
        assert rows[name]["state_id"] == ("ok" if is_fresh else "stale")
        assert (rows[name]["accepted"], rows[name]["quarantined"]) == (None, None)
    assert payload["numbers"]["rows_accepted"]["value"] is None
    states = [row["state_id"] for row in rows.values()]
    assert payload["numbers"]["datasets_ok"]["value"] == states.count("ok")
    assert payload["tables"]["quarantine"]["rows"] == []
    assert "sources" not in payload["tables"]
    assert covered["numbers"]["shown"]["value"] == len(DATASETS)


def test_how_good_data_were_is_said_as_it_was_known(recorded: Recorded) -> None:
    early_ms, late_ms = (recorded.from_ms + minute * MINUTE_MS for minute in (30, 80))
    said: list[dict[str, Any]] = []
    with playing(recorded, basis="known") as (rehearsal, shelf):
        for number, at_ms in enumerate((early_ms, late_ms)):
            rehearsal.step(at_ms, edition_ms=1e12 + number)
            said += [
                shelf.envelopes[REALM, name].payload["tables"]
                for name in ("data.scores", "data.overdue")
            ]
    early, _, late, overdue = said
    # Of an hour what it left is kept: that was known when it had ended.
    assert {row[each] for row in early["datasets"]["rows"] for each in CRITERIA} == {None}
    hour = int(recorded.from_ms // 3_600_000)
    with recorded.room.store().snapshot() as snapshot:
        kept = {name: scores.history(snapshot, name, since_hour=0) for name in DATASETS}
        everything = snapshot.connection.execute(select(shortfall)).all()
    for row in late["datasets"]["rows"]:
        of_hour = {each: dict(line).get(hour) for each, line in kept[row["dataset"]].items()}
        assert {each: row[each] for each in CRITERIA} == {c: of_hour.get(c) for c in CRITERIA}
        assert any(row[each] is not None for each in CRITERIA)
    late_us = late_ms * 1000
    assert {(row["dataset"], row["criterion_id"]) for row in overdue["overdue"]["rows"]} == {
        (each.dataset, each.criterion)
        for each in everything
        if each.since_us <= late_us and (each.until_us is None or each.until_us > late_us)
    }


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.floats(-30, MINUTES + 30), min_size=1, max_size=6))
def test_wherever_it_goes_nothing_is_written_to_the_store_or_to_live(
    recorded: Recorded, steps: list[float]
) -> None:
    before = rows(recorded)
    with playing(recorded) as (rehearsal, shelf):
        for number, minute in enumerate(steps):
            at_ms = recorded.from_ms + minute * MINUTE_MS
            rehearsal.step(at_ms, edition_ms=1e12 + number)
            now = [e.made_at_ms for e in shelf.envelopes.values()]
            assert all(made_ms <= at_ms + 5_001 for made_ms in now)
    assert {each.realm for each in shelf.written} == {REALM}
    assert rows(recorded) == before


def test_by_pieces_it_says_what_it_says_at_once(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.realms.rehearsal.PIECE_US", 7 * 60_000_000)
    instants = list(recorded.then)[10::20]
    with playing(recorded, basis="known") as (rehearsal, shelf):
        for number, at_ms in enumerate(instants):
            rehearsal.step(at_ms, edition_ms=1e12 + number)
            for name in DATASETS:
                then = recorded.then[at_ms][name]
                made = shelf.envelopes[REALM, name]
                assert differences(saying(made), saying(then), name) == []
