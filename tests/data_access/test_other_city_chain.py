"""Another city through the whole path: four units, other agencies and roads, no limits, no names.

What the product's own city has beside its contracts is not there; every aggregate is made all the
same, is owned by that city's agencies, speaks of its units alone, and goes back to its rows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from callbacks.console_tiles import draw
from data_access.aggregates.registry import aggregates
from data_access.city import City, Link, Network, Node, load_city
from data_access.classification import Classification
from data_access.contracts import CITY_AREA
from data_access.feed import SIMULATED_LAKE
from data_access.passport import passport
from data_access.promises import CRITERIA
from data_access.simulation import SEED
from data_access.simulator.lake import lake_until, write_lake
from data_access.store import scores
from language import LANGUAGES, catalogue
from layouts.pages.console_place import group_place
from layouts.pages.console_plan import planned
from layouts.pages.console_topics import TOPICS
from layouts.tiles.tree import plain
from permissions.roles import Person
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room
from tests.pages.browse import words
from tests.pages.stand_in import make_desk

NOW = datetime(2026, 11, 20, 3, 31, tzinfo=UTC)  # Friday, 10:31
DANANG = ROOT / "tests" / "fixtures" / "danang"
OWNER, STEWARD = "so-khcn", "so-nnmt"
CAPITAL = ("Đà Nẵng",)
PLACES = (("DN1", 16.068, 108.214), ("DN2", 16.062, 108.223), ("DN3", 16.105, 108.251),
          ("DN4", 16.020, 108.201))  # fmt: skip
NATIONAL = ("prices", "economy", "overview")  # of the whole country, its capital included
WITHOUT = {"city.stage"}  # this city has no rules for it


def roads() -> Network:
    """Return a ring of four junctions, both ways, in three lanes."""
    nodes = [Node(id=name, name=f"Nút {name}", lat=lat, lon=lon) for name, lat, lon in PLACES]
    links = [
        Link(f"{one.id}-{other.id}", f"Đường {one.id}", one, other, 1.5, 3, True, False)
        for one, other in zip(nodes, [*nodes[1:], nodes[0]], strict=True)
    ]
    return Network({each.id: each for each in nodes}, {each.id: each for each in links})


def city() -> City:
    """Return the other city, with the contracts of the product's own in its agencies' hands."""
    own, danang = load_city(ROOT / "city"), load_city(DANANG)
    contracts = {
        name: replace(each, owner=OWNER, steward=STEWARD, deputy=None, phone=None)
        for name, each in own.datasets.items()
    }
    investment = contracts["economy.investment"]
    options = {**investment.source.options, "city_names": list(CAPITAL)}
    contracts["economy.investment"] = replace(
        investment,
        source=replace(investment.source, options=options),
        expects=replace(investment.expects, entities=CAPITAL),
    )
    return replace(danang, datasets=contracts, network=roads())


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("danang")
    other = city()
    write_lake(folder / SIMULATED_LAKE, other, datasets=None, seed=SEED, until=NOW)
    settings = Settings(city=DANANG, data_dir=folder, simulate=True)
    room = Room(settings, other, now_s=NOW.timestamp())
    room.settle()
    for _ in other.datasets:  # scores are measured a few datasets a tick
        room.settle()
    room.settle(6.0)
    yield room
    room.close()


@pytest.mark.parametrize("name", sorted(set(aggregates()) - WITHOUT))
def test_every_aggregate_is_made_and_is_of_that_city(room: Room, name: str) -> None:
    envelope = room.read(name)
    assert envelope.state == "ok", envelope.reason
    assert envelope.owner in room.city.agencies
    known = {*room.city.areas.codes, CITY_AREA}
    strange = {unit for unit in _units(envelope.payload) if unit not in known}
    assert strange == set()


@pytest.mark.parametrize("name", sorted(set(aggregates()) - WITHOUT))
def test_every_number_goes_back_to_its_rows_there(room: Room, name: str) -> None:
    envelope, reader = room.read(name), room.store()
    for number, figure in envelope.payload.get("numbers", {}).items():
        found = passport(envelope, number, city=room.city, reader=reader, shown=room.cache.read)
        assert (found.recomputed, found.agrees) == (figure["value"], True), number


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tile_of_the_console_is_drawn_there(
    room: Room, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    reach = make_desk(room.settings)
    object.__setattr__(reach, "city", room.city)
    all_of = Classification("restricted", frozenset(("party", "police", "health")))
    who = Person("a", "A", "administrator", ceiling=all_of)
    catalogue._report_once.cache_clear()
    for group, topics in TOPICS.items():
        for topic in topics:
            tiles = planned(group_place(group, topic), 1900.0, 930.0)
            drawn = draw(reach, tiles, who=who, language=language)
            told = {key: words(plain(each)) for key, each in drawn.items()}
            assert [key for key, each in told.items() if len(each) < 8] == [], (group, topic)
            assert not re.search("Hà Nội|Hoàn Kiếm|Tô Lịch", str(told)) or topic in NATIONAL
    reach.close()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_every_dataset_has_its_six_scores_there(room: Room) -> None:
    rows = room.read("data.scores").payload["tables"]["datasets"]["rows"]
    assert {row["dataset"] for row in rows} == set(room.city.datasets)
    for criterion in CRITERIA:
        assert [row["dataset"] for row in rows if row[criterion] is None] == [], criterion


def test_of_a_city_without_roads_all_is_simulated_but_what_is_on_roads(tmp_path: Path) -> None:
    other = replace(city(), network=Network({}, {}))
    write_lake(tmp_path / "lake", other, datasets=None, seed=SEED, until=NOW)
    empty = {
        name for name, each in other.datasets.items() if not each.source.files(tmp_path / "lake")
    }
    assert empty == {
        "transport.speed", "transport.situations", "transport.cameras", "transport.camera_events",
        "transport.signals", "security.accidents",
    }  # fmt: skip
    kept = lake_until(tmp_path / "lake", datasets=other.datasets, seed=SEED)
    assert kept == NOW  # it is not written anew at each start


def test_nothing_that_is_simulated_there_lies_or_is_called_elsewhere(room: Room) -> None:
    inside = {name for name, each in room.city.datasets.items() if each.expects.inside}
    beside = {"environment.air"}  # one station stands beyond the border, as in every such list
    with room.store().snapshot() as snapshot:
        found = [each for each in scores.findings(snapshot) if each.part == "inside"]
    wrong = {each.dataset: each.wrong for each in found if each.wrong}
    assert {each.dataset for each in found} == inside
    assert wrong == dict.fromkeys(beside, 1)
    others = {"economy.investment", "economy.prices"}  # of the whole country
    for name in sorted(set(aggregates()) - others):
        said = str(room.read(name).payload)
        assert not re.search("Hà Nội|Hanoi|Hoàn Kiếm|Tô Lịch|Nam Sơn|Xanh Pôn", said), name


def _units(payload: Any) -> Iterator[str]:
    """Yield the units that areas, map values and sources of a payload are of."""
    for table in payload.get("tables", {}).values():
        columns = [column["id"] for column in table["columns"] if column["kind"] == "area"]
        for row in table["rows"]:
            yield from (row[each] for each in columns if row.get(each))
            yield from filter(None, [(row.get("source") or {}).get("area")])
    for layer in payload.get("maps", {}).values():
        if layer["layer"] == "areas":
            yield from layer["values"]
    for number in payload.get("numbers", {}).values():
        yield from filter(None, [(number.get("source") or {}).get("area")])
    for items in payload.get("items", {}).values():
        yield from (item["area"] for item in items if item.get("area"))
