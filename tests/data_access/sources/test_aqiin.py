"""Air stations: repeats are suspect, a unit is where the position lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data_access.boundaries import import_boundaries
from data_access.city import City
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, joined, reasons

HEADING = "station_name,timestamp_utc,parameter,value\n"


def test_values_repeated_upstream_are_suspect_but_one(read_small: Reader) -> None:
    frame = read_small("environment.air").observations
    assert frame is not None
    hour = frame[frame["observed_at"].dt.hour == 4]
    assert list(hour["quality"].value_counts().items()) == [("suspect", 6), ("good", 1)]
    own = frame[(frame["observed_at"].dt.hour == 5) & (frame["indicator"] == "pm25")]
    assert set(own["quality"]) == {"good"}


def test_a_station_is_where_it_stands_not_where_its_name_says(read_small: Reader) -> None:
    areas = {each.name: each.area for each in read_small("environment.air").entities}
    assert areas["Ho Guom"] == "00070"
    assert areas["Hanoi Tu Son"] is None  # in Bắc Ninh
    assert areas["Nowhere"] is None


def test_stations_that_share_a_position_say_so(city: City, tmp_path: Path) -> None:
    listed, measured = tmp_path / "stations.csv", tmp_path / "air.csv"
    where = "".join(f"S{n},21.0,105.8\n" for n in range(2)) + "S2,21.1,105.8\n"
    listed.write_text("station_name,latitude,longitude\n" + where)
    rows = "".join(f"S{n},2026-05-14 04:00:00+00:00,pm25,{n}\n" for n in range(3))
    measured.write_text(HEADING + rows)
    contract = city.datasets["environment.air"]
    batch = joined(list(registry.read([measured, listed], contract=contract, city=city)))
    shared = {each.entity: each.attributes.get("position_shared") for each in batch.entities}
    assert shared == {"S0": True, "S1": True, "S2": None}


def test_bad_rows_are_refused_and_bad_values_left_to_the_contract(read_small: Reader) -> None:
    batch = read_small("environment.air")
    assert reasons(batch) == {"stations.csv:7": "badPosition", "air_hours.csv:20": "badTime"}
    assert batch.observations is not None
    assert {"humidity", "temperature", "radon"} <= set(batch.observations["indicator"])


def test_the_source_s_own_doubt_is_kept(read_small: Reader) -> None:
    frame = read_small("environment.air").observations
    assert frame is not None
    assert list(frame.loc[frame["indicator"] == "temperature", "quality"]) == ["suspect"]


def test_few_stations_are_never_called_repeats(read_file: Reader) -> None:
    rows = "".join(f"S{n},2026-05-14 04:0{n}:00+00:00,pm25,21\n" for n in range(4))
    frame = read_file("environment.air", HEADING + rows).observations
    assert set(frame["quality"]) == {"good"}


def test_parameters_can_be_ignored(read_file: Reader) -> None:
    rows = "S,2026-05-14 04:00:00+00:00,pm25,21\nS,2026-05-14 04:00:00+00:00,hum,60\n"
    frame = read_file("environment.air", HEADING + rows, ignored=("hum",)).observations
    assert list(frame["indicator"]) == ["pm25"]


@pytest.mark.real_files
def test_the_real_stations_are_placed_by_the_real_boundaries(real_data: Path, city: City) -> None:
    areas = import_boundaries(real_data / "geo" / "2025" / "01_ha_noi", city.areas)
    contract = city.datasets["environment.air"]
    files = contract.source.files(real_data)
    read = registry.read(files, contract=contract, city=replace(city, areas=areas))
    batch = joined(list(read))
    frame = batch.observations
    assert frame is not None
    assert len(frame) == 83440
    outside = {each.name for each in batch.entities if each.area is None}
    assert "Hanoi Ho Thanh Cong Management Building" in outside  # its position is elsewhere
    assert "Ha Noi UBND xa Thanh Xuan Soc Son" in outside
    assert 3 <= len(outside) <= 8
    pm25 = frame[frame["indicator"] == "pm25"]
    hour = pm25["observed_at"].dt.floor("h")
    believed = pm25[pm25["quality"] == "good"].groupby(hour)["value"].nunique()
    assert (believed == pm25.groupby(hour)["value"].nunique()).all(), "no value is lost"
    suspect = (pm25["quality"] == "suspect").groupby(hour).mean()
    assert 0.5 < (suspect > 0.5).mean() < 1  # in most hours, but not in all
