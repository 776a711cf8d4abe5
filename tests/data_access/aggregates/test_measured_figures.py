"""Figures of what is measured: traffic, air, rain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data_access.model import Entity
from tests.data_access.aggregates.conftest import Table
from tests.data_access.aggregates.filled import AIR, RAIN, SPEED, MakeRecord, station


def detector(name: str, link: str, free: float = 60.0) -> Entity:
    attributes = {"link": link, "free_flow_kmh": free}
    return Entity(name, name, 21.03, 105.85, "00070", attributes)


def test_a_links_level_is_its_speed_over_its_free_flow(table: Table) -> None:
    links = list(table.city.network.links)[:4]
    speeds = {"a": 60.0, "b": 33.0, "c": 23.0, "d": 17.0}  # of 60: A, C, E, F
    table.feed(
        SPEED,
        [("speed_kmh", name, "00070", table.ago(minutes=5), v) for name, v in speeds.items()],
        entities=[detector(n, link) for n, link in zip(speeds, links, strict=True)],
    )
    envelope = table.build(SPEED)
    found = envelope.payload["maps"]["links"]["values"]
    assert [found[link]["band"] for link in links] == ["A", "C", "E", "F"]
    numbers = envelope.payload["numbers"]
    assert numbers["congested_links"]["value"] == 2
    assert numbers["congested_share"]["value"] == 50.0
    assert numbers["congested_share"]["status"] == "critical"
    assert numbers["mean_speed"]["value"] == pytest.approx(33.2, abs=0.1)
    assert numbers["worst_speed"]["value"] == 17.0
    assert [row["los"] for row in envelope.payload["tables"]["worst_links"]["rows"]] == [
        "F",
        "E",
        "C",
        "A",
    ]


def test_detectors_of_a_link_count_together_and_a_silent_one_not_at_all(table: Table) -> None:
    link = next(iter(table.city.network.links))
    table.feed(
        SPEED,
        [
            ("speed_kmh", "a", "00070", table.ago(minutes=5), 40.0),
            ("speed_kmh", "b", "00070", table.ago(minutes=5), 50.0),
            ("speed_kmh", "silent", "00070", table.ago(hours=2), 3.0),
        ],
        entities=[detector(name, link) for name in ("a", "b", "silent")],
    )
    envelope = table.build(SPEED)
    assert envelope.payload["maps"]["links"]["values"][link]["speed"] == 45.0
    assert envelope.payload["numbers"]["mean_speed"]["value"] == 45.0


def test_the_mean_is_held_against_the_same_hour_a_week_before(table: Table) -> None:
    week_ago = table.ago(days=7)
    table.feed(
        SPEED,
        [
            ("speed_kmh", "a", "00070", week_ago, 30.0),
            ("speed_kmh", "a", "00070", table.now, 40.0),
        ],
        entities=[detector("a", next(iter(table.city.network.links)))],
    )
    assert table.numbers(SPEED)["mean_speed"]["previous"] == 30.0


def test_situations_in_force_are_listed_and_over_ones_are_not(
    table: Table, record: MakeRecord
) -> None:
    body = {"title": {"vi": "Tai nạn", "en": "Accident"}, "severity": "high", "actual": True}
    table.feed(
        "transport.situations",
        records=[
            record("now", table.ago(hours=1), body=body),
            record("over", table.ago(hours=3), valid_to=table.ago(hours=1), body=body),
            record("later", table.ago(hours=1), valid_from=table.ago(hours=-5), body=body),
            record("gone", table.ago(hours=1), status="cancelled", body=body),
        ],
    )
    envelope = table.build("transport.situations")
    assert [item["id"] for item in envelope.payload["items"]["active"]] == ["now"]
    assert envelope.payload["numbers"]["active"]["value"] == 1
    assert envelope.payload["items"]["active"][0]["severity"] == "warning"


def test_repeated_and_outside_stations_make_no_number_of_the_city(table: Table) -> None:
    at = table.ago(minutes=30)
    table.feed(
        AIR,
        [
            ("pm25", "good", "00070", at, 50.0, "good"),
            ("pm25", "second", "00004", at, 25.0, "good"),
            ("pm25", "cloned", "00070", at, 250.0, "suspect"),
            ("pm25", "outside", None, at, 400.0, "good"),
        ],
        entities=[
            station("good"),
            station("second", "00004"),
            station("cloned"),
            station("outside", None),
        ],
    )
    envelope = table.build(AIR)
    numbers = envelope.payload["numbers"]
    assert (numbers["aqi"]["value"], numbers["aqi"]["band"]) == (100, "moderate")
    assert numbers["aqi_median"]["value"] == 75
    assert numbers["pm25_median"]["value"] == 37.5
    assert numbers["stations_suspect"]["value"] == 1
    values = envelope.payload["maps"]["stations"]["values"]
    assert set(values) == {"good", "second", "cloned"}
    assert values["cloned"]["suspect"] is True
    assert envelope.payload["maps"]["areas"]["values"]["00070"]["value"] == 100
    (highest,) = (
        line for line in envelope.payload["series"]["pm25"]["lines"] if line["id"] == "highest"
    )
    assert max(value for _, value in highest["points"] if value is not None) == 50.0


def test_a_city_of_repeated_stations_has_no_index(table: Table) -> None:
    at = table.ago(minutes=30)
    table.feed(AIR, [("pm25", "x", "00070", at, 90.0, "suspect")], entities=[station("x")])
    numbers = table.numbers(AIR)
    assert numbers["aqi"]["value"] is None
    assert numbers["aqi"]["status"] == "normal"


def test_rain_is_of_the_newest_day_by_gauge_and_unit(table: Table) -> None:
    today = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # midnight in Hanoi
    table.feed(
        RAIN,
        [
            ("rain_mm", "g1", "00070", today, 120.0),
            ("rain_mm", "g2", "00004", today, 10.0),
            ("rain_mm", "g3", "00025", today, 0.0),
            ("rain_mm", "g1", "00070", today - timedelta(days=1), 300.0),
            ("rain_mm", "g4", "00070", today, 900.0, "suspect"),
        ],
        entities=[station("g1"), station("g2", "00004"), station("g3", "00025")],
        rejected={"implausible": 2, "badTime": 5},
    )
    envelope = table.build(RAIN)
    numbers = envelope.payload["numbers"]
    assert (numbers["max_day"]["value"], numbers["max_day"]["status"]) == (120.0, "warning")
    assert numbers["median_day"]["value"] == 10.0
    assert numbers["gauges_wet"]["value"] == 2
    assert numbers["gauges_refused"]["value"] == 2
    assert envelope.payload["tables"]["gauges"]["rows"][0]["rain"] == 120.0
    assert envelope.payload["maps"]["areas"]["values"]["00004"]["band"] == "light"
