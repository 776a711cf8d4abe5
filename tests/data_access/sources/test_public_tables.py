"""Tables that others publish, each with its own traps, read by the options of a contract alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.contract_check import check
from data_access.contracts import Indicator, SourceSpec
from data_access.model import Batch
from data_access.sources import registry
from tests.data_access.sources.conftest import home, joined, reasons, values

INDICATORS = {
    name: Indicator(name={"vi": words, "en": name}, unit=unit, min=low, max=20000)
    for name, words, unit, low in [
        ("temperature", "Nhiệt độ", "°C", -60),
        ("vehicles", "Lượt xe", "xe", 0),
        ("cases", "Ca mắc", "ca", 0),
    ]
}
COUNTS = "transport.counts"  # of the other city


def _read(path: Path, **options: Any) -> Batch:
    city, _ = home(COUNTS)
    contract = replace(
        city.datasets[COUNTS],
        indicators=INDICATORS,
        source=SourceSpec(format="sheet", paths=("*",), options=options),
    )
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    return check(batch, contract, now=datetime(2027, 1, 1, tzinfo=UTC), areas=city.areas.codes)


PEMS = {
    "columns": {"vehicles": "Lane 1 Flow (Veh/5 Minutes)"},
    "time": "5 Minutes",
    "date_format": "%d/%m/%Y %H:%M",
    "timezone": "America/Los_Angeles",
    "decimal": ".",
}
HIGHWAY = {
    "columns": {"vehicles": "traffic_volume", "temperature": {"heading": "temp", "unit": "K"}},
    "time": "date_time",
    "timezone": "America/Chicago",
    "date_format": "%Y-%m-%d %H:%M:%S",
    "decimal": ".",
}
COVID = {
    "indicator": "id",
    "indicators": {"1": "cases"},
    "values": "{period}",
    "decimal": ".",
    "unfilled": "zeros",
}


def test_a_mark_at_the_beginning_days_first_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "flow.csv"
    heading = "5 Minutes,Lane 1 Flow (Veh/5 Minutes),# Lane Points,% Observed"
    rows = ["04/01/2016 0:00,12,1,100", "04/01/2016 23:55,,1,0", "11/03/2016 0:05,many,1,100"]
    path.write_text("\n".join([heading, *rows]), "utf-8-sig")
    batch = _read(path, **PEMS)
    assert values(batch, indicator="vehicles") == {"2016-01-04 15:00": 12}
    assert reasons(batch) == {"flow.csv:4": "notANumber"}


def test_an_hour_that_comes_for_each_weather_is_one_and_kelvin_are_degrees(tmp_path: Path) -> None:
    path = tmp_path / "highway.csv"
    rows = [
        "None,274.02,Rain,2013-03-10 03:00:00,387",
        "None,274.02,Mist,2013-03-10 03:00:00,387",
        "None,0.0,Clear,2013-07-01 00:00:00,200",
    ]
    path.write_text("\n".join(["holiday,temp,weather_main,date_time,traffic_volume", *rows]))
    batch = _read(path, **HIGHWAY)
    found = values(batch, indicator="vehicles")
    assert found == {"2013-03-10 15:00": 387, "2013-07-01 12:00": 200}  # winter's clock, summer's
    assert values(batch, indicator="temperature") == {"2013-03-10 15:00": 0.87}
    assert sorted(each.reason for each in batch.rejected) == ["duplicate"] * 2 + ["outOfRange"]


def test_the_newest_days_of_nothing_but_0_are_not_filled_in_yet(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("id,1/1/2022,3/1/2022,4/1/2022,5/1/2022\n1,0,7,0,0\n2,0,9,4,0\n")
    batch = _read(path, **COVID)
    assert values(batch) == {"2022-01-01 00:00": 0, "2022-01-03 00:00": 7, "2022-01-04 00:00": 0}
    assert [each.reason for each in batch.rejected] == ["incomplete"]
    whole = _read(path, **{**COVID, "unfilled": None})
    assert values(whole)["2022-01-05 00:00"] == 0


@pytest.mark.real_files
def test_flow_of_a_lane_by_five_minutes(real_data: Path) -> None:
    batch = _read(real_data / "transport/pems_lane_flow_5min_2016-01_02.csv", **PEMS)
    assert batch.observations is not None
    assert batch.observations["value"].max() == 197
    assert batch.rejected == []
    days = batch.observations["observed_at"].dt.tz_convert("America/Los_Angeles").dt.normalize()
    gaps = days.drop_duplicates().diff().dt.days
    assert (gaps.min(), gaps.max()) == (1, 7)  # six days missing between two


@pytest.mark.real_files
def test_a_highway_s_hours_with_their_weather(real_data: Path) -> None:
    path = real_data / "transport/metro_interstate_i94_2012-10_2013-06.csv"
    with path.open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    batch = _read(path, **HIGHWAY)
    assert batch.observations is not None
    hours = batch.observations[batch.observations["indicator"] == "vehicles"]
    assert len(hours) == len({row["date_time"] for row in told})
    assert sum(each.reason == "duplicate" for each in batch.rejected) == 2 * 1339
    degrees = batch.observations[batch.observations["indicator"] == "temperature"]["value"]
    assert degrees.between(-30, 40).all()


@pytest.mark.real_files
def test_cases_of_an_epidemic_by_day_without_the_day_that_is_not_told_yet(real_data: Path) -> None:
    path = real_data / "health/unlicensed/covid19_vn_province_daily_cases_odd_ids.csv"
    found = values(_read(path, **COVID))
    assert max(found.values()) == found["2022-01-14 00:00"] == 3029
    assert max(found) == "2022-01-21 00:00"
