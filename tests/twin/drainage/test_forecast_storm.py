"""A storm of the weather service's forecast: by the hour, ward by ward, with its issue said."""

from __future__ import annotations

import pytest

from data_access.city import City
from data_access.rain_issue import DATASET
from tests.data_access.aggregates.conftest import Table
from tests.data_access.test_rain_issue import HOUR, NOW, city, table, told
from twin.drainage.forecast_storm import storm_from_forecast
from twin.drainage.plan import DrainagePlan
from twin.drainage.storms import rain_of

__all__ = ["city", "table"]


def test_the_newest_issue_falls_on_every_ward_from_this_hour_on(
    table: Table, hanoi: City, plan: DrainagePlan
) -> None:
    table.feed(DATASET, records=[told((3 * n - 1, 3 * n + 2), 30.0 - n) for n in range(8)])
    found = storm_from_forecast(table.reader, hanoi, plan, NOW + HOUR / 2, hours=12)
    assert found.issued_at == NOW - 2 * HOUR
    assert found.begins_at == NOW
    assert (found.storm.source, found.storm.step_min, found.hours) == ("forecast", 60, 12)
    assert found.storm.note == {
        "vi": "Mưa theo bản tin dự báo phát lúc 08:00 20/11/2026",
        "en": "Rain of the forecast issued at 08:00 20/11/2026",
    }
    rain = rain_of(found.storm, plan, hanoi)
    assert {ward.code for ward in plan.ward} == set(rain.wards)
    depths = rain.on(plan.ward[0].code)
    assert depths[:3] == pytest.approx((10.0, 10.0, 29 / 3), abs=0.001)
    assert rain.hours == 12


def test_without_an_issue_that_reaches_beyond_now_there_is_no_storm(
    table: Table, hanoi: City, plan: DrainagePlan
) -> None:
    with pytest.raises(ValueError, match="has come"):
        storm_from_forecast(table.reader, hanoi, plan, NOW)
    table.feed(DATASET, records=[told((-6, -3), 30.0, ago_h=9)])
    with pytest.raises(ValueError, match="beyond this hour"):
        storm_from_forecast(table.reader, hanoi, plan, NOW)
