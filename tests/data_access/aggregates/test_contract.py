"""What holds for every aggregate of the registry: absent, fresh, stale, ten times too big."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.classification import highest
from data_access.envelope import Envelope, Status
from data_access.limits import Limit
from data_access.release import told_at
from settings import Settings
from tests.conftest import SMALL_LAKE
from tests.data_access.aggregates.conftest import Table
from tests.data_access.feed.conftest import NOW_S, Room

NAMES = sorted(aggregates())
STATUSES = set(get_args(Status))
MOST_BYTES = 64_000
LATEST_RELEASE_MS = 2 * 3_600_000
ASKED_SOMETIMES = {  # where no register is fed, where there is a jam
    ("city.bottlenecks", "urban_order_share"),
    ("transport.congestion", "links"),
}
JUDGED_OTHERWISE = {  # by a level of service, a standard of the country, the years before, a plan
    "transport.speed": {"worst_speed"},
    "environment.water": {"lowest_do", "median_do", "ammonium"},
    "health.dengue": {"month_cases"},
    "health.epidemics": {f"{each}_cases" for each in ("dengue", "hfmd", "measles", "pertussis")},
    "transport.signals": {"wrong"},
}


def problems(envelope: Envelope, room: Room) -> list[str]:
    """Return what is wrong with an envelope, as its readers see it."""
    found: list[str] = []

    def expect(right: bool, what: str) -> None:
        if not right:
            found.append(what)

    def texts(part: Any, where: str) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                if key in ("label", "note", "title", "kind", "period") and isinstance(value, dict):
                    expect({"vi", "en"} <= set(value), f"{where}.{key} lacks a language")
                texts(value, f"{where}.{key}")
        elif isinstance(part, list):
            for at, value in enumerate(part):
                texts(value, f"{where}[{at}]")

    payload = envelope.payload
    texts(payload, envelope.aggregate)
    for name, number in payload.get("numbers", {}).items():
        expect(number["status"] in STATUSES, f"{name}: status {number['status']}")
        expect(number["value"] is None or number["value"] == number["value"], f"{name} is NaN")
        expect("scale" not in number or number["scale"] in room.city.scales, f"{name}: scale")
    for name, series in payload.get("series", {}).items():
        for line in series["lines"]:
            times = [point[0] for point in line["points"]]
            expect(times == sorted(set(times)), f"{name}.{line['id']} does not ascend")
            expect(all(t is not None and t > 1e11 for t in times), f"{name}: no milliseconds")
    for name, table in payload.get("tables", {}).items():
        columns = {column["id"] for column in table["columns"]}
        for row in table["rows"]:
            expect(columns <= set(row), f"{name}: a row lacks {columns - set(row)}")
        expect(table.get("total", 0) >= len(table["rows"]), f"{name}: total")
    for name, layer in payload.get("maps", {}).items():
        bands = {band.id for band in room.city.scales[layer["scale"]].bands}
        for feature, value in layer["values"].items():
            expect(value["band"] is None or value["band"] in bands, f"{name}.{feature}: band")
        expect(set(layer.get("worst", [])) <= set(layer["values"]), f"{name}: worst")
    for items in payload.get("items", {}).values():
        expect(all(item["severity"] in STATUSES for item in items), "severity")
    encoded = envelope.encode()
    expect(len(encoded) < MOST_BYTES, f"{len(encoded)} bytes")
    expect(json.loads(encoded)["aggregate"] == envelope.aggregate, "no JSON")
    return found


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from data_access.city import load_city
    from tests.conftest import ROOT

    folder = tmp_path_factory.mktemp("room")
    shutil.copytree(SMALL_LAKE, folder / "lake")
    settings = Settings(data_dir=folder / "data", city=ROOT / "city", lake=folder / "lake")
    opened = Room(settings, load_city(ROOT / "city"))
    opened.settle()
    opened.settle(6)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", NAMES)
def test_fed_by_the_small_lake_it_is_whole(room: Room, name: str) -> None:
    envelope = room.read(name)
    assert envelope.state == "ok"
    assert problems(envelope, room) == []
    assert envelope.owner_label == room.city.agencies[envelope.owner].name
    datasets = [room.city.datasets[dataset] for dataset in envelope.datasets]
    is_released, own = aggregates()[name].released, aggregates()[name].classified
    found = [told_at(each) if is_released else each.classification for each in datasets]
    assert envelope.classification == highest([*found, *([] if own is None else [own(room.city)])])
    assert envelope.stale_after_ms > 0


@pytest.mark.parametrize("name", NAMES)
def test_without_any_source_it_says_so_and_has_no_number(table: Table, name: str) -> None:
    envelope = table.build(name)
    if not aggregates()[name].datasets:
        assert envelope.state == "ok"
        return
    assert (envelope.state, envelope.payload, envelope.as_of_ms) == ("absent", {}, None)
    assert envelope.reason is not None
    assert envelope.reason["en"] == "no source"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_without_rows_is_not_a_number_either(table: Table, name: str) -> None:
    for dataset in aggregates()[name].datasets:
        table.feed(dataset)
    envelope = table.build(name)
    if aggregates()[name].datasets:
        assert envelope.state == "absent"
        assert envelope.reason is not None
        assert envelope.payload == {}


class Asked(dict[str, Limit]):
    """Limits of one aggregate, that know which of them were asked for."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        super().__init__(limits)
        self.left = set(limits)

    def get(self, number: str, default: Any = None) -> Any:
        """Return a limit, and note it."""
        self.left.discard(number)
        return super().get(number, default)


