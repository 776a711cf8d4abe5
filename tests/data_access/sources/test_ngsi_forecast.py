"""NGSI forecasts: what is said of an interval begins and ends with it, and is issued anew."""

from __future__ import annotations

import pytest

from data_access.city import load_city
from data_access.model import Batch
from data_access.sources import registry
from tests.conftest import ROOT, SMALL_LAKE


def test_an_interval_of_validity_begins_and_ends_what_it_is_said_of(
    small_lake_forecasts: Batch,
) -> None:
    found = small_lake_forecasts.records
    assert len(found) == 33  # one with rain that cannot be: for the contract to refuse
    assert small_lake_forecasts.rejected == []
    assert all((each.valid_to - each.valid_from).total_seconds() == 6 * 3600 for each in found)
    assert {each.reported_at.hour for each in found} == {0, 6}  # one form each
    by_id: dict[str, list[float]] = {}
    for each in found:
        by_id.setdefault(each.record_id, []).append(each.body["rain_mm"])
    assert max(map(len, by_id.values())) == 2  # the later issue is a version of the same interval
    assert by_id["VN-WeatherForecast-Lang_2025-09-30T12:00:00_2025-09-30T18:00:00"] == [12.4, 20.5]


@pytest.fixture
def small_lake_forecasts() -> Batch:
    city = load_city(ROOT / "city")
    contract = city.datasets["environment.rain_forecast"]
    (batch,) = registry.read(contract.source.files(SMALL_LAKE), contract=contract, city=city)
    return batch
