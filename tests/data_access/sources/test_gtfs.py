"""Timetables: routes, days of service, times past midnight, and what is refused of an archive."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.errors import SourceWrongFormat
from data_access.model import RecordRow
from data_access.sources import registry
from tests.data_access.sources.conftest import DANANG_LAKE, Reader, home, joined


def _feed(**changed: str | None) -> bytes:
    """Return the small lake's archive with tables changed or left out."""
    with zipfile.ZipFile(DANANG_LAKE / "transport" / "gtfs.zip") as archive:
        tables = {info.filename: archive.read(info).decode() for info in archive.infolist()}
    for name, text in changed.items():
        tables[f"feed/{name}.txt"] = text or ""
        if text is None:
            del tables[f"feed/{name}.txt"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in tables.items():
            made.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


def _route(read_small: Reader, route_id: str) -> RecordRow:
    records = read_small("transport.routes").records
    return next(record for record in records if record.record_id == route_id)


def test_a_route_is_valid_while_it_has_service(read_small: Reader) -> None:
    route = _route(read_small, "R1")
    assert route.valid_from == datetime(2026, 5, 31, 17, tzinfo=UTC)  # 1 June here
    assert route.valid_to == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert route.reported_at == datetime(2026, 5, 30, 1, tzinfo=UTC)  # when it was packed
    assert route.body["title"]["vi"] == "R1 Hải Châu - Sơn Trà"
    assert route.body["class"] == "bus"


def test_frequencies_and_exceptions_count_in_a_weekday_s_departures(read_small: Reader) -> None:
    departures = _route(read_small, "R2").body["departures"]
    assert departures["monday"] == 8  # 6:00 to 10:00 every half hour
    assert departures["sunday"] == 1
    assert departures["wednesday"] == 7.8  # a public holiday runs as a Sunday


def test_a_day_ends_when_its_last_trip_arrives_past_midnight(read_small: Reader) -> None:
    route = _route(read_small, "R1")
    assert (route.body["first_s"], route.body["last_s"]) == (7 * 3600, 24 * 3600 + 20 * 60)


def test_a_route_is_drawn_along_its_shape_in_order_else_from_stop_to_stop(
    read_small: Reader,
) -> None:
    assert _route(read_small, "R1").geometry == {
        "type": "LineString",
        "coordinates": [[108.224, 16.068], [108.256, 16.108]],
    }
    assert _route(read_small, "R2").geometry == {
        "type": "LineString",
        "coordinates": [[108.199, 16.017], [108.09, 15.98]],
    }


def test_stops_are_entities_in_their_units(read_small: Reader) -> None:
    stops = {
        stop.entity: (stop.name, stop.area) for stop in read_small("transport.routes").entities
    }
    assert stops["A"] == ("Chợ Hàn", "20242")
    assert set(stops) == {"A", "B", "C", "D"}


def test_what_is_refused_is_named_by_table_and_line(read_small: Reader) -> None:
    batch = read_small("transport.routes")
    assert {each.source_ref.partition("#")[2]: each.reason for each in batch.rejected} == {
        "routes.txt:5": "emptyKey",
        "stops.txt:6": "badPlace",
        "calendar.txt:4": "endsBeforeStart",
        "calendar_dates.txt:4": "badTime",
        "trips.txt:6": "unknownCode",
        "stop_times.txt:10": "badTime",
        "stop_times.txt:11": "unknownCode",
        "frequencies.txt:3": "badTime",
        "shapes.txt:4": "badPlace",
        "routes.txt#R3": "noService",
    }


@pytest.mark.parametrize("table", ["routes", "stops", "trips", "stop_times"])
def test_an_archive_without_a_table_it_needs_is_refused(read_file: Reader, table: str) -> None:
    with pytest.raises(SourceWrongFormat, match=f"no {table}.txt"):
        read_file("transport.routes", _feed(**{table: None}))


def test_an_archive_without_any_calendar_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="no calendar"):
        read_file("transport.routes", _feed(calendar=None, calendar_dates=None))


def test_an_archive_that_names_only_dates_has_these_days(read_file: Reader) -> None:
    dates = "service_id,date,exception_type\nWK,20260803,1\nSU,20260802,1\n"
    batch = read_file("transport.routes", _feed(calendar=None, calendar_dates=dates))
    route = next(record for record in batch.records if record.record_id == "R1")
    assert route.valid_from == datetime(2026, 8, 2, 17, tzinfo=UTC)
    assert route.body["departures"] == dict.fromkeys(route.body["departures"], 0) | {"monday": 2}
    assert route.reported_at == route.valid_from  # the archive has no dates of its own


def test_an_agency_in_another_zone_keeps_its_clock(read_file: Reader) -> None:
    agency = "agency_name,agency_timezone\nX,Sao Hỏa\nY,Asia/Tokyo\n"
    batch = read_file("transport.routes", _feed(agency=agency))
    assert batch.records[0].valid_from == datetime(2026, 5, 31, 15, tzinfo=UTC)
    assert any(each.source_ref.endswith("agency.txt:2") for each in batch.rejected)


@pytest.mark.real_files
@pytest.mark.parametrize(
    ("name", "routes", "stops"), [("sample-feed-1", 5, 9), ("bullrunner-gtfs", 6, 125)]
)
def test_the_real_archives_are_read_whole(
    real_data: Path, name: str, routes: int, stops: int
) -> None:
    city, _ = home("transport.routes")
    path = real_data / "transport" / f"{name}.zip"
    contract = city.datasets["transport.routes"]
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    assert (len(batch.records), len(batch.entities)) == (routes, stops)
    assert not batch.rejected
    assert all(sum(record.body["departures"].values()) for record in batch.records)
