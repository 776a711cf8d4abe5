"""A small store with two hours of requests and roads in it, and a cache beside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data_access.city import load_city
from data_access.envelope import Envelope
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import NOW_S, Room
from tests.data_access.feed.test_feed import drop, request

DATASETS = ("feedback.requests", "transport.speed")
STEP_S = 60.0
MINUTES = 90
OPENED = {5: (1, 2), 15: (3, 4), 50: (5, 6, 7, 8)}  # minute -> requests that come; 3 are there
CLOSED = {12: (2,), 40: (3, 4), 45: (1,)}


class Recorded:
    """A room that was recorded, and what its envelopes were at each minute."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.then: dict[int, dict[str, Envelope]] = {}  # glass ms -> envelopes

    @property
    def from_ms(self) -> float:
        return NOW_S * 1000

    @property
    def to_ms(self) -> float:
        return self.room.now_s * 1000


def _say(room: Room, minute: int) -> None:
    at_s = NOW_S + minute * 60
    said: list[dict[str, Any]] = [request(each, at_s) for each in OPENED.get(minute, ())]
    for number in CLOSED.get(minute, ()):
        opened = next(each for each, numbers in OPENED.items() if number in numbers)
        closed = datetime.fromtimestamp(at_s, UTC).isoformat()
        opened_s = NOW_S + opened * 60
        said.append(request(number, opened_s, status="closed", updated_datetime=closed))
    if said:
        drop(room, f"requests_{minute}.json", said)


@pytest.fixture(scope="package")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("recorded")
    for each in ("feedback", "transport"):
        shutil.copytree(SMALL_LAKE / each, folder / "lake" / each)
    city = load_city(ROOT / "city")
    kept = {name: city.datasets[name] for name in DATASETS}
    made = Settings(data_dir=folder / "data", city=ROOT / "city", lake=folder / "lake", live=False)
    room = Room(made, replace(city, datasets=kept))
    found = Recorded(room)
    room.settle()
    for minute in range(MINUTES):
        _say(room, minute)
        room.settle(0)
        room.settle(STEP_S)
        found.then[round(room.now_s * 1000)] = room.cache.read_many(DATASETS)
    yield found
    room.close()
