"""From any number back to its source rows, and from those to the same number."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.brief.compose import compose
from analytics.brief.finding import envelope_of, finding_in, mark_of, said_figure
from analytics.brief.rules import read_rules
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import load_city
from data_access.envelope import Payload
from data_access.figure import cell_at, figure_at, line_at
from data_access.passport import Passport, passport
from data_access.store import StoreReader
from data_access.store.cutoff import Cutoff
from data_access.store.engine import open_engine, transaction
from data_access.store.tables import cell, observation
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import Room

AIR, SPEED, REQUESTS = "environment.air", "transport.speed", "feedback.requests"
DENGUE = "health.dengue"
BOTTLENECKS = "city.bottlenecks"


def room_of(folder: Path, *only: str) -> Room:
    """Return a room that has been fed: with all datasets there are, or with these alone."""
    shutil.copytree(SMALL_LAKE, folder / "lake")
    settings = Settings(data_dir=folder / "data", city=ROOT / "city", lake=folder / "lake")
    city = load_city(ROOT / "city")
    room = Room(
        settings,
        replace(city, datasets={name: city.datasets[name] for name in only or city.datasets}),
    )
    room.settle()
    for _ in room.city.datasets:
        room.tick(3)
    return room


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = room_of(tmp_path_factory.mktemp("passport"))
    yield room
    room.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Room]:
    room = room_of(tmp_path)
    yield room
    room.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Room]:
    """A room of its own, with what is measured and what is counted by the month."""
    room = room_of(tmp_path, AIR, DENGUE)
    yield room
    room.close()


def of(room: Room, aggregate: str, number: str, *, reader: StoreReader | None = None) -> Passport:
    return passport(
        room.read(aggregate),
        number,
        city=room.city,
        reader=reader or room.store(),
        shown=room.cache.read,
    )


def every_number(room: Room) -> list[tuple[str, str]]:
    envelopes = room.cache.read_many(aggregates())
    return [(n, key) for n, e in envelopes.items() for key in e.payload.get("numbers", {})]


def disagreeing(room: Room) -> list[tuple[str, str, Any, Any]]:
    found = [(name, key, of(room, name, key)) for name, key in every_number(room)]
    return [(n, k, p.figure["value"], p.recomputed) for n, k, p in found if not p.agrees]


@pytest.mark.parametrize("name", sorted(aggregates()))
def test_r57_every_number_is_the_same_when_it_is_computed_again_from_its_rows(
    shared: Room, name: str
) -> None:
    payload = shared.read(name).payload
    numbers = payload.get("numbers", {})
    assert any(payload.values())
    for key, figure in numbers.items():
        found = of(shared, name, key)
        assert (found.recomputed, found.agrees) == (figure["value"], True), key


def test_r57_it_still_is_when_time_has_passed_and_rows_have_come_and_changed(own: Room) -> None:
    own.play(3700, step_s=900)
    path = own.lake / "environment" / "air_hours.csv"
    path.write_text(path.read_text("utf-8").replace(",21.0,", ",44.0,"), "utf-8")
    own.play(1)
    own.settle(6)
    own.tick(61)
    assert disagreeing(own) == []


def test_r57_a_passport_names_rows_owner_age_scores_and_what_was_done(shared: Room) -> None:
    found = of(shared, AIR, "aqi")
    envelope = shared.read(AIR)
    source = found.figure["source"]
    assert found.rows[0].entity == source["entity"]
    assert found.rows[0].source_ref.startswith("air_hours.csv:")
    assert found.rows[0].observed_at.year == 2026
    assert (found.owner, found.as_of_ms) == (envelope.owner, envelope.as_of_ms)
    (origin,) = found.origins
    assert (origin.origin, origin.format, origin.accepted) == ("replay", "aqiin", 16)
    assert set(origin.scores) == {
        "accurate", "sufficient", "clean", "live", "consistent", "shared",
    }  # fmt: skip
    assert "accurate" in origin.below
    assert [read.what for read in found.reads] == ["newest"]
    assert found.reads[0].rows > 0
    assert found.total >= len(found.rows) > 0


def test_a_number_of_records_shows_their_versions(shared: Room) -> None:
    found = of(shared, REQUESTS, "open")
    assert {read.what for read in found.reads} == {"records"}
    assert {row.value for row in found.rows} <= {"open", "closed"}
    assert all("#" in row.source_ref for row in found.rows)


def test_a_number_taken_from_another_aggregate_leads_to_the_rows_of_that(shared: Room) -> None:
    found = of(shared, BOTTLENECKS, "air")
    assert AIR in found.made_of
    assert found.owner == shared.city.datasets[AIR].owner
    assert {row.dataset for row in found.rows} == {AIR}


@pytest.mark.parametrize(
    ("aggregate", "address"),
    [
        (AIR, "tables/stations/0/aqi"),
        (AIR, "tables/stations/1/pm25"),
        (SPEED, "tables/worst_links/0/speed"),
        (SPEED, "series/mean_speed/today"),
        ("health.dengue", "tables/years/0/cases"),
        ("health.dengue", "series/curve/cases"),
    ],
)
def test_r57_cells_and_the_ends_of_lines_are_the_same_again_too(
    shared: Room, aggregate: str, address: str
) -> None:
    found = of(shared, aggregate, address)
    assert found.figure["value"] is not None
    assert (found.recomputed, found.agrees) == (found.figure["value"], True)


def beside_numbers(payload: Payload) -> list[str]:
    """Return an address in every column of figures and at the end of every line of a payload."""
    found = [
        line_at(name, line["id"])
        for name, each in payload.get("series", {}).items()
        for line in each["lines"]
    ]
    for name, table in payload.get("tables", {}).items():
        for column in table["columns"]:
            cells = [cell_at(name, row, column["id"]) for row in range(len(table["rows"]))]
            shown = [each for each in cells if figure_at(payload, each) is not None]
            found += dict.fromkeys([*shown[:1], *shown[-1:]])
    return [each for each in found if figure_at(payload, each) is not None]


@pytest.mark.parametrize("name", sorted(aggregates()))
def test_r57_every_column_and_every_line_is_the_same_again(shared: Room, name: str) -> None:
    payload, reader = shared.read(name).payload, shared.store()
    differing = [
        (address, found.figure["value"], found.recomputed)
        for address in beside_numbers(payload)
        if not (found := of(shared, name, address, reader=reader)).agrees
    ]
    assert differing == []


def test_r57_every_indicator_of_every_contract_is_behind_a_figure_that_agrees(
    shared: Room,
) -> None:
    contracts = shared.city.datasets
    wanted = {
        (name, indicator) for name, each in contracts.items() for indicator in each.indicators
    }
    wanted |= {(name, "") for name, each in contracts.items() if each.shape == "record"}
    behind = set[tuple[str, str]]()
    for name, aggregate in aggregates().items():
        envelope = shared.read(name)
        cutoff = Cutoff(round(envelope.made_at_ms * 1000))
        with shared.store().source_snapshot(cutoff, shared.city.zone) as snapshot:
            again = build_envelope(
                aggregate,
                snapshot,
                shared.city,
                now_ms=envelope.made_at_ms,
                version=envelope.version,
                read=shared.cache.read,
            )
            behind |= {(read.dataset, read.indicator) for read in snapshot.reads if read.rows}
        numbers, before = (each.payload.get("numbers", {}) for each in (again, envelope))
        assert {key: each["value"] for key, each in numbers.items()} == {
            key: each["value"] for key, each in before.items()
        }, name
    with shared.store().snapshot() as snapshot:  # of what the small lake tells
        told = {each for each in wanted if not each[1] or snapshot.newest(*each)}
    assert len(told) > 80
    assert told - behind == set()


def test_a_number_of_what_was_known_then_leads_to_the_rows_known_then(shared: Room) -> None:
    then = replace(shared.read(AIR), realm="known:20261122T1800Z")
    reader = shared.store()
    found = passport(then, "aqi", city=shared.city, reader=reader, shown=shared.cache.read)
    assert found.agrees
    assert {row.dataset for row in found.rows} == {AIR}


def test_an_unknown_number_is_said_to_be_unknown(shared: Room) -> None:
    with pytest.raises(LookupError, match="no number 'mood'"):
        of(shared, AIR, "mood")


def test_a_roll_up_that_does_not_follow_from_its_rows_is_found_out(small: Room) -> None:
    engine = open_engine(small.settings.observations_url)
    with transaction(engine) as connection:
        connection.execute(cell.update().values(sum_micro=cell.c.sum_micro + 1_000_000))
    engine.dispose()
    small.tick(61)
    assert not of(small, DENGUE, "month_cases").agrees
    assert of(small, AIR, "aqi").agrees  # made of newest values, not of cells


def test_what_came_after_the_envelope_was_made_is_no_part_of_it(small: Room) -> None:
    before = small.read(AIR)
    reader = small.store()
    path = small.lake / "environment" / "air_hours.csv"
    path.write_text(re.sub(r",pm25,[\d.]+,", ",pm25,300.0,", path.read_text("utf-8")), "utf-8")
    small.play(1)
    assert small.number(AIR, "aqi") != before.payload["numbers"]["aqi"]["value"]
    found = passport(before, "aqi", city=small.city, reader=reader, shown=small.cache.read)
    assert found.agrees


def test_rows_that_are_no_longer_kept_are_taken_as_they_were_rolled_up(small: Room) -> None:
    engine = open_engine(small.settings.observations_url)
    envelope = small.read(DENGUE)
    with transaction(engine) as connection:
        connection.execute(observation.delete())
    engine.dispose()
    found = of(small, DENGUE, "month_cases")
    assert found.agrees
    assert sum(read.cells for read in found.reads) > 0
    assert replace(envelope, version=0) == replace(small.read(DENGUE), version=0)


def test_r57_every_figure_of_a_brief_has_a_passport_that_agrees_as_it_was_said(own: Room) -> None:
    rules = read_rules(ROOT / "city")["morning"]
    envelopes = {
        name: replace(each, as_of_ms=each.made_at_ms)  # none is too old to be told of
        for name, each in own.cache.read_many(rules.aggregates).items()
        if each.state == "ok"
    }
    now_ms = max(each.made_at_ms for each in envelopes.values())
    brief = compose(rules, envelopes, now_ms=now_ms)
    envelope = envelope_of(brief, rules, own.city)
    finding: Any = finding_in(envelope)

    def passports() -> Iterator[tuple[str, Passport, float]]:
        for sentence in brief.sentences:
            for index, figure in enumerate(sentence.figures):
                address = mark_of(finding, sentence, index).partition(":")[2]
                said = said_figure(envelope, address)
                assert said is not None
                of_it = passport(*said, city=own.city, reader=own.store(), shown=own.cache.read)
                yield sentence.id, of_it, figure.number["value"]

    assert len(brief.sentences) > 10
    assert [name for name, of_it, _ in passports() if not of_it.agrees] == []
    own.play(3700, step_s=900)
    later = list(passports())  # still of the figure that was said, and of the rows known then
    assert [name for name, of_it, said in later if of_it.figure["value"] != said] == []
    assert [name for name, of_it, _ in later if of_it.agrees is False] == []
    # The stage goes on from what it was a moment before, which nobody keeps: that is said.
    assert {name for name, of_it, _ in later if of_it.agrees is None} <= {"stage"}
    assert said_figure(envelope, "0" * 12 + "/speed/0") is None  # of a brief that is another by now
