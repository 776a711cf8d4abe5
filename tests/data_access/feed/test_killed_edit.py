"""A feed killed while it takes back what an edited file leaves out loses and doubles nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City
from data_access.store import open_reader
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed import test_edited_lap, test_edited_records
from tests.data_access.feed.conftest import NOW_S, Room
from tests.data_access.feed.killed_edit import DEATHS, play

BEGIN_US = int(NOW_S * 1e6)
EDITED_US = BEGIN_US + 8 * 3_600_000_000  # by then some of it has been played in two laps


def air(room: Room) -> None:
    test_edited_lap.edit(room, *test_edited_lap.GONE, test_edited_lap.LAST)


def requests(room: Room) -> None:
    test_edited_records.write(room, "abd", b="closed")


def business(room: Room) -> None:
    path = room.lake / "socioeconomic" / "business_2025.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    gone = ("10/2025,00070,J", "10/2025,00004")
    path.write_text("".join(line for line in lines if not line.startswith(gone)), "utf-8")


EDITS: dict[str, Callable[[Room], object]] = {  # played in laps, of records, and once
    test_edited_lap.AIR: air,
    test_edited_records.REQUESTS: requests,
    "economy.business": business,
}


def stored(city: City, dataset: str, data: Path) -> dict[str, Any]:
    """All that stands, by how it is asked for, and how many rows and versions there are."""
    reader = open_reader(Settings(data_dir=data))
    with reader.snapshot() as snapshot:
        current = snapshot.current(dataset)
        assert current is not None
        found: dict[str, Any] = {
            name: [snapshot.recent(dataset, name, from_us=0), snapshot.newest(dataset, name)]
            for name in city.datasets[dataset].indicators
        }
        lives = {life.base_id: life for life in snapshot.lives(dataset, bodies=True)}
    reader.close()
    counts = current.observations, current.revisions, current.records
    return {**found, "records": lives, "counts": counts}


@pytest.fixture(scope="module")
def killed(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what feeds left that were killed, and in `NAME.before` what there was."""
    folder = tmp_path_factory.mktemp("killed")
    lake = folder / "lake"
    shutil.copytree(SMALL_LAKE, lake)
    room = Room(Settings(data_dir=folder, lake=lake), city)
    test_edited_lap.clean(room)
    for path in (lake / "feedback").glob("requests_*"):
        path.unlink()
    test_edited_records.write(room, test_edited_records.NAMES)
    for dataset in EDITS:
        play(city, dataset, lake, folder / dataset, BEGIN_US, EDITED_US)
        shutil.copytree(folder / dataset, folder / f"{dataset}.before")
    for edit in EDITS.values():
        edit(room)
    done = subprocess.run(
        [sys.executable, "-m", "tests.data_access.feed.killed_edit",
         str(lake), str(EDITED_US), *(str(folder / each) for each in EDITS)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("dataset", EDITS)
def test_a_feed_killed_while_it_takes_rows_back_loses_and_doubles_nothing(
    city: City, killed: Path, dataset: str
) -> None:
    after = stored(city, dataset, killed / f"{dataset}-0")
    assert after != stored(city, dataset, killed / f"{dataset}.before")
    left = {each for each in killed.glob(f"{dataset}-*") if each.is_dir()}
    left.remove(killed / f"{dataset}-0")
    assert len(left) == DEATHS
    for each in left:
        play(city, dataset, killed / "lake", each, EDITED_US)
        assert stored(city, dataset, each) == after, each.name
