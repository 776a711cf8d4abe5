"""A city's twins stay open while its files are as they were, and no longer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data_access.errors import CityError
from settings import Settings
from tests.conftest import ROOT
from twin.drainage.opening import open_twin
from twin.opened import Opened, edition_of, opened_city
from twin.traffic import run as traffic

PLAN = "twin/traffic.toml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with a city folder of its own."""
    shutil.copytree(ROOT / "city", tmp_path / "city")
    return Settings(data_dir=tmp_path / "var", city=tmp_path / "city")


def _write(settings: Settings, name: str, more: str) -> None:
    path = settings.city / name
    path.write_text(path.read_text("utf-8") + more, "utf-8")


def test_what_is_open_stays_so_while_no_file_changes(settings: Settings) -> None:
    assert opened_city(settings) is opened_city(settings)
    assert open_twin(settings) is open_twin(settings)


@pytest.mark.parametrize("name", ["network.toml", PLAN, "areas.csv"])
def test_a_file_that_changed_is_read_anew(settings: Settings, name: str) -> None:
    before = open_twin(settings)

    _write(settings, name, "\n")

    assert open_twin(settings) is not before


def test_a_file_that_came_or_went_is_noticed(settings: Settings) -> None:
    before = edition_of(settings)
    (settings.city / "datasets" / "new.toml").write_text("dataset = []\n", "utf-8")
    with_it = edition_of(settings)
    (settings.city / "datasets" / "new.toml").unlink()

    assert with_it != before == edition_of(settings)


def test_a_fault_is_said_each_time_until_it_is_mended(settings: Settings) -> None:
    path = settings.city / "network.toml"
    whole = path.read_text("utf-8")
    opened_city(settings)
    path.write_text("no = [toml", "utf-8")
    for _ in range(2):
        with pytest.raises(CityError, match=r"network\.toml"):
            opened_city(settings)

    path.write_text(whole, "utf-8")

    assert opened_city(settings).network.links


def test_an_installation_is_not_taken_for_another(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.city, tmp_path / "other")
    other = settings.model_copy(update={"city": tmp_path / "other"})
    opened: Opened[str] = Opened()

    found = [opened.get(each, lambda each=each: each.city.name) for each in (settings, other)]

    assert found == ["city", "other"]


def test_a_worker_that_waits_has_made_the_net_of_the_streets(settings: Settings) -> None:
    traffic.warm(settings)

    assert list((settings.data_dir / "twin").rglob("net.net.xml"))
