"""R37 to R40: cameras and how sure they are, one alert for a jam, late buses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data_access.aggregates.registry import aggregates
from data_access.model import Entity, RecordRow
from data_access.simulator import transit, vehicles
from data_access.simulator.order import Order
from tests.data_access.aggregates.conftest import Table

CONGESTION, SPEED = "transport.congestion", "transport.speed"
CAMERAS, EVENTS, TRANSIT = "transport.cameras", "transport.camera_events", "transport.transit"
VEHICLES = "transport.vehicles"
SIGNALS = "transport.signals"
THEN = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the small lake's files were true
CHAIN = ("N20-N29", "N19-N20", "N18-N19", "N17-N18", "N16-N17")  # ring 1, link after link


def roads(table: Table, ratios: list[float], *, links: tuple[str, ...] = CHAIN) -> None:
    """Feed two detectors a link: the one way at `ratios` of 40 km/h, the other flowing."""
    known = table.city.network.links
    assert set(links) <= set(known), sorted(known)
    rows, entities = [], []
    for link in links:
        for way in ("forward", "backward"):
            name = f"{link}/{way}"
            about = {"link": link, "direction": way, "free_flow_kmh": 40.0}
            entities.append(Entity(name, name, 21.02, 105.84, "00070", about))
            for step, ratio in enumerate(reversed(ratios)):
                kmh = 0.4 * ratio if way == "forward" else 38.0
                rows.append(("speed_kmh", name, "00070", table.ago(minutes=5 * step), kmh))
    table.feed(SPEED, rows, entities=entities)


def test_r38_ten_falling_detectors_are_one_alert(table: Table) -> None:
    roads(table, [90, 70, 50, 28, 24, 22])
    envelope = table.build(CONGESTION)
    (item,) = envelope.payload["items"]["active"]
    assert item["title"]["en"].endswith("and 4 more links")
    assert item["severity"] == "warning"
    assert item["atMs"] == table.ago(minutes=10).timestamp() * 1000
    assert envelope.payload["numbers"]["jams"]["value"] == 1
    assert envelope.owner == table.city.datasets[SPEED].owner


def test_r38_it_keeps_its_name_while_it_grows_and_shrinks(table: Table) -> None:
    roads(table, [90, 25, 25, 25], links=CHAIN[:1])
    (alone,) = table.build(CONGESTION).payload["items"]["active"]
    roads(table, [90, 90, 25, 25], links=CHAIN[1:])
    (grown,) = table.build(CONGESTION).payload["items"]["active"]
    assert alone["id"] == grown["id"]
    assert alone["atMs"] == grown["atMs"]


def test_r38_it_clears_by_itself_and_not_at_the_first_better_value(table: Table) -> None:
    roads(table, [25, 25, 25, 60])
    assert len(table.build(CONGESTION).payload["items"]["active"]) == 1
    roads(table, [25, 25, 25, 60, 62, 64])
    assert table.build(CONGESTION).payload["items"]["active"] == []
    assert table.numbers(CONGESTION)["jams"]["status"] == "normal"


def test_r38_jams_that_do_not_meet_are_two(table: Table) -> None:
    roads(table, [90, 25, 25], links=("N20-N29", "N16-N17"))
    assert len(table.build(CONGESTION).payload["items"]["active"]) == 2


def test_r38_a_city_that_says_no_limit_has_no_jam(table: Table) -> None:
    table.without_limits()
    roads(table, [5, 5, 5])
    envelope = table.build(CONGESTION)
    assert envelope.payload["items"]["active"] == []
    for name in ("jams", "longest"):
        figure = envelope.payload["numbers"][name]
        assert (figure["value"], figure["note"]["en"]) == (None, "no threshold set")


def at_the_time_of_the_files(table: Table) -> None:
    table.now = THEN


def test_r37_a_camera_that_is_not_sure_is_marked_and_counts_for_nothing(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(CAMERAS)
    payload = table.build(CAMERAS).payload
    numbers = payload["numbers"]
    assert (numbers["queue"]["value"], numbers["queue"]["status"]) == (210, "caution")
    assert numbers["queue"]["note"]["vi"] == "Nút thử một"
    assert numbers["flow"]["value"] == 2100
    assert (numbers["unsure"]["value"], numbers["unsure"]["status"]) == (1, "caution")
    rows = {row["name"]: row for row in payload["tables"]["cameras"]["rows"]}
    assert (rows["Nút thử hai"]["suspect"], rows["Nút thử hai"]["queue"]) == (True, 900)
    assert rows["Nút thử hai"]["doubt"]["en"] == "low confidence"
    assert rows["Nút thử một"]["suspect"] is False
    assert set(payload["maps"]["cameras"]["values"]) == {"CAM-1"}


def test_r37_a_replayed_event_file_gives_place_kind_and_confidence(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(EVENTS)
    crash, wrong = table.build(EVENTS).payload["items"]["active"]
    assert (crash["title"]["en"], crash["severity"], crash["area"]) == ("Crash", "warning", "00070")
    assert crash["detail"]["en"] == "confidence 93%"
    assert crash["place"]["vi"] == "Nút thử một"
    assert wrong["title"]["en"] == "Wrong way (low confidence)"
    assert wrong["severity"] == "information"  # it alarms nobody
    assert table.numbers(EVENTS)["active"]["note"]["en"] == "1 in doubt"
    rows = table.reader.source_rows(EVENTS, entity="e1")
    assert rows[0]["body"]["image"] == "snapshots/e1.jpg"


def test_r37_each_event_is_a_marker_and_one_a_camera_is_not_sure_of_stands_apart(
    table: Table,
) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(EVENTS)
    layer = table.build(EVENTS).payload["maps"]["events"]
    assert layer["points"] == {"e1": [21.032, 105.8504], "e2": [21.0385, 105.8381]}
    assert {name: each["band"] for name, each in layer["values"].items()} == {
        "e1": "grave",
        "e2": "unsure",
    }
    assert layer["values"]["e2"]["label"]["en"] == "Wrong way (low confidence)"
    assert layer["worst"][0] == "e1"
    shapes = {each.id: each.shape for each in table.city.scales[layer["scale"]].bands}
    assert len(set(shapes.values())) == len(shapes)  # colour is never alone


def seen(table: Table, record: Callable[..., RecordRow], name: str, **more: Any) -> RecordRow:
    """Return a crash that a camera has seen two minutes ago."""
    body = {"category": "crash", "camera": "CAM-1", "confidence": 0.9, **more.pop("body", {})}
    return record(name, more.pop("at", table.ago(minutes=2)), body=body, **more)


def test_r37_what_a_camera_tells_again_and_again_is_one_event(
    table: Table, record: Callable[..., RecordRow]
) -> None:
    """500 of one kind from one camera are one line; the surest of them speaks."""
    many = [seen(table, record, f"a{n:03}", body={"confidence": 0.3}) for n in range(499)]
    later = table.ago(minutes=1)
    table.feed(EVENTS, records=[
        *many,
        seen(table, record, "sure", at=later),
        seen(table, record, "flood", body={"category": "flood"}),
        seen(table, record, "other", body={"camera": "CAM-2"}),
    ])  # fmt: skip
    payload = table.build(EVENTS).payload
    assert payload["numbers"]["active"]["value"] == 3
    items = {each["id"]: each for each in payload["items"]["active"]}
    assert set(items) == {"sure", "flood", "other"}
    assert items["sure"]["detail"]["en"] == "confidence 90% · told 500 times"
    assert items["sure"]["severity"] == "warning"
    assert items["other"]["detail"]["en"] == "confidence 90%"


def test_r37_what_a_camera_whose_clock_is_ahead_tells_is_seen_at_once(
    table: Table, record: Callable[..., RecordRow]
) -> None:
    table.feed(EVENTS, records=[
        seen(table, record, "near", at=table.ago(minutes=-3)),  # clocks differ by as much
        seen(table, record, "far", at=table.ago(minutes=-50), body={"camera": "CAM-2"}),
    ])  # fmt: skip
    items = {each["id"]: each for each in table.build(EVENTS).payload["items"]["active"]}
    now_ms = table.now.timestamp() * 1000
    assert (items["near"]["severity"], items["near"]["atMs"]) == ("warning", now_ms)
    assert items["far"]["title"]["en"] == "Crash (camera's clock is wrong)"
    assert items["far"]["severity"] == "information"
    rows = table.build(EVENTS).payload["tables"]["kinds"]["rows"]
    assert {row["name"]["en"]: row["events"] for row in rows}["Crash"] == 2


def test_r37_an_event_whose_end_was_lost_is_not_for_ever(
    table: Table, record: Callable[..., RecordRow]
) -> None:
    table.feed(EVENTS, records=[
        seen(table, record, "lost", at=table.ago(days=30)),
        seen(table, record, "lasting", at=table.ago(days=30), reported_at=table.ago(minutes=5),
             body={"camera": "CAM-2"}),
        seen(table, record, "planned", at=table.ago(hours=9), body={"camera": "CAM-3"},
             valid_to=table.now + timedelta(hours=1)),
    ])  # fmt: skip
    payload = table.build(EVENTS).payload
    assert {each["id"] for each in payload["items"]["active"]} == {"lasting", "planned"}
    assert payload["numbers"]["active"]["value"] == 2
    assert payload["numbers"]["active"]["note"]["en"] == ("0 in doubt · 1 never ended, not counted")


def test_r37_a_camera_that_fell_silent_is_not_counted(table: Table) -> None:
    place = Entity("CAM-9", "Xa", 21.02, 105.84, "00070")
    table.feed(
        CAMERAS,
        [
            ("vehicles_h", "CAM-9", "00070", table.ago(hours=2), 5000.0),
            ("vehicles_h", "CAM-8", "00070", table.ago(minutes=5), 1000.0),
            ("confidence", "CAM-8", "00070", table.ago(minutes=5), 90.0),
        ],
        entities=[place, replace(place, entity="CAM-8")],
    )
    assert table.numbers(CAMERAS)["flow"]["value"] == 1000


def test_r37_a_queue_that_was_told_long_ago_is_no_longer_the_longest(table: Table) -> None:
    table.feed(
        CAMERAS,
        [
            ("queue_m", "CAM-9", "00070", table.ago(hours=5), 900.0),
            ("vehicles_h", "CAM-9", "00070", table.ago(minutes=5), 1000.0),
            ("confidence", "CAM-9", "00070", table.ago(minutes=5), 90.0),
        ],
        entities=[Entity("CAM-9", "Xa", 21.02, 105.84, "00070")],
    )
    numbers = table.numbers(CAMERAS)
    assert (numbers["flow"]["value"], numbers["queue"]["value"]) == (1000, None)
    assert "note" not in numbers["queue"]


def test_r40_without_a_limit_nobody_is_in_time_or_late(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.without_limits()
    table.feed_files(TRANSIT)
    numbers = table.numbers(TRANSIT)
    assert numbers["late"]["label"]["en"] == "Late trips"
    for name in ("late", "on_time"):
        assert (numbers[name]["value"], numbers[name]["note"]["en"]) == (None, "no threshold set")
    table.feed_files(VEHICLES)
    late = table.numbers(VEHICLES)["late"]
    assert (late["value"], late["note"]["en"]) == (None, "no threshold set")


def test_r40_a_city_that_tells_only_where_its_buses_are_has_them_on_the_map(table: Table) -> None:
    at_the_time_of_the_files(table)
    buses = table.city.datasets[VEHICLES]
    table.city = replace(table.city, datasets={buses.id: buses})
    assert aggregates()[VEHICLES].is_for(table.city)
    table.feed_files(VEHICLES)
    layer = table.build(VEHICLES).payload["maps"]["vehicles"]
    assert len(layer["points"]) == table.numbers(VEHICLES)["vehicles"]["value"] > 0


def test_r40_buses_whose_delay_nobody_tells_are_not_in_time(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(VEHICLES)
    numbers = table.numbers(VEHICLES)
    assert numbers["vehicles"]["value"] > 0
    assert numbers["late"]["value"] is None


def test_r40_trips_more_than_ten_minutes_late_are_listed(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(TRANSIT)
    payload = table.build(TRANSIT).payload
    numbers = payload["numbers"]
    assert (numbers["running"]["value"], numbers["running"]["note"]["en"]) == (3, "1 cancelled")
    assert numbers["late"]["value"] == 2
    late = payload["tables"]["late"]["rows"]
    assert [(row["name"], row["stop"], row["delay"]) for row in late] == [
        ("R1", "Sơn Trà", 16.0),
        ("Cẩm Lệ - Hòa Vang", "Hòa Vang", 13.0),
    ]
    assert (numbers["on_time"]["value"], numbers["on_time"]["status"]) == (0.0, "critical")


def test_r40_a_trip_that_nothing_was_heard_of_is_not_under_way(table: Table) -> None:
    table.feed_files(TRANSIT)  # months later
    numbers = table.numbers(TRANSIT)
    assert (numbers["running"]["value"], numbers["on_time"]["value"]) == (0, None)


def test_r40_buses_move_on_the_map_and_are_coloured_by_their_delay(
    table: Table, tmp_path: Path
) -> None:
    order = Order(table.city, table.city.datasets[VEHICLES], 1, table.now)
    trips = replace(order, contract=table.city.datasets[TRANSIT])
    known = transit.lines(trips)
    planned = transit.departures(trips, known, order.today)
    shown = []
    for minutes in (0, 5):
        told = table.now = table.now + timedelta(minutes=minutes)
        for name, made in ((VEHICLES, vehicles), (TRANSIT, transit)):
            archive, file = tmp_path / "gtfs.zip", tmp_path / f"{name}-{minutes}.pb"
            archive.write_bytes(transit.timetable(trips, known))
            file.write_bytes(made.message(trips, planned, order.today, told))
            table.feed_files(name, [archive, file])
        envelope = table.build(VEHICLES)
        shown.append(envelope.payload["maps"]["vehicles"])
        count = envelope.payload["numbers"]["vehicles"]["value"]
        assert count == len(shown[-1]["points"]) > 0
    both = shown[0]["points"].keys() & shown[1]["points"].keys()
    moved = [bus for bus in both if shown[0]["points"][bus] != shown[1]["points"][bus]]
    assert len(moved) > len(both) / 2 > 1  # some stand in traffic
    late = shown[1]["values"]
    assert late.keys() == shown[1]["points"].keys()
    assert {each["band"] for each in late.values()} <= {"on_time", "late", "very_late"}
    table.now += timedelta(minutes=21)  # nothing more is heard
    assert table.build(VEHICLES).payload["maps"]["vehicles"]["points"] == {}


def test_r39_the_plan_of_each_junction_is_shown_beside_its_queue(table: Table) -> None:
    at_the_time_of_the_files(table)
    table.feed_files(SIGNALS)
    table.feed_files(CAMERAS)
    payload = table.build(SIGNALS).payload
    one, two, three = sorted(payload["tables"]["running"]["rows"], key=lambda row: row["cycle"])[
        ::-1
    ]
    assert (one["name"]["vi"], one["plan"], one["splits"]) == (
        "Nút thử một", "Cao điểm", "60-45-30",
    )  # fmt: skip
    assert (one["cycle"], one["offset"], one["queue"]) == (135, 20, 210)
    assert (two["cycle"], two["suspect"], three["suspect"]) == (110, False, True)
    assert three["doubt"]["en"] == "splits do not make the cycle"  # 50 and 40 of 100
    numbers = payload["numbers"]
    assert (numbers["junctions"]["value"], numbers["cycle"]["value"]) == (3, 110)
    assert (numbers["wrong"]["value"], numbers["wrong"]["status"]) == (2, "caution")
