"""R57 in an exercise: its numbers go back to the rows that count there, and come out the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data_access.passport import Passport, passport
from tests.data_access.realms.conftest import DATASETS, Recorded
from tests.data_access.realms.test_rehearsal import MINUTE_MS, REALM, Shelf, playing


def _of(recorded: Recorded, shelf: Shelf, name: str, number: str, basis: Any) -> Passport:
    return passport(
        shelf.envelopes[REALM, name],
        number,
        city=recorded.room.city,
        reader=recorded.room.store(),
        shown=lambda other: shelf.envelopes.get((REALM, other)),
        basis=basis,
    )


@pytest.mark.parametrize("minutes", [20, 70])
def test_a_number_as_known_comes_of_the_rows_known_there(recorded: Recorded, minutes: int) -> None:
    at_ms = recorded.from_ms + minutes * MINUTE_MS
    with playing(recorded, basis="known") as (rehearsal, shelf):
        rehearsal.step(at_ms, edition_ms=1e12)
        for name in DATASETS:
            for number in shelf.envelopes[REALM, name].payload["numbers"]:
                found = _of(recorded, shelf, name, number, "known")
                assert (found.recomputed, found.agrees) == (found.figure["value"], True), number
                assert all(row.recorded_at.timestamp() * 1000 <= at_ms for row in found.rows)


@pytest.mark.parametrize("name", ["data.scores", "data.overdue", "data.quality", "data.coverage"])
def test_a_number_of_how_data_stood_is_the_same_again(recorded: Recorded, name: str) -> None:
    with playing(recorded, basis="known") as (rehearsal, shelf):
        rehearsal.step(recorded.from_ms + 80 * MINUTE_MS, edition_ms=1e12)
        numbers = shelf.envelopes[REALM, name].payload["numbers"]
        found = [_of(recorded, shelf, name, number, "known") for number in numbers]
    assert found
    assert [each.number for each in found if not each.agrees] == []


def test_a_number_of_before_the_room_ran_comes_of_the_rows_due_by_then(
    recorded: Recorded,
) -> None:
    at_ms = recorded.from_ms - 24 * 60 * MINUTE_MS
    name = "transport.speed"
    with playing(recorded, from_ms=at_ms, to_ms=recorded.from_ms) as (rehearsal, shelf):
        rehearsal.step(at_ms, edition_ms=1e12)
        assert rehearsal.basis == "observed"
        numbers = list(shelf.envelopes[REALM, name].payload["numbers"])
        found = [_of(recorded, shelf, name, number, "observed") for number in numbers]
    assert found
    assert all(each.agrees for each in found)
    rows = [row for each in found for row in each.rows]
    assert rows
    assert all(row.shown_at.timestamp() * 1000 <= at_ms for row in rows)
    assert all(row.recorded_at.timestamp() * 1000 > at_ms for row in rows)  # as of today


def test_the_rows_behind_a_page_count_there_as_its_numbers_do(recorded: Recorded) -> None:
    reader = recorded.room.store()
    at_ms = recorded.from_ms - 24 * 60 * MINUTE_MS
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    assert reader.source_rows("transport.speed", known_at=at) == []
    due = reader.source_rows("transport.speed", known_at=at, basis="observed")
    assert due
    assert all(row["shown_at"] <= at for row in due)
