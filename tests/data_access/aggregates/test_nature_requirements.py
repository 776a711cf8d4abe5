"""R44: the air's index by its table, water by QCVN 08 with its trend, land as data and on a map."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_access.aggregates.surface_water import level, parameter_level
from data_access.aggregates.vn_aqi import BREAKPOINTS, INDEX, vn_aqi
from data_access.envelope import POINTS
from data_access.model import Entity
from tests.data_access.aggregates.conftest import Table

AIR, WATER, LAND = "environment.air", "environment.water", "environment.land"
HERE = "00070"
THEN = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the small lake's files were true


@pytest.fixture
def files(table: Table) -> Table:
    """The small lake's files, at the time they were true."""
    table.now = THEN
    table.feed_files(WATER)
    table.feed_files(LAND)
    return table


def test_r44_vn_aqi_on_glass_equals_the_table_at_each_breakpoint(table: Table) -> None:
    dust = BREAKPOINTS["pm25"]
    assert [vn_aqi({"pm25": step}) for step in dust] == list(INDEX)
    assert [vn_aqi({"pm10": step}) for step in BREAKPOINTS["pm10"]] == list(INDEX)
    units = sorted(table.city.areas, key=lambda unit: unit.code)[: len(dust)]
    table.feed(
        AIR,
        [
            ("pm25", unit.code, unit.code, table.ago(minutes=9), float(step))
            for unit, step in zip(units, dust, strict=True)
        ],
        entities=[Entity(u.code, u.name, u.lat, u.lon, u.code) for u in units],
    )
    shown = table.build(AIR).payload["maps"]["stations"]["values"]
    assert [shown[unit.code]["value"] for unit in units] == list(INDEX)


@pytest.mark.parametrize(
    ("parameter", "limits"),
    [
        ("water_do", {6.0: "A", 5.99: "B", 5.0: "B", 4.99: "C", 4.0: "C", 3.99: "D", 0: "D"}),
        ("water_bod5", {0: "A", 4: "A", 4.1: "B", 6: "B", 6.1: "C", 10: "C", 10.1: "D"}),
        ("water_cod", {10: "A", 10.1: "B", 15: "B", 15.1: "C", 20: "C", 20.1: "D"}),
        ("water_ph", {5.9: "D", 6.0: "B", 6.4: "B", 6.5: "A", 8.5: "A", 8.6: "D"}),
    ],
)
def test_r44_water_has_the_level_of_qcvn_08_at_each_limit(
    parameter: str, limits: dict[float, str]
) -> None:
    assert {value: parameter_level(parameter, value) for value in limits} == limits


def test_r44_a_station_is_at_the_worst_level_of_what_it_measures() -> None:
    assert level({"water_do": 7.0, "water_bod5": 3.0, "water_cod": 16.0}) == "C"
    assert level({"water_do": 7.0, "water_ph": 5.5}) == "D"
    assert level({"water_ph": 7.0}) is None


def test_r44_water_exceeds_by_station_in_any_form_of_ngsi(files: Table) -> None:
    payload = files.build(WATER).payload
    numbers, rows = payload["numbers"], payload["tables"]["stations"]["rows"]
    assert [(row["name"], row["quality"], row["do"]) for row in rows] == [
        ("Sông Hồng thử", "C", 4.5),
        ("Hồ thử", "A", 6.2),
    ]
    assert rows[0]["bod5"] == 9.0  # was said in µg/l
    assert (numbers["beyond"]["value"], numbers["beyond"]["status"]) == (1, "caution")
    assert numbers["beyond"]["note"]["en"] == "of 2 quality stations"
    assert numbers["lowest_do"]["note"]["vi"] == "Sông Hồng thử"
    assert (numbers["ammonium"]["value"], numbers["ammonium"]["status"]) == (0.4, "caution")
    assert payload["maps"]["stations"]["values"]["SH-LB"]["band"] == "C"


