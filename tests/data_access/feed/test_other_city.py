"""Another city has every format there is by TOML alone: from its lake to rows and lists."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.city import load_city
from data_access.contracts import CITY_AREA
from data_access.sources import registry
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import Room

FIXTURES = ROOT / "tests" / "fixtures"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
REGISTER = "Date,Ward,Visits,Breaches\n2026-08-01,Phường Hải Châu,7,1\n2026-08-01,Hoà Vang,4,0\n"
RAIN = (
    "<table><tr><td>Ngày</td><td>Sơn Trà</td></tr><tr><td>01/08/2026</td><td>12,5</td></tr></table>"
)


def _lake(folder: Path) -> None:
    shutil.copytree(FIXTURES / "danang_lake", folder)
    shutil.copytree(SMALL_LAKE, folder, dirs_exist_ok=True)
    for name, text in (("food/register.csv", REGISTER), ("rain/2026.xls", RAIN)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text, "utf-8")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("danang")
    shutil.copytree(FIXTURES / "danang", folder / "city")
    (folder / "city" / "datasets").mkdir()
    shutil.copy(FIXTURES / "danang_newer" / "formats.toml", folder / "city" / "datasets")
    _lake(folder / "lake")
    settings = Settings(data_dir=folder / "data", city=folder / "city", lake=folder / "lake")
    room = Room(settings, load_city(folder / "city"), now_s=NOW.timestamp())
    registry.verify(room.city)
    room.settle()
    room.settle(61)  # lists are made once a minute
    yield room
    room.close()


def test_it_uses_every_format(room: Room) -> None:
    used = {contract.source.format for contract in room.city.datasets.values()}
    assert used == set(registry.formats())


def test_every_dataset_has_rows_in_its_own_units_and_is_in_the_lists(room: Room) -> None:
    ours = {*room.city.areas.codes, CITY_AREA, None}
    with room.store().snapshot() as snapshot:
        for dataset in room.city.datasets:
            assert snapshot.reading(dataset).accepted, dataset
    for dataset in room.city.datasets:
        assert {row["area"] for row in room.store().source_rows(dataset)} <= ours, dataset
    listed = room.read("data.quality").payload["tables"]["datasets"]["rows"]
    rows = {row["dataset"]: row for row in listed}
    assert rows.keys() == room.city.datasets.keys()
    for dataset, contract in room.city.datasets.items():
        assert rows[dataset]["owner"] == room.city.agencies[contract.owner].name
        assert rows[dataset]["state_id"] != "absent", dataset
