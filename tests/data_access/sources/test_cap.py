"""CAP alerts: versions, wrappers, languages, tests, references, shapes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_access.city import City
from data_access.model import Batch, RecordRow
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, joined, reasons

ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>X</identifier>
<sender>s@vi-du.vn</sender><sent>2026-08-01T10:00:00+07:00</sent><status>{status}</status>
<msgType>{type}</msgType><scope>Public</scope>{more}</alert>"""


def _alert(status: str = "Actual", type: str = "Alert", more: str = "") -> str:
    return ALERT.format(status=status, type=type, more=more)


def _info(area: str = "", text: str = "") -> str:
    return (
        "<info><category>Met</category><event>Mưa</event><urgency>Expected</urgency>"
        f"<severity>Severe</severity><certainty>Likely</certainty>{text}"
        f"<area><areaDesc>Nơi nào đó</areaDesc>{area}</area></info>"
    )


def _versions(batch: Batch, identifier: str) -> list[RecordRow]:
    return [record for record in batch.records if record.record_id.endswith(f",{identifier}")]


def test_utc_written_as_minus_zero_and_local_offsets_are_the_same_clock(read_small: Reader) -> None:
    storm, *_ = _versions(read_small("security.alerts"), "STORM-1")
    assert storm.reported_at == datetime(2026, 8, 1, 3, tzinfo=UTC)
    assert storm.valid_to == datetime(2026, 8, 1, 10, tzinfo=UTC)  # the latest of its infos


def test_several_languages_are_one_alert_of_the_worst_severity(read_small: Reader) -> None:
    storm, *_ = _versions(read_small("security.alerts"), "STORM-1")
    assert storm.body["title"] == {
        "vi": "Cảnh báo mưa rất to khu vực nội thành",
        "en": "Very heavy rain in the inner city",
    }
    assert storm.body["severity"] == "extreme"
    assert storm.body["note"] == ""  # an empty element


def test_polygons_are_turned_to_lon_lat_and_equal_ones_are_one(read_small: Reader) -> None:
    storm, *_ = _versions(read_small("security.alerts"), "STORM-1")
    assert storm.geometry is not None
    assert storm.geometry["type"] == "Polygon"
    assert storm.geometry["coordinates"][0][0] == [105.80, 21.00]
    assert storm.area == "city"  # it reaches into several units


def test_an_update_replaces_and_a_cancel_cancels_what_they_refer_to(read_small: Reader) -> None:
    batch = read_small("security.alerts")
    assert [record.status for record in _versions(batch, "STORM-1")] == ["open", "replaced"]
    assert [record.status for record in _versions(batch, "STORM-2")] == ["open", "cancelled"]
    assert _versions(batch, "STORM-3") == []  # a Cancel is no alert itself
    replaced = _versions(batch, "STORM-1")[1]
    assert replaced.body["title"]["vi"].startswith("Cảnh báo")
    assert replaced.valid_to == replaced.reported_at == datetime(2026, 8, 1, 5, tzinfo=UTC)


def test_a_reference_to_an_alert_never_seen_ends_it_all_the_same(read_small: Reader) -> None:
    (old,) = _versions(read_small("security.alerts"), "OLD-9")
    assert (old.status, old.body["ended_by"]) == ("replaced", "canh.bao@vi-du.vn,STORM-2")


def test_an_alert_without_expiry_lives_as_long_as_the_option_says(read_file: Reader) -> None:
    (record,) = read_file("security.alerts", _alert(more=_info()), lifetime="PT6H").records
    assert record.valid_to == record.reported_at + timedelta(hours=6)


def test_a_geocode_with_a_unit_s_code_names_the_unit(read_small: Reader) -> None:
    assert _versions(read_small("security.alerts"), "STORM-2")[0].area == "00070"


def test_an_exercise_is_never_actual(read_small: Reader) -> None:
    (drill,) = _versions(read_small("security.alerts"), "DRILL-1")
    assert (drill.body["actual"], drill.body["cap_status"]) == (False, "exercise")
    assert drill.area == "city"  # by the city's name
    assert drill.geometry == {"type": "Point", "coordinates": [-173.274, -16.053]}  # radius 0


@pytest.mark.parametrize("status", ["Exercise", "System", "Test"])
def test_only_actual_alerts_are_actual(read_file: Reader, status: str) -> None:
    (record,) = read_file("security.alerts", _alert(status=status, more=_info())).records
    assert record.body["actual"] is False


@pytest.mark.parametrize(
    "text",
    [
        "<description>This is a test - only.</description>",
        "<headline>THIS IS ONLY A TEST</headline>",
        "<description>Đây là bản tin thử nghiệm</description>",
        "<instruction>This is a drill</instruction>",
        "<headline>Required Weekly Test</headline>",
        "<eventCode><valueName>SAME</valueName><value>DMO</value></eventCode>",
    ],
)
def test_an_alert_that_calls_itself_a_test_is_not_actual_whatever_its_status(
    read_file: Reader, text: str
) -> None:
    (record,) = read_file("security.alerts", _alert(more=_info(text=text))).records
    assert record.body["cap_status"] == "actual"
    assert (record.body["actual"], record.body["says_test"]) == (False, True)


