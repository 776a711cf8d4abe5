"""Any table of numbers: which column is what is said by options, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.model import Batch
from data_access.sources import registry, table
from tests.data_access.sources.conftest import joined, reasons, values

ReadTable = Callable[..., Batch]
WIDE = {"time": "at", "entity": "station", "values": {"pm25": "PM2.5", "pm10": "PM10"}}
LONG = {"time": "at", "entity": "station", "indicator": "what", "value": "value"}


@pytest.fixture
def read_table(city: City, tmp_path: Path) -> ReadTable:
    """Read text as a table of the air dataset."""

    def read(text: str, **options: Any) -> Batch:
        spec = SourceSpec(format="table", paths=("*.csv",), options=options)
        contract = replace(city.datasets["environment.air"], source=spec)
        path = tmp_path / "t.csv"
        path.write_text(text, "utf-8")
        return joined(list(registry.read([path], contract=contract, city=city)))

    return read


def test_a_wide_table_has_a_column_for_each_indicator_and_empty_cells_say_nothing(
    read_table: ReadTable,
) -> None:
    text = "at,station,PM2.5,PM10\n2026-11-22T10:00:00Z,a,12.5,\n2026-11-22T11:00:00+07:00,b,,40\n"
    batch = read_table(text, **WIDE)
    assert values(batch, indicator="pm25") == {"2026-11-22 17:00": 12.5}
    assert values(batch, indicator="pm10") == {"2026-11-22 11:00": 40.0}
    assert [each.entity for each in batch.entities] == ["a", "b"]
    assert batch.observations is not None
    assert list(batch.observations["source_ref"]) == ["t.csv:2", "t.csv:3"]


def test_a_long_table_names_the_indicator_in_a_column(read_table: ReadTable) -> None:
    text = "at,station,what,value\n2026-11-22,a,fine dust,1\n2026-11-22,a,pm10,2\n"
    batch = read_table(text, **LONG, indicators={"fine dust": "pm25"})
    assert values(batch, indicator="pm25") == {"2026-11-22 00:00": 1.0}
    assert values(batch, indicator="pm10") == {"2026-11-22 00:00": 2.0}


def test_times_without_a_zone_are_local_and_days_months_and_years_begin_there(
    read_table: ReadTable,
) -> None:
    text = "at,station,PM2.5,PM10\n2026-11-22 10:00,a,1,\n2026-11,b,2,\n2026,c,3,\n"
    batch = read_table(text, **WIDE)
    local = {"2026-11-22 10:00": 1.0, "2026-11-01 00:00": 2.0, "2026-01-01 00:00": 3.0}
    assert values(batch, indicator="pm25") == local


def test_what_is_no_time_is_refused_and_what_is_no_number_is_left_to_the_contract(
    read_table: ReadTable,
) -> None:
    text = "at,station,PM2.5,PM10\nyesterday,a,1,\n2026-11-22,b,much,\n"
    batch = read_table(text, **WIDE)
    assert reasons(batch) == {"t.csv:2": "badTime"}
    assert batch.observations is not None
    assert batch.observations["value"].isna().tolist() == [True]


def test_units_are_known_by_code_by_name_and_by_position(read_table: ReadTable, city: City) -> None:
    unit = next(iter(city.areas))
    day = "2026-11-22"
    rows = f"{day},{unit.code},1\n{day},{unit.full_name},2\n{day},Thành phố Hà Nội,3\n"
    options = {"time": "at", "area": "unit", "values": {"pm25": "v"}}
    batch = read_table(f"at,unit,v\n{rows}2026-11-22,Atlantis,4\n", **options)
    assert batch.observations is not None
    assert list(batch.observations["area"]) == [unit.code, unit.code, "city", "Atlantis"]
    placed = {"time": "at", "lat": "y", "lon": "x", "values": {"pm25": "v"}}
    batch = read_table(
        f"at,y,x,v\n2026-11-22,{unit.lat},{unit.lon},1\n2026-11-22,0,0,2\n", **placed
    )
    assert batch.observations is not None
    assert list(batch.observations["area"]) == [unit.code, None]
    assert list(batch.observations["entity"]) == [unit.code, "outside"]


def test_a_reference_of_its_own_is_kept(read_table: ReadTable) -> None:
    text = "at,station,PM2.5,PM10,source_ref\n2026-11-22,a,1,,air/day=2026-11-22\n"
    batch = read_table(text, **WIDE)
    assert batch.observations is not None
    assert list(batch.observations["source_ref"]) == ["air/day=2026-11-22"]


def test_a_table_without_a_column_that_was_named_is_refused_whole(read_table: ReadTable) -> None:
    with pytest.raises(Exception, match=r"no PM2\.5, PM10; expected a table with the columns"):
        read_table("at,station\n2026-11-22,a\n", **WIDE)


@pytest.mark.parametrize(
    "options", [{"time": "at"}, {**WIDE, "indicator": "i", "value": "v"}, {**WIDE, "lat": "y"}]
)
def test_options_that_do_not_say_enough_or_too_much_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        table.Options.model_validate(options)


def test_what_else_is_known_of_an_entity_stays_with_it(read_table: ReadTable) -> None:
    text = "at,station,PM2.5,PM10,kind\n2026-11-22T10:00:00Z,a,12.5,20, roadside \n"
    batch = read_table(text, **WIDE, attributes={"kind": "kind"})
    assert batch.entities[0].attributes == {"kind": "roadside"}


def test_numbers_in_another_unit_become_the_contracts(read_table: ReadTable) -> None:
    text = "at,station,PM2.5,PM10\n2026-11-22,a,0.0125,x\n2026-11-22,b,,40\n"
    batch = read_table(text, **WIDE, in_units={"pm25": "mg/m³"})
    assert values(batch, indicator="pm25") == {"2026-11-22 00:00": 12.5}
    assert values(batch, indicator="pm10", entity="b") == {"2026-11-22 00:00": 40.0}