def test_r44_the_ph_that_is_furthest_off_is_told_with_its_station_and_limit(table: Table) -> None:
    rows = [
        ("water_ph", "h1", HERE, table.now, 7.4),
        ("water_ph", "h2", HERE, table.now, 5.6),
        ("water_ph", "away", None, table.now, 3.0),
    ]
    table.feed(WATER, rows, entities=[Entity("h2", "Hồ Hai", area=HERE)])
    payload = table.build(WATER).payload
    told = payload["numbers"]["ph"]
    assert (told["value"], told["unit"], told["status"]) == (5.6, "pH", "warning")
    assert told["note"]["en"] == "Hồ Hai · QCVN 08, level B: 6 – 8.5"
    assert (told["source"]["indicator"], told["source"]["entity"]) == ("water_ph", "h2")
    shown = {row["name"]: row["ph"] for row in payload["tables"]["stations"]["rows"]}
    assert shown == {"h1": 7.4, "Hồ Hai": 5.6}
    assert payload["numbers"]["lowest_do"]["value"] is None


def test_r44_what_stations_measure_beside_the_air_is_told_as_its_median(table: Table) -> None:
    told = (
        ("pm25", "a", HERE, 20.0, "good"),
        ("temperature", "a", HERE, 30.0, "good"),
        ("temperature", "b", HERE, 31.0, "good"),
        ("temperature", "c", HERE, 50.0, "suspect"),
        ("temperature", "away", None, 10.0, "good"),
    )
    table.feed(AIR, [(name, entity, area, table.now, value, quality)
                     for name, entity, area, value, quality in told])  # fmt: skip
    numbers = table.numbers(AIR)
    assert (numbers["temperature"]["value"], numbers["temperature"]["unit"]) == (30.5, "°C")
    assert numbers["temperature"]["note"]["en"] == "median of 2 stations"
    assert numbers["humidity"]["value"] is None


def test_r44_what_is_impossible_or_elsewhere_is_in_no_figure(files: Table) -> None:
    assert files.numbers(WATER)["lowest_do"]["value"] == 4.5  # neither 900 nor the one in Sevilla


def test_r44_water_levels_are_held_against_the_station_s_own_limits(files: Table) -> None:
    payload = files.build(WATER).payload
    high = payload["numbers"]["high_water"]
    assert (high["value"], high["status"], high["note"]["vi"]) == (1, "caution", "Sông Hồng thử")
    course = payload["series"]["level"]
    assert [each["value"] for each in course["thresholds"]] == [9.5, 10.5, 11.5]
    assert course["lines"][0]["points"][-1][1] == 9.6


def test_r44_water_has_its_trend(files: Table) -> None:
    payload = files.build(WATER).payload
    row = payload["tables"]["stations"]["rows"][0]
    assert (row["do_change"], row["level_change"]) == (-0.5, 0.5)
    assert payload["numbers"]["median_do"]["previous"] == 5.6
    points = payload["series"]["oxygen"]["lines"][1]["points"]
    assert [value for _, value in points if value is not None] == [5.0, 4.5]


def test_r44_without_limits_no_level_is_too_high(files: Table) -> None:
    files.without_limits()
    assert files.numbers(WATER)["high_water"]["status"] == "normal"


def test_r44_the_land_layer_exists_with_the_state_of_each_site(files: Table) -> None:
    drawn = files.build(LAND).payload["maps"]["sites"]
    assert drawn["layer"] == POINTS
    assert {name: each["band"] for name, each in drawn["values"].items()} == {
        "VP-1": "open",
        "ON-1": "handling",
        "BCL-1": "watched",
        "VP-0": "closed",
    }
    assert drawn["points"]["ON-1"] == [21.02, 105.84]
    assert drawn["points"]["VP-1"] == pytest.approx([21.0305, 105.8505], abs=0.001)
    assert drawn["worst"] == ["VP-1"]


def test_r44_land_counts_contamination_violations_and_landfills(files: Table) -> None:
    numbers = files.numbers(LAND)
    found = {name: each["value"] for name, each in numbers.items()}
    assert found == {
        "contamination": 1,
        "violations": 1,
        "landfills": 1,
        "late": 1,
        "hectares": 1.5,
    }
    source = numbers["violations"]["source"]
    rows = files.reader.source_rows(**source)
    assert [row["entity"] for row in rows] == ["VP-1"]
