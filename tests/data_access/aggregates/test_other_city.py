"""Another city has aggregates by TOML alone: other formats, words, indicators and owners."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import load_city
from data_access.passport import passport
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room

FIXTURES = ROOT / "tests" / "fixtures"
AGGREGATES = ("party.documents", "environment.water")
NOW = datetime(2026, 8, 2, 3, 0, tzinfo=UTC)


def _lake(folder: Path) -> None:
    shutil.copytree(FIXTURES / "danang_lake" / "party", folder / "party")
    (folder / "water").mkdir()
    said = [
        {"st": f"TQT-{at % 2}", "ten": f"Trạm {at % 2}", "t": f"2026-08-02T{at:02}:00:00+07:00",
         "vi_do": 16.064, "kinh_do": 108.22, "do": 5.5 - at / 10, "h": 0.4 + at / 100}
        for at in range(10)
    ]  # fmt: skip
    lines = "".join(json.dumps(each) + "\n" for each in said)
    (folder / "water" / "tram.jsonl").write_text(lines, "utf-8")


RENAMED = {  # its datasets in other formats, under the names that aggregates read
    "economy.grdp": "statistics.grdp",
    "economy.projects": "statistics.projects",
    "environment.air": "environment.sensors",
    "feedback.requests": "feedback.issues",
    "health.capacity": "health.hospitals",
    "transport.transit": "transport.trips",
    "transport.vehicles": "transport.buses",
}
MADE = {"feedback.requests", "health.capacity", "transport.transit", "transport.vehicles"}


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room whose datasets lack much of what our own have, and have other words for the rest."""
    folder = tmp_path_factory.mktemp("strange")
    shutil.copytree(FIXTURES / "danang_lake", folder / "lake")
    city = load_city(FIXTURES / "danang")
    mine = {name: replace(city.datasets[other], id=name) for name, other in RENAMED.items()}
    settings = Settings(
        data_dir=folder / "data", city=FIXTURES / "danang", lake=folder / "lake", live=False
    )
    room = Room(settings, replace(city, datasets=mine), now_s=NOW.timestamp())
    room.settle()
    room.settle(6)
    yield room
    room.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("danang")
    shutil.copytree(FIXTURES / "danang", folder / "city")
    (folder / "city" / "datasets").mkdir()
    shutil.copy(FIXTURES / "danang_newer" / "newer.toml", folder / "city" / "datasets")
    _lake(folder / "lake")
    settings = Settings(data_dir=folder / "data", city=folder / "city", lake=folder / "lake")
    room = Room(settings, load_city(folder / "city"), now_s=NOW.timestamp())
    room.settle()
    room.settle(3)
    yield room
    room.close()


@pytest.mark.parametrize("name", AGGREGATES)
def test_its_numbers_come_of_its_own_rows_and_owner(room: Room, name: str) -> None:
    envelope = room.read(name)
    assert envelope.state == "ok"
    assert envelope.owner == room.city.datasets[name].owner
    told = {key: each["value"] for key, each in envelope.payload["numbers"].items()}
    assert [value for value in told.values() if value is not None]
    for number in told:
        found = passport(
            envelope, number, city=room.city, reader=room.store(), shown=room.cache.read
        )
        assert found.agrees, number


@pytest.mark.parametrize("name", RENAMED)
def test_of_what_another_city_does_not_say_nothing_is_made_and_nothing_fails(
    strange: Room, name: str
) -> None:
    envelope, reader = strange.read(name), strange.store()
    with reader.snapshot() as snapshot:  # nothing is caught here
        made = build_envelope(
            aggregates()[name], snapshot, strange.city, now_ms=envelope.made_at_ms, version=1,
            read=strange.cache.read,
        )  # fmt: skip
    assert json.loads(made.encode())["payload"] == json.loads(envelope.encode())["payload"]
    assert envelope.owner == strange.city.datasets[name].owner
    assert (envelope.state == "ok") or envelope.reason
    told = envelope.payload.get("numbers", {})
    known = [each["value"] for each in told.values() if each["value"] is not None]
    assert bool(known) is (name in MADE)
    for number in told:
        found = passport(
            envelope, number, city=strange.city, reader=reader, shown=strange.cache.read
        )
        assert found.agrees, number


def test_documents_of_the_exchange_are_under_way_until_another_replaces_them(room: Room) -> None:
    payload = room.read("party.documents").payload
    assert payload["numbers"]["open"]["value"] == 2  # 06 and 07; 05 was replaced, 08 is marked
    rows = payload["tables"]["documents"]["rows"]
    assert {row["issuer"] for row in rows} == {"Văn phòng Thành ủy thử nghiệm"}
    assert "giả định" not in str(room.read("party.documents"))