def rebuilt(room: Room, name: str, limits: Mapping[str, Mapping[str, Limit]]) -> Envelope:
    """Return what an aggregate says of the same rows where the city has other limits."""
    with room.store().snapshot() as snapshot:
        return build_envelope(
            aggregates()[name],
            snapshot,
            replace(room.city, limits=limits),
            now_ms=room.now_s * 1000,
            version=1,
            read=room.cache.read,
        )


def test_every_limit_of_the_city_is_one_that_its_aggregate_asks_for(room: Room) -> None:
    limits = {name: Asked(of) for name, of in room.city.limits.items()}
    for name in limits:
        rebuilt(room, name, limits)
    left = {(name, number) for name, of in limits.items() for number in of.left}
    assert left <= ASKED_SOMETIMES


@pytest.mark.parametrize(
    "name", [n for n in NAMES if not n.startswith("data.") and not aggregates()[n].reads]
)
def test_where_the_city_has_no_limits_a_figure_is_neither_good_nor_bad(
    room: Room, name: str
) -> None:
    payload = rebuilt(room, name, {}).payload
    off = {
        number
        for number, figure in payload.get("numbers", {}).items()
        if figure["status"] not in ("normal", "information")
    }
    assert off <= JUDGED_OTHERWISE.get(name, set())


def test_long_after_the_last_row_it_keeps_its_age(room: Room, tmp_path: Path) -> None:
    old = Room(room.settings.model_copy(update={"data_dir": tmp_path / "data"}), room.city)
    lake = tmp_path / "lake"
    shutil.copytree(SMALL_LAKE, lake)
    old.restart(lake=lake)
    old.settle()
    fresh = {name: old.read(name).as_of_ms for name in NAMES if aggregates()[name].datasets}
    shutil.rmtree(lake)
    lake.mkdir()
    old.play(2)
    old.settle(400 * 86400)
    for name, as_of_ms in fresh.items():
        envelope = old.read(name)
        held_ms = LATEST_RELEASE_MS if aggregates()[name].released else 0  # then told as well
        assert 0 <= (envelope.as_of_ms or 0) - (as_of_ms or 0) <= held_ms, name
        assert old.now_s * 1000 - (as_of_ms or 0) > envelope.stale_after_ms, name
        assert problems(envelope, old) == [], name
    old.close()


def test_ten_times_as_many_entities_fit_the_same_envelope(table: Table, room: Room) -> None:
    big = replace(room)
    at = table.ago(minutes=5)
    table.feed(
        "environment.air",
        [("pm25", f"s{n}", "00070", at, float(n % 400)) for n in range(650)],
    )
    table.feed(
        "security.logins",
        [("failed_logins", f"h{n}", None, at, 1.0) for n in range(1000)],
    )
    for name in ("environment.air", "security.logins"):
        envelope = table.build(name)
        for shown in envelope.payload["tables"].values():
            assert len(shown["rows"]) <= 40
            assert shown["total"] >= 650
        faults = [p for p in problems(envelope, big) if not p.endswith("bytes")]
        assert faults == []


def test_names_are_those_promised() -> None:
    assert NAMES == [
        "city.bottlenecks",
        "city.pictures",
        "city.stage",
        "data.coverage",
        "data.overdue",
        "data.quality",
        "data.scores",
        "economy.activity",
        "economy.budget",
        "economy.business",
        "economy.business_sectors",
        "economy.grdp",
        "economy.investment",
        "economy.prices",
        "economy.projects",
        "education.closures",
        "education.meals",
        "education.schools",
        "environment.air",
        "environment.land",
        "environment.rain",
        "environment.rain_forecast",
        "environment.water",
        "feedback.calls",
        "feedback.requests",
        "feedback.service",
        "feedback.social",
        "food.safety",
        "health.capacity",
        "health.dengue",
        "health.epidemics",
        "health.outbreaks",
        "party.documents",
        "security.alerts",
        "security.logins",
        "security.order",
        "security.points",
        "transport.camera_events",
        "transport.cameras",
        "transport.congestion",
        "transport.signals",
        "transport.situations",
        "transport.speed",
        "transport.transit",
        "transport.vehicles",
        "urban.order",
    ]
    assert NOW_S > 0


SEVERAL = [
    (name, dataset)
    for name, aggregate in sorted(aggregates().items())
    if len(aggregate.datasets) > 1 and not aggregate.reads
    for dataset in aggregate.datasets
]


@pytest.mark.parametrize(("name", "dataset"), SEVERAL)
def test_an_aggregate_of_several_datasets_can_be_made_while_one_alone_is_there(
    table: Table, name: str, dataset: str
) -> None:
    table.feed_files(dataset)
    envelope = table.build(name)
    assert envelope.state == "ok" or envelope.reason