@pytest.mark.parametrize("words", ["A contest", "Tests of water were good", "Kiểm tra nước"])
def test_an_alert_that_speaks_of_tests_is_none_itself(read_file: Reader, words: str) -> None:
    text = f"<description>{words}</description>"
    (record,) = read_file("security.alerts", _alert(more=_info(text=text))).records
    assert record.body["actual"] is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<expires>2026-08-01T09:00:00+07:00</expires>", "endsBeforeStart"),  # before it was sent
        (
            "<onset>2026-08-02T10:00:00+07:00</onset><expires>2026-08-01T11:00:00+07:00</expires>",
            "endsBeforeStart",
        ),
        ("<expires>203-08-01T11:00:00+07:00</expires>", "badTime"),
        ("<expires>2026-08-01T11:00:00</expires>", "badTime"),  # without its offset
    ],
)
def test_an_end_that_cannot_be_is_left_out_and_counted(
    read_file: Reader, text: str, reason: str
) -> None:
    batch = read_file("security.alerts", _alert(more=_info(text=text)), lifetime="PT6H")
    (record,) = batch.records
    assert [each.reason for each in batch.rejected] == [reason]
    assert record.valid_to == record.reported_at + timedelta(hours=6)


def test_a_feed_without_entries_says_that_nothing_is_in_force(read_file: Reader) -> None:
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Alerts</title>{}</feed>'
    batch = read_file("security.alerts", feed.format(""))
    assert (batch.records, batch.rejected) == ([], [])
    entry = '<entry><id>1</id><link href="https://vi-du.vn/1.cap"/></entry>'
    batch = read_file("security.alerts", feed.format(entry))
    assert [each.reason for each in batch.rejected] == ["notEmbedded"]


def test_alerts_inside_atom_are_found_and_bad_ones_refused_alone(read_small: Reader) -> None:
    batch = read_small("security.alerts")
    (quake,) = _versions(batch, "QUAKE-1")
    assert quake.body["says_test"]
    assert quake.area is None
    assert reasons(batch) == {"wrapped.atom#2": "badTime", "wrapped.atom#3": "draft"}


def test_a_circle_becomes_a_ring_of_its_radius(read_file: Reader) -> None:
    more = _info("<circle>21.0,105.8 11.1195</circle>")
    (record,) = read_file("security.alerts", _alert(more=more)).records
    assert record.geometry is not None
    (ring,) = record.geometry["coordinates"]
    assert ring[0] == ring[-1]
    assert max(lat for _, lat in ring) == pytest.approx(21.1, abs=1e-3)


@pytest.mark.parametrize(
    "area",
    [
        "<polygon/>",
        "<polygon>21.0 105.8</polygon>",
        "<polygon>95,105.8 21,105.9 21.1,105.8</polygon>",
        "<circle>here</circle>",
        "<polygon>nan,nan nan,nan nan,nan</polygon>",
    ],
)
def test_a_damaged_shape_costs_the_shape_not_the_alert(read_file: Reader, area: str) -> None:
    batch = read_file("security.alerts", _alert(more=_info(area)))
    (record,) = batch.records
    assert record.geometry is None
    expected = set() if area == "<polygon/>" else {"badPlace"}  # an empty element says nothing
    assert {each.reason for each in batch.rejected} == expected


def test_an_alert_without_info_has_a_name_all_the_same(read_file: Reader) -> None:
    (record,) = read_file("security.alerts", _alert()).records
    assert record.body["title"] == {"en": "X"}
    assert record.body["severity"] == "unknown"


def test_acknowledgements_and_unknown_words_are_no_alerts(read_file: Reader) -> None:
    assert read_file("security.alerts", _alert(type="Ack")).records == []
    batch = read_file("security.alerts", _alert(status="Perhaps"))
    assert reasons(batch) == {"file.dat#1": "unknownStatus"}


@pytest.mark.real_files
def test_the_real_alerts_are_read_in_order_of_sending(real_data: Path, city: City) -> None:
    contract = city.datasets["security.alerts"]
    files = contract.source.files(real_data)
    batch = joined(list(registry.read(files, contract=contract, city=city)))
    assert batch.rejected == []
    assert [record.reported_at for record in batch.records] == sorted(
        record.reported_at for record in batch.records
    )
    assert len([record for record in batch.records if record.status == "open"]) == 7
    by_file = {record.source_ref: record for record in batch.records if record.status == "open"}
    canada = by_file["canada.cap#1"]
    assert canada.body["says_test"]
    assert set(canada.body["title"]) == {"en", "fr"}
    assert set(by_file["cap_amber_alert_example.xml#1"].body["title"]) == {"en", "es"}
