"""DATEX II situations: the class is in xsi:type, the rest may come from anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.city import City
from data_access.errors import SourceWrongFormat
from data_access.sources import registry
from tests.conftest import SMALL_LAKE
from tests.data_access.sources.conftest import Reader, joined, reasons


def test_version_3_is_read_with_its_class_texts_and_place(read_small: Reader) -> None:
    accident = read_small("transport.situations", "situations_v3.xml").records[0]
    assert accident.record_id == "S1-1"
    assert accident.status == "open"
    assert accident.body["class"] == "Accident"
    assert accident.body["title"] == {"vi": "Tai nạn giao thông", "en": "Accident"}
    assert accident.body["comment"] == {"vi": "Va chạm hai xe", "en": "Two vehicles"}
    assert accident.body["kinds"] == ["collision"]
    assert accident.geometry == {"type": "Point", "coordinates": [105.8524, 21.0287]}
    assert accident.area == "00070"
    assert accident.reported_at == datetime(2026, 11, 20, 4, 45, tzinfo=UTC)
    assert accident.valid_from == datetime(2026, 11, 20, 4, 20, tzinfo=UTC)


def test_a_class_of_a_foreign_namespace_is_kept_by_its_own_name(read_small: Reader) -> None:
    strange = read_small("transport.situations", "situations_v3.xml").records[1]
    assert strange.body["class"] == "RaoChan"
    assert strange.status == "closed"  # lifeCycleManagement says its end


def test_situations_elsewhere_are_shown_on_a_road_here_and_marked(
    read_small: Reader, city: City
) -> None:
    strange = read_small("transport.situations", "situations_v3.xml").records[1]
    assert strange.body["placed"] == "demo"
    link = city.network.links[strange.body["link"]]
    assert strange.geometry == {
        "type": "LineString",
        "coordinates": [[link.start.lon, link.start.lat], [link.end.lon, link.end.lat]],
    }
    assert strange.area in city.areas.units


def test_or_left_where_they_are(read_file: Reader) -> None:
    content = (SMALL_LAKE / "transport" / "situations_v3.xml").read_bytes()
    strange = read_file("transport.situations", content, map_to_city=False).records[1]
    assert strange.area is None
    assert strange.geometry == {"type": "LineString", "coordinates": [[5.1, 52.1], [5.2, 52.2]]}


def test_a_record_without_class_or_id_is_refused(read_small: Reader) -> None:
    assert reasons(read_small("transport.situations", "situations_v3.xml")) == {
        "situations_v3.xml#S1-3": "unknownCode",
        "situations_v3.xml#S1": "emptyKey",
    }


def test_version_2_is_read_too_and_a_test_is_not_actual(read_small: Reader) -> None:
    (works,) = read_small("transport.situations", "situations_v2.xml").records
    assert works.body["class"] == "MaintenanceWorks"
    assert works.status == "suspended"
    assert works.body["actual"] is False
    assert works.reported_at == datetime(2026, 7, 14, 11, 5, tzinfo=UTC)  # of the publication
    assert works.valid_to == datetime(2026, 7, 31, 20, 59, 59, 999000, tzinfo=UTC)


def test_measured_data_in_the_same_feed_is_passed_over(read_small: Reader) -> None:
    batch = read_small("transport.situations", "situations_measured.xml")
    assert (batch.records, batch.rejected) == ([], [])


def test_versions_order_as_text(read_small: Reader) -> None:
    nine, ten = read_small("transport.situations", "situations_v3.xml").records
    assert nine.version < ten.version


def _situation(validity: str, place: str = "") -> str:
    return (
        '<d2:payload xmlns:d2="http://datex2.eu/schema/3/d2Payload" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="SituationPublication">'
        '<situation id="S"><situationRecord xsi:type="Accident" id="S-1" version="1">'
        "<situationRecordVersionTime>2026-11-20T04:45:00Z</situationRecordVersionTime>"
        f"<validity><validityTimeSpecification>{validity}</validityTimeSpecification></validity>"
        f"<locationReference>{place}</locationReference>"
        "</situationRecord></situation></d2:payload>"
    )


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-11-20T05:00:00Z", "2026-11-20T04:00:00Z", "endsBeforeStart"),
        ("2026-11-20T05:00:00Z", "203-11-20T04:00:00Z", "badTime"),
        ("2026-11-20T05:00:00Z", "soon", "badTime"),
    ],
)
def test_an_end_that_cannot_be_is_left_out_and_counted(
    read_file: Reader, start: str, end: str, reason: str
) -> None:
    said = f"<overallStartTime>{start}</overallStartTime><overallEndTime>{end}</overallEndTime>"
    batch = read_file("transport.situations", _situation(said))
    (record,) = batch.records
    assert (record.valid_to, record.body["ends_at"], record.body["flags"]) == (None, None, [reason])
    assert [each.reason for each in batch.rejected] == [reason]


@pytest.mark.parametrize(
    "name", ["pointCoordinates", "locationForDisplay", "coordinatesForDisplay"]
)
def test_a_point_is_found_wherever_the_versions_have_it(read_file: Reader, name: str) -> None:
    spot = f"<{name}><latitude>21.0287</latitude><longitude>105.8524</longitude></{name}>"
    (record,) = read_file("transport.situations", _situation("", spot)).records
    assert record.geometry == {"type": "Point", "coordinates": [105.8524, 21.0287]}
    assert record.area == "00070"


def test_other_xml_is_no_datex(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="a <feed>"):
        read_file("transport.situations", "<feed xmlns='http://www.w3.org/2005/Atom'/>")


@pytest.mark.real_files
def test_the_real_feeds_of_three_countries_are_read(real_data: Path, city: City) -> None:
    contract = city.datasets["transport.situations"]
    files = contract.source.files(real_data)
    assert {path.name for path in files} >= {"france_speeds.xml", "netherlands_situations.xml"}
    batch = joined(list(registry.read(files, contract=contract, city=city)))
    assert len(batch.records) == 14
    assert batch.rejected == []
    assert {record.body["class"] for record in batch.records} >= {
        "MaintenanceWorks",
        "RoadOrCarriagewayOrLaneManagement",
        "SpeedManagement",
    }
    assert all(record.body["placed"] == "demo" for record in batch.records)
