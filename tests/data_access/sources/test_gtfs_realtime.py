"""What moves: vehicles, trips, delays and alerts of GTFS-Realtime in all its encodings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format, text_format
from google.transit import gtfs_realtime_pb2

from data_access.errors import SchemaChanged, SourceWrongFormat
from data_access.model import RecordRow
from data_access.reading import Reading
from data_access.sources import gtfs_feed, registry
from tests.data_access.sources.conftest import DANANG_LAKE, Reader, home, joined, values

NOW = datetime(2026, 8, 1, 0, 10, tzinfo=UTC)
HEADER = 'header { gtfs_realtime_version: "2.0" timestamp: 1785543000 }'


def _message() -> Any:
    text = (DANANG_LAKE / "transport" / "buses.asciipb").read_text()
    return text_format.Parse(text, gtfs_realtime_pb2.FeedMessage())


def _records(read_small: Reader, dataset: str) -> dict[str, RecordRow]:
    return {record.record_id: record for record in read_small(dataset).records}


@pytest.mark.parametrize("encoding", ["protobuf", "text", "JSON"])
def test_a_message_says_the_same_in_every_encoding(read_file: Reader, encoding: str) -> None:
    content = {
        "protobuf": _message().SerializeToString(),
        "text": text_format.MessageToString(_message()).encode(),
        "JSON": json_format.MessageToJson(_message()).encode(),
    }[encoding]
    batch = read_file("transport.buses", content)
    assert [record.record_id for record in batch.records] == ["43B-1", "43B-4"]
    assert [each.reason for each in batch.rejected] == ["badPlace", "badTime", "badField"]


def test_a_vehicle_has_its_place_speed_and_the_names_of_the_timetable(read_small: Reader) -> None:
    bus = _records(read_small, "transport.buses")["43B-1"]
    assert bus.area == "20242"
    assert bus.geometry == {"type": "Point", "coordinates": [108.224098, 16.068501]}
    assert bus.body["speed_kmh"] == 18
    assert (bus.body["route"], bus.body["headsign"], bus.body["stop"]) == (
        "R1",
        "Sơn Trà",
        "Sơn Trà",
    )
    assert bus.body["occupancy"] == "standing_room_only"
    assert bus.valid_to is not None
    assert (bus.valid_to - bus.reported_at).total_seconds() == 300


def test_what_cannot_be_is_left_out_and_counted(read_small: Reader) -> None:
    refused = {
        each.source_ref: each.reason
        for each in read_small("transport.buses").rejected
        if "asciipb" in each.source_ref
    }
    assert refused == {
        "buses.asciipb#v2": "badPlace",  # 0° 0°
        "buses.asciipb#v3": "badTime",  # milliseconds
        "buses.asciipb#v4": "badField",  # 220 m/s
    }
    assert _records(read_small, "transport.buses")["43B-4"].body["speed_kmh"] is None


def test_a_message_without_any_time_is_refused_entity_by_entity(read_file: Reader) -> None:
    text = _message()
    text.header.ClearField("timestamp")
    batch = read_file("transport.buses", text.SerializeToString())
    assert [record.record_id for record in batch.records] == ["43B-1"]  # says its own
    assert "noTime" in {each.reason for each in batch.rejected}


def test_a_delay_is_told_or_computed_from_the_timetable(read_small: Reader) -> None:
    trips = _records(read_small, "transport.trips")
    assert trips["20260801/T1"].body["delay_s"] == 960  # 7:46 instead of 7:30, at the next stop
    assert trips["20260801/T1"].body["stop"] == "Sơn Trà"
    assert trips["20260801/T1"].area == "20263"
    assert trips["T2"].body["delay_s"] == -60
    assert trips["T3"].status == "cancelled"
    assert trips["?"].body["delay_s"] is None  # 25 hours


def test_without_a_timetable_only_what_is_told_counts(read_file: Reader) -> None:
    batch = read_file("transport.trips", _message().SerializeToString())
    delays = {record.record_id: record.body["delay_s"] for record in batch.records}
    assert delays["20260801/T1"] == 120
    assert batch.records[0].body["route"] == ""


def test_a_trip_without_a_date_is_of_the_day_that_is_nearest(
    read_file: Reader, tmp_path: Path
) -> None:
    text = (  # T2 is planned at 0:20 past midnight, and expected at 0:25
        'header { gtfs_realtime_version: "2.0" timestamp: 1785605100 } '
        'entity { id: "1" trip_update { trip { trip_id: "T2" } '
        "stop_time_update { stop_sequence: 2 arrival { time: 1785605100 } } } }"
    )
    city, lake = home("transport.trips")
    path = tmp_path / "one.asciipb"
    path.write_text(text)
    files = [lake / "transport" / "gtfs.zip", path]
    contract = city.datasets["transport.trips"]
    (trip,) = joined(list(registry.read(files, contract=contract, city=city))).records
    assert trip.body["delay_s"] == 300


def test_delays_are_means_by_route_as_of_the_message(read_small: Reader) -> None:
    batch = read_small("transport.delays")
    assert values(batch, indicator="bus_delay") == {"2026-08-01 07:10": 7.5}  # of 16 and -1 min
    assert values(batch, indicator="late_trips", entity="R1") == {"2026-08-01 07:10": 1}
    assert values(batch, indicator="running_trips", entity="R1") == {"2026-08-01 07:10": 2}
    assert values(batch, indicator="cancelled_trips", entity="R2") == {"2026-08-01 07:10": 1}
    names = {entity.entity: entity.name for entity in batch.entities}
    assert names == {"R1": "R1", "R2": "Cẩm Lệ - Hòa Vang"}


def test_delays_by_stop_lie_in_the_stop_s_unit() -> None:
    city, lake = home("transport.delays")
    contract = city.datasets["transport.delays"]
    options = {**contract.source.options, "by": "stop"}
    contract = replace(contract, source=replace(contract.source, options=options))
    batch = joined(list(registry.read(contract.source.files(lake), contract=contract, city=city)))
    assert values(batch, indicator="bus_delay", area="20263") == {"2026-08-01 07:10": 16}
    assert {entity.entity: entity.name for entity in batch.entities} == {
        "A": "Chợ Hàn",
        "B": "Sơn Trà",
    }


def test_an_alert_speaks_its_languages_and_lives_until_its_period_ends(read_small: Reader) -> None:
    alert = _records(read_small, "transport.bus_alerts")["a1"]
    assert alert.body["title"] == {"vi": "Đổi hướng tuyến R1", "en": "Route R1 diverted"}
    assert alert.body["description"] == {"und": "Thi công"}
    assert (alert.body["effect"], alert.body["cause"]) == ("detour", "construction")
    assert (alert.body["routes"], alert.body["stops"]) == (["R1"], ["Chợ Hàn"])
    assert alert.area == "20242"
    assert alert.valid_to == datetime(2026, 8, 1, 2, tzinfo=UTC)
    reasons = {each.source_ref: each.reason for each in read_small("transport.bus_alerts").rejected}
    assert reasons["buses.asciipb#a1"] == "endsBeforeStart"


def test_a_deleted_alert_is_closed_and_one_without_end_lives_for_a_while(
    read_small: Reader, read_file: Reader
) -> None:
    gone = _records(read_small, "transport.bus_alerts")["a2"]
    assert (gone.status, gone.valid_to) == ("closed", NOW)
    text = f'{HEADER} entity {{ id: "1" alert {{ informed_entity {{ agency_id: "DB" }} }} }}'
    (alert,) = read_file("transport.bus_alerts", text).records
    assert alert.area == "city"
    assert alert.body["title"] == {"en": "unknown effect"}
    assert alert.valid_to == datetime(2026, 8, 1, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        b"\x0a\x05\x0a\x03\x31\x2e",  # cut off
        b'entity { id: "1" }',  # no header
        b'header { gtfs_realtime_version: "2.0" ',
        b'{"header": {"gtfsRealtimeVersion": 2}}',
        b'{"header": [1]}',
    ],
)
def test_what_is_no_message_is_refused(read_file: Reader, content: bytes) -> None:
    with pytest.raises(SourceWrongFormat, match="FeedMessage"):
        read_file("transport.buses", content)


@pytest.mark.real_files
def test_the_real_messages_are_read(real_data: Path) -> None:
    city, _ = home("transport.buses")
    read: dict[str, Any] = {}
    for dataset, name in (
        ("transport.bus_alerts", "alerts.asciipb"),
        ("transport.buses", "vehicle_position.pb"),
    ):
        path = real_data / "transport" / name
        contract = city.datasets[dataset]
        read[name] = joined(list(registry.read([path], contract=contract, city=city)))
    (alert,) = read["alerts.asciipb"].records
    assert alert.body["title"]["en"].startswith("Stop at Elm street is closed")
    assert alert.valid_to == datetime.fromtimestamp(1284468072, UTC)
    assert alert.body["stops"] == ["16230", "16299"]
    # The one vehicle of the other says no time, nor does its message: nobody knows when it was.
    assert [each.reason for each in read["vehicle_position.pb"].rejected] == ["noTime"]


def test_a_timetable_that_was_read_before_is_held_to_the_contract_like_one_that_was_not(
    tmp_path: Path,
) -> None:
    city, lake = home("transport.buses")
    contract = city.datasets["transport.buses"]
    promised = replace(contract, source=replace(contract.source, columns={"route_id": "text"}))
    files = [tmp_path / "gtfs.zip", tmp_path / "buses.json"]
    shutil.copy(next((lake / "transport").glob("gtfs*.zip")), files[0])
    files[1].write_text(json_format.MessageToJson(_message()))
    gtfs_feed._read.clear()
    first = Reading.of_payloads(files, promised, city, NOW, {})
    again = Reading.of_payloads(files, promised, city, NOW, first.schema)
    assert again.schema == first.schema
    assert any(name.endswith("/ route_id") for name in again.schema)
    gone = replace(promised, source=replace(promised.source, columns={"colour": "text"}))
    with pytest.raises(SchemaChanged, match="no colour"):
        Reading.of_payloads(files, gone, city, NOW, first.schema)
