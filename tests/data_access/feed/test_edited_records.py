"""A file of records that is edited takes back what it leaves out, in every lap it was played."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.data_access.feed.conftest import Room

REQUESTS = "feedback.requests"
BEGAN = datetime(2011, 6, 28, 6, tzinfo=UTC)
ON_S = 3600.0  # then some of them have been played in two laps
OpenRoom = Callable[..., Room]
NAMES = ("a", "b", "c", "d", "e", "f")


def request(name: str, hour: float, status: str = "open") -> dict[str, object]:
    at = (BEGAN + timedelta(hours=hour)).isoformat()
    said = {"service_request_id": name, "status": status, "service_code": "005"}
    closed = {"updated_datetime": (BEGAN + timedelta(hours=hour + 9)).isoformat()}
    return said | {"requested_datetime": at} | (closed if status == "closed" else {})


def write(room: Room, names: Iterable[str], **status: str) -> Path:
    path = room.lake / "feedback" / "requests_json.json"
    said = [request(name, NAMES.index(name), status.get(name, "open")) for name in names]
    path.write_text(json.dumps(said), "utf-8")
    return path


def standing(room: Room, known_us: int | None = None) -> set[str]:
    """Whose requests stand, as known then."""
    known_at = None if known_us is None else datetime.fromtimestamp(known_us / 1e6, UTC)
    rows = room.store().source_rows(REQUESTS, known_at=known_at)
    return {row["entity"] for row in rows if row["quality"] != "withdrawn"}


@pytest.fixture
def room(open_room: OpenRoom) -> Room:
    """A room that has played six requests for a lap and more."""
    room = open_room(REQUESTS)
    for path in (room.lake / "feedback").glob("requests_*"):
        path.unlink()
    write(room, NAMES)
    room.settle()
    for _ in range(8):
        room.settle(ON_S)
    assert standing(room) == set(NAMES)
    return room


@pytest.mark.parametrize("restarts", [False, True])
def test_a_request_that_an_edited_file_leaves_out_is_withdrawn(room: Room, restarts: bool) -> None:
    before_us = int(room.now_s * 1e6)
    if restarts:
        room.close()
    write(room, "abdef")
    room.play(3)
    assert standing(room) == set("abdef")
    with room.store().snapshot() as snapshot:
        assert {life.base_id for life in snapshot.lives(REQUESTS)} == set("abdef")
    assert standing(room, before_us) == set(NAMES)  # as was known then
    write(room, NAMES)
    room.play(3)
    for _ in range(8):
        room.settle(ON_S)
    assert standing(room) == set(NAMES)


def test_a_file_that_moves_on_leaves_what_was_behind_it_and_takes_its_newest_back(
    room: Room,
) -> None:
    write(room, "cdef")
    room.play(3)
    assert standing(room) == set(NAMES)
    write(room, "cd")
    room.play(3)
    assert standing(room) == set("abcd")
    path = write(room, "c")
    path.write_text(path.read_text("utf-8")[:-9], "utf-8")  # cut short: it cannot be read
    room.play(3)
    assert standing(room) == set("abcd")


def test_of_a_request_that_is_told_on_nothing_is_taken_back(room: Room) -> None:
    write(room, NAMES, c="closed")
    room.play(3)
    for _ in range(3):
        room.settle(ON_S)
    rows = room.store().source_rows(REQUESTS, entity="c")
    assert {row["quality"] for row in rows} == {"good"}
    assert standing(room) == set(NAMES)


def test_what_is_refused_of_others_keeps_none_that_is_left_out(room: Room) -> None:
    path = write(room, "abcdef", b="closed")
    said = json.loads(path.read_text("utf-8"))
    said[1]["updated_datetime"] = (BEGAN - timedelta(days=1)).isoformat()  # before it was opened
    said[4]["requested_datetime"] = "?"  # of e nothing can be told but that it is there
    twice = [*said, said[0]]
    path.write_text(json.dumps(twice), "utf-8")
    room.play(3)
    room.settle(ON_S)
    with room.store().snapshot() as snapshot:
        rejected = snapshot.reading(REQUESTS).rejected
    assert rejected == {"closedBeforeOpened": 1, "badTime": 1, "duplicate": 1}
    assert standing(room) == set(NAMES)
    path.write_text(json.dumps([each for each in twice if each is not said[2]]), "utf-8")
    room.play(3)
    assert standing(room) == set("abdef")


def test_what_was_left_out_while_a_file_was_refused_is_withdrawn_when_it_is_not(
    room: Room,
) -> None:
    rules = room.city
    of_closed = replace(rules.datasets[REQUESTS], statuses=("closed",))
    room.close()
    write(room, "abdef")
    room.city = replace(rules, datasets={REQUESTS: of_closed})
    room.play(3)
    assert standing(room) == set(NAMES)
    room.close()
    room.city = rules
    room.play(3)
    assert standing(room) == set("abdef")


def test_a_record_that_is_wrong_now_may_be_one_of_those_that_are_left_out(room: Room) -> None:
    path = write(room, NAMES)
    path.write_text(path.read_text("utf-8").replace(request("c", 2)["requested_datetime"], "?"))
    room.play(3)
    assert standing(room) == set(NAMES)
