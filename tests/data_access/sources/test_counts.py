"""Case counts and inspections: one resolution, one row a unit and day."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.city import City
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, joined, reasons, values


def test_only_one_resolution_is_counted_and_na_is_absent(read_small: Reader) -> None:
    batch = read_small("health.dengue")
    assert values(batch, area="city") == {"2009-08-01 00:00": 2345, "2009-09-01 00:00": 4321}
    assert values(batch, entity="VIET NAM") == {"2009-09-01 00:00": 20000}
    assert reasons(batch) == {"dengue_city.csv:7": "badTime", "dengue_city.csv:8": "notANumber"}


def test_another_resolution_is_an_option(read_small: Reader, read_file: Reader) -> None:
    text = (
        "adm_0_name,adm_1_name,calendar_start_date,dengue_total,T_res\n"
        "VIET NAM,HA NOI,2009-01-01,16175,Year\nVIET NAM,HA NOI,2009-01-01,5,Month\n"
    )
    assert values(read_file("health.dengue", text, resolution="Year")) == {
        "2009-01-01 00:00": 16175
    }


def test_visits_to_a_unit_on_a_day_are_added_up(read_small: Reader) -> None:
    batch = read_small("food.safety")
    assert values(batch, area="00070", indicator="inspections") == {"2026-11-03 00:00": 12}
    assert values(batch, area="00070", indicator="violations") == {"2026-11-03 00:00": 3}


def test_a_unit_without_its_code_is_known_by_name(read_small: Reader) -> None:
    assert values(read_small("food.safety"), area="00565", indicator="inspections")


def test_impossible_visits_are_refused(read_small: Reader) -> None:
    assert reasons(read_small("food.safety")) == {
        "food_safety_register.csv:5": "inconsistent",
        "food_safety_register.csv:6": "unknownArea",
        "food_safety_register.csv:7": "badTime",
    }


@pytest.mark.real_files
def test_the_real_dengue_series_is_complete(real_data: Path, city: City) -> None:
    contract = city.datasets["health.dengue"]
    files = contract.source.files(real_data)
    found = values(joined(list(registry.read(files, contract=contract, city=city))), area="city")
    assert len(found) == 203
    by_year = dict.fromkeys(range(1994, 2011), 0.0)
    for month, cases in found.items():
        by_year[int(month[:4])] += cases
    assert by_year[2009] == 16175
