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
        "together",
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
        ('detector = "water"', 'detector = "snow"', r"flooding.*sign\[1\].*snow"),
        ('detector = "water"', 'detector = "air-health"', "air-health"),
        ('categories = ["drainage"]', 'categories = ["snow"]', "snow"),
        ("at_least = { confidence", "at_least = { certainty", "certainty"),
        ('indicator = "pm25"\ntake', 'indicator = "pm3"\ntake', "pm3"),
        ('"transport.situations"\ncategories', '"transport.speed"\ncategories', "transport.speed"),
        ('"feedback.requests"\ncategories', '"security.accidents"\ncategories', "compartment"),
        (
            '"health.capacity"\nindicator = "emergency_visits"\ntake',
            '"health.epidemics"\nindicator = "dengue_cases"\ntake',
            "small counts",
        ),
        ("least = 2\nreach_km", "least = 7\nreach_km", "least is 7"),
        (
            'window = "PT6H"\nlimit = { caution = 1,',
            'window = "PT6H"\nlimit = { after = "PT1H",',
            "without after",
        ),
    ],
)
def test_what_is_wrong_is_named(city: City, tmp_path: Path, old: str, new: str, named: str) -> None:
    shutil.copy(FOLDER / FILE, tmp_path / FILE)
    words = (tmp_path / FILE).read_text("utf-8")
    assert old in words
    (tmp_path / FILE).write_text(words.replace(old, new), "utf-8")

    with pytest.raises(CityError, match=named):
        read_plan(tmp_path, city)
