"""The simulated lake through the whole path: every aggregate, whole, ordered, owned and marked.

One room is filled once, on a clock of its own; the tests read what came of it, then play on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from analytics.detection.finding import Finding
from analytics.detection.hours import HourFiles
from analytics.detection.plan import read_plan
from analytics.detection.reading import Watcher
from analytics.detection.run import kind_of
from analytics.detection.signs import sights
from analytics.detection.together import Together, find
from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache
from data_access.city import load_city
from data_access.classification import highest
from data_access.envelope import POINTS, Envelope
from data_access.feed import SIMULATED_LAKE
from data_access.release import told_at
from data_access.simulation import SEED
from data_access.simulator.lake import write_lake
from data_access.store import open_reader
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room
from tests.data_access.promised import GEOMETRY, MAY_BE_EMPTY, NAMES, PROMISED, RANKED

NOW = datetime(2026, 11, 20, 3, 31, tzinfo=UTC)  # Friday, 10:31 in Hà Nội
DAY_S = 86400.0
LINKS = 15  # of the network: four times fewer rows of speeds
ABOUT_THE_ROOM = {
    "data.coverage",
    "city.pictures",
    "data.quality",
    "data.scores",
    "data.overdue",
    GEOMETRY,
}  # say how the room is, whatever feeds it


@dataclass
class Filled:
    """A room after its first fill: what was written (as made, before it became bytes), and told."""

    room: Room
    made: dict[str, Envelope] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("chain")
    settings = Settings(city=ROOT / "city", data_dir=folder, simulate=True)
    city = load_city(settings.city)
    links = dict(islice(city.network.links.items(), LINKS))
    city = replace(city, network=replace(city.network, links=links))
    write_lake(folder / SIMULATED_LAKE, city, datasets=None, seed=SEED, until=NOW)
    filled = Filled(Room(settings, city, now_s=NOW.timestamp()))
    write = EnvelopeCache.write_many

    def record(cache: EnvelopeCache, envelopes: Any) -> None:
        kept = list(envelopes)
        filled.made |= {envelope.aggregate: envelope for envelope in kept}
        filled.writes += [envelope.aggregate for envelope in kept]
        write(cache, kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EnvelopeCache, "write_many", record)
        filled.room.settle()
        for _ in city.datasets:  # scores are measured a few datasets a tick
            filled.room.settle()
        filled.room.settle(6.0)  # what looks at everything waits five seconds
        yield filled
    filled.room.close()


@pytest.fixture
def envelope(filled: Filled, request: pytest.FixtureRequest) -> Envelope:
    return filled.room.read(request.param)


each = pytest.mark.parametrize("envelope", NAMES, indirect=True)
each_payload = pytest.mark.parametrize("envelope", list(PROMISED), indirect=True)


def test_every_aggregate_there_is_has_been_promised_and_published(filled: Filled) -> None:
    assert set(aggregates()) == set(PROMISED)
    assert filled.room.told == filled.room.cache.versions()
    assert set(filled.room.told) == set(NAMES)


@each_payload
def test_what_was_promised_is_there_and_no_more(envelope: Envelope) -> None:
    found = {
        kind: {each for each in ids if "." not in each}  # type: ignore[attr-defined]
        for kind, ids in envelope.payload.items()
    }
    assert envelope.state == "ok"
    assert envelope.reason is None
    assert found == PROMISED[envelope.aggregate]


@pytest.mark.parametrize("envelope", sorted(set(PROMISED) - ABOUT_THE_ROOM), indirect=True)
def test_all_of_it_is_marked_simulated(envelope: Envelope) -> None:
    assert envelope.origin == "simulated"


def test_the_demo_warns_of_what_several_simulated_sources_tell_of_one_place(filled: Filled) -> None:
    room = filled.room
    plan = read_plan(ROOT / "city", room.city)
    assert plan is not None
    rule = next(each for each in plan.detector if each.id == "road-trouble")
    assert isinstance(rule, Together)
    warnings: list[Finding] = []
    reader = open_reader(room.settings)
    with reader.snapshot() as snapshot:
        for ago_h in range(0, 48, 2):  # what happens there comes and goes
            now_ms = (room.now_s - ago_h * 3600) * 1000
            watcher = Watcher(snapshot, room.city, now_ms, HourFiles(None), kind_of)
            seen = sights(watcher, rule, found={}, suspected=lambda _of, _what: frozenset())
            warnings += find(rule, seen)
        origins = {
            current.origin
            for name in plan.datasets(rule)
            if (current := snapshot.current(name)) is not None
        }
    reader.close()
    assert warnings
    assert all(len(each.evidence) >= 1 + rule.least for each in warnings)
    assert origins == {"simulated"}  # so that whatever shows them says so


@each
def test_it_has_an_owner_the_city_knows_and_both_labels(filled: Filled, envelope: Envelope) -> None:
    agencies = filled.room.city.agencies
    assert envelope.owner_label == agencies[envelope.owner].name
    assert set(envelope.label) == {"vi", "en"}
    for number in envelope.payload.get("numbers", {}).values():
        assert number.get("owner", envelope.owner) in agencies


@each_payload
def test_it_is_as_secret_as_its_datasets(filled: Filled, envelope: Envelope) -> None:
    city = filled.room.city
    datasets = [city.datasets[name] for name in envelope.datasets]
    found = [each.classification for each in datasets]
    if aggregates()[envelope.aggregate].released:
        found = [told_at(each) for each in datasets]
    if envelope.aggregate == "city.pictures":
        pictures = (contract.pictures for contract in city.datasets.values())
        found = [each.classification for each in pictures if each is not None]
        assert found
    assert envelope.classification == highest(found)


@each
def test_it_says_how_old_it_is_and_is_fresh(filled: Filled, envelope: Envelope) -> None:
    now_ms = filled.room.now_s * 1000
    assert envelope.as_of_ms is not None
    assert 0 <= now_ms - envelope.as_of_ms < envelope.stale_after_ms
    assert envelope.made_at_ms <= now_ms


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_no_figure_is_infinite_or_not_a_number(filled: Filled, name: str) -> None:
    made = filled.made[name]  # before it was encoded: JSON writes NaN as null
    bad = [path for path, leaf in _leaves(made.payload) if not _is_finite(leaf)]
    assert not bad
    json.dumps(made.payload, allow_nan=False)


@each_payload
def test_every_number_has_a_value_a_unit_and_a_source(filled: Filled, envelope: Envelope) -> None:
    for name, number in envelope.payload.get("numbers", {}).items():
        assert (number["value"] is None) == number.get("masked", False), name
        assert set(number["label"]) == {"vi", "en"}, name
        assert number["status"] in {"normal", "information", "caution", "warning", "critical"}
        if envelope.aggregate not in ABOUT_THE_ROOM:
            assert number["source"]["dataset"] in filled.room.city.datasets, name
        if "band" in number:
            scale = filled.room.city.scales[number["scale"]]
            assert number["band"] in {band.id for band in scale.bands}


@pytest.mark.parametrize(("name", "table"), sorted(RANKED))
def test_a_table_is_ranked(filled: Filled, name: str, table: str) -> None:
    column, largest_first = RANKED[name, table]
    rows = filled.room.read(name).payload["tables"][table]["rows"]
    values = [row[column] for row in rows if not row.get("suspect")]
    assert len(values) > 1
    assert values == sorted(values, reverse=largest_first)


@each_payload
def test_rows_have_the_columns_of_their_table(envelope: Envelope) -> None:
    for name, table in envelope.payload.get("tables", {}).items():
        columns = {column["id"] for column in table["columns"]}
        assert table["rows"] or (envelope.aggregate, name) in MAY_BE_EMPTY, name
        assert all(columns <= set(row) for row in table["rows"]), name
        assert table.get("total", len(table["rows"])) >= len(table["rows"]), name


@each_payload
def test_lines_go_forward_in_time_and_not_past_now(filled: Filled, envelope: Envelope) -> None:
    for name, series in envelope.payload.get("series", {}).items():
        assert series["lines"], name
        for line in series["lines"]:
            times = [at for at, _ in line["points"]]
            assert times == sorted(set(times)), (name, line["id"])
            assert any(value is not None for _, value in line["points"]), (name, line["id"])
            if line["id"] != "week_ago" and name != "ahead":  # a forecast is of later
                assert times[-1] <= filled.room.now_s * 1000, (name, line["id"])


@each_payload
def test_maps_colour_features_that_are_drawn(filled: Filled, envelope: Envelope) -> None:
    layers = filled.room.read(GEOMETRY).quality["layers"]
    for name, drawn in envelope.payload.get("maps", {}).items():
        if drawn["layer"] == POINTS:  # say themselves where they are
            features = set(drawn["points"])
        else:
            features = _feature_ids(filled.room, layers[drawn["layer"]]["url"])
        assert drawn["values"], name
        assert set(drawn["values"]) <= features, name
        assert set(drawn.get("worst", ())) <= set(drawn["values"]), name
        bands = {band.id for band in filled.room.city.scales[drawn["scale"]].bands}
        assert {value["band"] for value in drawn["values"].values()} <= bands | {None}, name


@each_payload
def test_items_have_a_title_and_are_in_force(filled: Filled, envelope: Envelope) -> None:
    now_ms = filled.room.now_s * 1000
    for item in envelope.payload.get("items", {}).get("active", []):
        assert item["title"]["vi"]
        assert item["title"]["en"]
        assert item["atMs"] <= now_ms
        assert item.get("untilMs") is None or item["untilMs"] > now_ms


def test_what_was_refused_is_counted_with_its_owner(filled: Filled) -> None:
    quality = filled.room.read("data.quality").payload
    reasons = quality["tables"]["quarantine"]["rows"]
    refused = quality["numbers"]["rows_quarantined"]["value"]
    accepted = quality["numbers"]["rows_accepted"]["value"]
    assert refused == sum(row["count"] for row in reasons)
    assert 5 <= refused < 100
    assert accepted is not None
    assert accepted > 150_000
    assert all(set(row["owner"]) == {"vi", "en"} for row in reasons)


def test_behind_every_number_stand_rows_of_a_simulated_file(filled: Filled) -> None:
    reader = filled.room.store()
    for name in sorted(set(PROMISED) - ABOUT_THE_ROOM - {"city.bottlenecks"}):
        for number in filled.room.read(name).payload.get("numbers", {}).values():
            source = number["source"]
            more: dict[str, Any] = {k: v for k, v in source.items() if k != "dataset"}
            rows = reader.source_rows(source["dataset"], limit=3, **more)
            assert rows, (name, source)
            assert all("simulated" in row["source_ref"] for row in rows), (name, source)


def test_bottlenecks_agree_with_the_aggregates_they_are_made_of(filled: Filled) -> None:
    numbers = filled.room.read("city.bottlenecks").payload["numbers"]
    assert numbers["flooding"]["value"] == filled.room.number("environment.rain", "max_day")
    assert numbers["congestion"]["value"] == filled.room.number(
        "transport.speed", "congested_share"
    )
    assert numbers["air"]["value"] == filled.room.number("environment.air", "aqi")
    assert numbers["urban_order"]["value"] == filled.room.number("urban.order", "open")
    assert numbers["food_safety"]["value"] == filled.room.number("food.safety", "violations_share")


# From here on the clock moves; these tests come last and in this order.


def test_a_tick_in_which_nothing_is_due_says_nothing(filled: Filled) -> None:
    assert filled.room.settle(1.0) == {}


def test_five_minutes_bring_speeds_and_leave_the_months_alone(filled: Filled) -> None:
    before = filled.room.read("transport.speed")
    filled.writes.clear()
    versions = filled.room.settle(300.0)
    after = filled.room.read("transport.speed")
    assert after.version == versions["transport.speed"] > before.version
    assert after.as_of_ms is not None
    assert before.as_of_ms is not None
    assert after.as_of_ms - before.as_of_ms == 300_000
    still = {"economy.prices", "economy.budget", "health.dengue", "environment.rain"}
    assert still.isdisjoint(versions)
    assert set(filled.writes) == set(versions)


def test_a_restart_changes_no_row_and_no_number(filled: Filled) -> None:
    room = filled.room
    counted, said = _counts(room), {name: room.read(name).payload for name in PROMISED}
    room.restart()
    room.settle()
    room.settle(6.0)
    assert _counts(room) == counted
    assert {name: room.read(name).payload for name in PROMISED} == said


def test_two_days_later_all_is_still_fresh_and_one_lap_has_not_doubled_a_request(
    filled: Filled,
) -> None:
    room = filled.room
    for _ in range(8):
        room.settle(DAY_S / 4)
    room.settle(6.0)
    for name in PROMISED:
        envelope = room.read(name)
        assert envelope.as_of_ms is not None
        age_ms = room.now_s * 1000 - envelope.as_of_ms
        assert age_ms < envelope.stale_after_ms, name
        assert envelope.state == "ok", name
    opened = room.number("feedback.requests", "open")
    assert opened is not None
    assert 150 < opened < 800


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{position}]")
    else:
        yield path, value


def _is_finite(leaf: Any) -> bool:
    return leaf is None or isinstance(leaf, str) or math.isfinite(leaf)


def _feature_ids(room: Room, url: str) -> set[str]:
    path = room.settings.geometry_dir / Path(url).name
    features = json.loads(path.read_text("utf-8"))["features"]
    keys = ("id", "code", "entity")
    return {
        str(feature["properties"][key])
        for feature in features
        for key in keys
        if key in feature["properties"]
    }


def _counts(room: Room) -> dict[str, tuple[int, int, int]]:
    found = {}
    with room.store().snapshot() as snapshot:
        for name in room.city.datasets:
            current = snapshot.current(name)
            assert current is not None, name
            found[name] = (current.observations, current.revisions, current.records)
    return found
