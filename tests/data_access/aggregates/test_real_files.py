"""Every aggregate of the real files: numbers of the right size, and all of them there."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_access.aggregates.registry import aggregates
from data_access.city import load_city
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room

pytestmark = pytest.mark.real_files

NAMES = sorted(aggregates())
# What a figure of Hanoi (or of the city whose file is played) can be.
PLAUSIBLE: dict[tuple[str, str], tuple[float, float]] = {
    ("economy.investment", "ytd"): (1_000, 150_000),
    ("economy.investment", "plan_share"): (0.1, 130),
    ("economy.prices", "cpi_yoy"): (-2, 10),
    ("economy.prices", "cpi_mom"): (-3, 5),
    ("transport.speed", "mean_speed"): (15, 115),
    ("transport.speed", "congested_share"): (0, 100),
    ("transport.situations", "active"): (0, 500),
    ("environment.air", "aqi"): (1, 500),
    ("environment.air", "aqi_median"): (1, 300),
    ("environment.air", "pm25_median"): (1, 300),
    ("environment.rain", "max_day"): (0, 600),
    ("environment.rain", "median_day"): (0, 400),
    ("health.dengue", "month_cases"): (0, 20_000),
    ("security.alerts", "active"): (0, 500),
    ("security.logins", "failed_1h"): (0, 100_000),
    ("feedback.requests", "open"): (1, 100_000),
    ("feedback.requests", "closed_share"): (0, 100),
    ("data.quality", "rows_quarantined"): (1, 1_000_000),
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[Room]:
    data_dir = tmp_path_factory.mktemp("room")
    settings = Settings(data_dir=data_dir, city=ROOT / "city", lake=real_data)
    opened = Room(settings, load_city(ROOT / "city"))
    opened.settle()
    opened.settle(61)
    yield opened
    opened.close()


def leaves(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        for each in part.values():
            yield from leaves(each)
    elif isinstance(part, list):
        for each in part:
            yield from leaves(each)
    else:
        yield part


@pytest.mark.parametrize("name", NAMES)
def test_it_is_there_and_finite(room: Room, name: str) -> None:
    envelope = room.read(name)
    contracts = [room.city.datasets[each] for each in aggregates()[name].datasets]
    first = contracts[:1]  # without the data of its own there is nothing beside which to put others
    if contracts and not any(contract.source.files(room.lake) for contract in first):
        assert (envelope.state, envelope.payload) == ("absent", {})
        assert envelope.reason is not None
        assert envelope.reason["en"] == "no source"
        return
    assert envelope.state == "ok"
    numbers = [leaf for leaf in leaves(dict(envelope.payload)) if isinstance(leaf, float)]
    assert all(math.isfinite(number) for number in numbers)
    json.dumps(envelope.payload, allow_nan=False)
    for series in envelope.payload.get("series", {}).values():
        for line in series["lines"]:
            assert any(figure is not None for _, figure in line["points"]), line["id"]


@pytest.mark.parametrize(("name", "number"), PLAUSIBLE, ids=".".join)
def test_a_figure_is_plausible(room: Room, name: str, number: str) -> None:
    low, high = PLAUSIBLE[name, number]
    figure = room.number(name, number)
    assert figure is not None
    assert low <= figure <= high


def test_provinces_are_provinces_and_goods_are_goods(room: Room) -> None:
    provinces = room.read("economy.investment").payload["tables"]["provinces"]
    names = [row["name"] for row in provinces["rows"]]
    assert provinces["total"] in range(15, 64)
    assert any("Hà Nội" in name for name in names)
    assert not [n for n in names if n.startswith(("Bộ ", "TỔNG", "Tổng", "Trung ương", "Vốn"))]
    goods = room.read("economy.prices").payload["tables"]["goods"]
    assert goods["total"] in range(8, 40)
    called = [row["name"] for row in goods["rows"]]
    assert not [name for name in called if "chỉ số giá" in name["vi"].casefold()]
    assert all(name["en"] != name["vi"] for name in called)  # city/names.toml knows them all


def test_requests_are_told_apart(room: Room) -> None:
    tables = room.read("feedback.requests").payload["tables"]
    numbers = room.read("feedback.requests").payload["numbers"]
    assert sum(row["open"] for row in tables["categories"]["rows"]) == numbers["open"]["value"]
    assert sum(row["count"] for row in tables["ages"]["rows"]) == numbers["open"]["value"]
    assert len(tables["categories"]["rows"]) >= 5


def test_the_bottlenecks_that_are_fed_have_numbers_and_say_from_where(room: Room) -> None:
    numbers = room.read("city.bottlenecks").payload["numbers"]
    for name in ("flooding", "congestion", "air", "urban_order"):
        assert numbers[name]["value"] is not None, name
        assert numbers[name]["origin"] == "replay"
    assert numbers["food_safety"]["value"] is None
    assert "origin" not in numbers["food_safety"]


def test_every_reason_for_a_refusal_is_in_words(room: Room) -> None:
    rows = room.read("data.quality").payload["tables"]["quarantine"]["rows"]
    assert rows
    assert all(row["reason"]["vi"] != row["reason"]["en"] for row in rows)
