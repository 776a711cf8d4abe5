"""city/detection.toml: what this city watches is there, whole; what is wrong is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analytics.detection.plan import FILE, read_plan
from data_access.city import City, load_city
from data_access.errors import CityError

FOLDER = Path("city")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(FOLDER)


def test_the_citys_plan_is_whole_and_has_every_kind(city: City) -> None:
    plan = read_plan(FOLDER, city)

    assert plan is not None
    assert {each.kind for each in plan.detector} == {
        "fault", "congestion", "rain", "level", "air", "surge", "outbreak", "novelty",
    }  # fmt: skip


def test_a_city_without_the_file_watches_nothing(city: City, tmp_path: Path) -> None:
    assert read_plan(tmp_path, city) is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('indicator = "speed_kmh"', 'indicator = "colour"', "colour"),
        ('dataset = "feedback.calls"', 'dataset = "feedback.letters"', "feedback.letters"),
        ('kind = "surge"', 'kind = "storm"', "detector"),
        ('with_rain = "rain"', 'with_rain = "snow"', "snow"),
        ("free_share = 0.5", "free_share = 5", "free_share"),
        ('id = "air"', 'id = "calls"', "calls"),
        ('causes = ["transport.situations"', 'causes = ["transport.speed"', "transport.speed"),
    ],
)
def test_what_is_wrong_is_named(city: City, tmp_path: Path, old: str, new: str, named: str) -> None:
    shutil.copy(FOLDER / FILE, tmp_path / FILE)
    words = (tmp_path / FILE).read_text("utf-8")
    assert old in words
    (tmp_path / FILE).write_text(words.replace(old, new), "utf-8")

    with pytest.raises(CityError, match=named):
        read_plan(tmp_path, city)
