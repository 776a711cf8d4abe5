"""What a calibration is given: counts and speeds of the base's hour on such days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data_access.city import City
from data_access.model import Entity
from tests.data_access.aggregates.conftest import Table, city, table  # noqa: F401
from tests.twin.traffic.test_city_streets import real_plan
from twin.traffic.city_streets import city_streets
from twin.traffic.observed import CAMERAS, SPEEDS, observe
from twin.traffic.scenario import Base

MONDAY_7H = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)  # 7:00 in Hanoi


@pytest.fixture
def filled(table: Table) -> Table:  # noqa: F811
    node = table.city.network.nodes["N16"]
    at = [(MONDAY_7H + timedelta(days=day), 2000.0 + 100 * day) for day in range(5)]
    table.feed(
        CAMERAS,
        [("vehicles_h", "CAM-N16", "00190", when, flow) for when, flow in at]
        + [("vehicles_h", "CAM-N16", "00190", MONDAY_7H + timedelta(hours=3), 9000.0)]
        + [("vehicles_h", "CAM-FAR", None, MONDAY_7H, 100.0)],
        entities=[
            Entity("CAM-N16", "Ô Chợ Dừa", lat=node.lat + 0.0003, lon=node.lon, area="00190"),
            Entity("CAM-FAR", "xa", lat=node.lat + 0.3, lon=node.lon),
        ],
        origin="simulated",
    )
    about = {"link": "N18-N24", "direction": "forward", "free_flow_kmh": 44.0}
    table.feed(
        SPEEDS,
        [("speed_kmh", "1", "00229", when, 20.0) for when, _ in at],
        entities=[Entity("1", "x", lat=node.lat, lon=node.lon, area="00229", attributes=about)],
    )
    return table


def test_counts_are_medians_of_the_hour_at_the_nearest_junction(filled: Table, hanoi: City) -> None:
    streets = city_streets(hanoi, real_plan(hanoi))
    with filled.reader.snapshot() as snapshot:
        seen = observe(snapshot, hanoi, streets, Base(peak="morning"))
        friday = observe(snapshot, hanoi, streets, Base(peak="morning", dayKind="friday"))
        night = observe(snapshot, hanoi, streets, Base(hour=3))
    assert seen["counts"] == [
        {"entity": "CAM-N16", "junction": "N16", "vehiclesH": 2150.0, "days": 4}
    ]
    assert seen["unplaced"] == 1
    assert seen["speedKmh"] == {"N18-N24": 20.0}
    assert seen["freeKmh"] == {"N18-N24": 44.0}
    assert seen["origins"] == {CAMERAS: "simulated", SPEEDS: "replay"}
    assert [(each["dataset"], each["origin"], each["series"]) for each in seen["seen"]] == [
        (CAMERAS, "simulated", 1),
        (SPEEDS, "replay", 1),
    ]
    later_ms = friday["seen"][0]["untilMs"] - seen["seen"][0]["untilMs"]
    assert later_ms == 23 * 3_600_000  # Friday's hour is not over yet
    assert night["seen"] == []
    assert [each["vehiclesH"] for each in friday["counts"]] == [2400.0]
    assert night["counts"] == []
