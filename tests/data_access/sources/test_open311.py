"""Citizens' requests: three wrappers, two clocks, another city's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City
from data_access.contract_check import check
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, joined, reasons


def _versions(batch: Batch, request: str) -> list[RecordRow]:
    return [record for record in batch.records if record.record_id == request]


def _one(read_file: Reader, **fields: Any) -> RecordRow:
    request = {
        "service_request_id": "1",
        "status": "open",
        "service_name": "Pothole",
        "requested_datetime": "2026-11-01T10:00:00+07:00",
        "lat": 21.0287,
        "long": 105.8524,
    }
    record = read_file("feedback.requests", json.dumps([request | fields])).records[-1]
    assert isinstance(record, RecordRow)
    return record


def test_a_closed_request_is_opened_and_then_closed(read_small: Reader) -> None:
    opened, closed = _versions(read_small("feedback.requests"), "A-2")
    assert (opened.status, closed.status) == ("open", "closed")
    assert opened.version < closed.version
    assert opened.reported_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    # The note that says so, not the last update; -06:00 then.
    assert closed.reported_at == closed.valid_to == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert opened.body["closed_at"] is None
    assert closed.body["closed_at"] == "2026-03-04T16:00:00+00:00"


def test_empty_texts_are_absent(read_small: Reader) -> None:
    (request,) = _versions(read_small("feedback.requests"), "A-1")
    assert (
        request.body["description"] is request.body["media_url"] is request.body["address"] is None
    )


def test_a_service_code_stays_text(read_small: Reader) -> None:
    batch = read_small("feedback.requests")
    assert _versions(batch, "638344")[0].body["service_code"] == "006"
    assert _versions(batch, "A-4")[0].body["service_code"] == "7"


def test_naive_times_are_of_the_zone_in_the_options(read_small: Reader) -> None:
    (request,) = _versions(read_small("feedback.requests"), "901")
    assert request.reported_at == datetime(2011, 6, 28, 12, 14, tzinfo=UTC)  # 05:14 PDT


def test_a_closing_before_the_opening_is_not_believed(read_small: Reader) -> None:
    batch = read_small("feedback.requests")
    (request,) = _versions(batch, "900")
    assert request.status == "closed"
    assert request.body["closed_at"] is request.valid_to is None
    assert request.body["flags"] == ["closedBeforeOpened"]
    assert reasons(batch)["requests_django.json#1"] == "closedBeforeOpened"


def test_requests_without_id_or_time_are_refused(read_small: Reader) -> None:
    found = reasons(read_small("feedback.requests"))
    assert found["requests_json.json#3"] == "badTime"
    assert found["requests_json.json#4"] == "emptyKey"


def test_a_request_elsewhere_is_shown_in_a_unit_here_always_the_same(
    read_small: Reader, city: City
) -> None:
    places = {(r.area, str(r.geometry)) for r in _versions(read_small("feedback.requests"), "A-2")}
    assert len(places) == 1
    request = _versions(read_small("feedback.requests"), "A-2")[0]
    assert request.area in city.areas.units
    assert request.body["placed"] == "demo"


def test_or_left_where_it_is(read_file: Reader) -> None:
    request = {"service_request_id": "1", "requested_datetime": "2026-11-01T10:00:00+07:00"}
    text = json.dumps([request | {"status": "open", "lat": 41.7, "long": -87.6}])
    (record,) = read_file("feedback.requests", text, map_to_city=False).records
    assert record.area is None
    assert "placed" not in record.body


def test_a_request_here_is_where_it_is(read_file: Reader) -> None:
    record = _one(read_file)
    assert record.area == "00070"
    assert "placed" not in record.body


@pytest.mark.parametrize(
    "position", [{"lat": 0, "long": 0}, {"lat": "", "long": None}, {"lat": 99}]
)
def test_no_position_is_no_area_unless_the_address_names_a_unit(
    read_file: Reader, position: dict[str, Any]
) -> None:
    assert _one(read_file, **position).area is None
    address = "12 ngõ 3, Phường Yên Hoà, Hà Nội"
    assert _one(read_file, **position, address=address).area == "00175"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Pothole in Street", "transport"),  # a street is no tree
        ("Sidewalk_Cleaning", "waste"),
        ("Sidewalk_Defect", "sidewalk"),
        ("Damaged_Tree", "trees"),
        ("Sewage_back_up", "drainage"),
        ("Rác thải - vệ sinh", "waste"),
        ("AN TOÀN THỰC PHẨM", "food"),
        ("Thoát nước - ngập", "drainage"),
        ("Something else", "other"),
        ("", "other"),
    ],
)
def test_services_get_the_city_s_categories(read_file: Reader, name: str, category: str) -> None:
    assert _one(read_file, service_name=name).body["category"] == category


def test_every_category_in_the_options_is_one_of_the_dataset(city: City) -> None:
    contract = city.datasets["feedback.requests"]
    named = set(contract.source.options["categories"].values())
    assert named | {contract.source.options["fallback"]} == set(contract.categories)


def test_a_status_nobody_knows_is_left_to_the_contract(read_file: Reader, city: City) -> None:
    batch = Batch(records=[_one(read_file, status="đang chờ")])
    contract = city.datasets["feedback.requests"]
    good = check(batch, contract, now=datetime(2026, 11, 2, tzinfo=UTC))
    assert [each.reason for each in good.rejected] == ["unknownStatus"]


def test_an_answer_without_requests_is_no_error(read_file: Reader) -> None:
    assert read_file("feedback.requests", "[]").records == []


def test_an_error_answer_is_one(read_file: Reader) -> None:
    answer = json.dumps([{"code": 404, "description": "no such jurisdiction"}])
    with pytest.raises(SourceWrongFormat, match="an error answer: no such jurisdiction"):
        read_file("feedback.requests", answer)


@pytest.mark.real_files
def test_the_real_fixture_and_chicago_are_read(real_data: Path, city: City) -> None:
    contract = city.datasets["feedback.requests"]
    files = contract.source.files(real_data)
    assert len(files) == 3
    batch = joined(list(registry.read(files, contract=contract, city=city)))
    now = max(record.reported_at for record in batch.records)
    good = check(batch, contract, now=now, areas=city.areas.codes)
    requests = {record.record_id for record in good.records}
    assert len(requests) == 500 + 25 + 2
    closed = {record.record_id for record in good.records if record.status == "closed"}
    assert len([each for each in closed if not each.startswith("14-")]) == 371
    assert {each.reason for each in good.rejected} == {"closedBeforeOpened"}
    assert len(good.rejected) == 38
    waste = {r.record_id for r in good.records if r.body["category"] == "waste"}
    assert len(waste) > 200
    assert len({r.area for r in good.records if r.area}) > 100


XML_REQUEST = """<?xml version="1.0"?><service_requests><request>
<service_request_id>7</service_request_id><status>closed</status><service_code>006</service_code>
<requested_datetime>2026-08-01T08:00:00+07:00</requested_datetime>
<updated_datetime>2026-08-09T08:00:00+07:00</updated_datetime>
<extended_attributes><channel>app</channel><ward>4</ward></extended_attributes>
<notes><note><datetime>2026-08-02T08:00:00+07:00</datetime><type>closed</type></note></notes>
</request></service_requests>"""
SERVICES = """<services><service><service_code>006</service_code>
<service_name>Damaged_Tree</service_name><group>Trees</group></service></services>"""


def test_a_list_of_services_names_what_a_request_has_only_the_code_of(
    city: City, tmp_path: Path
) -> None:
    for services, name in (
        (SERVICES, "services.xml"),
        ('[{"service_code": "006", "service_name": "Damaged_Tree", "group": "Trees"}]', "s.json"),
    ):
        (tmp_path / "requests.xml").write_text(XML_REQUEST)
        (tmp_path / name).write_text(services)
        files = [tmp_path / "requests.xml", tmp_path / name]
        contract = city.datasets["feedback.requests"]
        batch = joined(list(registry.read(files, contract=contract, city=city)))
        assert batch.records[0].body["service_name"] == "Damaged_Tree"
        assert batch.records[0].body["category"] == "trees"
        assert not batch.rejected


def test_notes_and_extended_attributes_are_read_in_xml_too(read_file: Reader) -> None:
    extended = {"their_ward": "ward", "absent": "zip"}
    batch = read_file("feedback.requests", XML_REQUEST, extended=extended)
    opened, closed = batch.records
    assert closed.reported_at == datetime(2026, 8, 2, 1, tzinfo=UTC)  # by its note
    assert (opened.body["channel"], opened.body["their_ward"]) == ("app", "4")
    assert opened.body["absent"] is None


@pytest.mark.parametrize(
    "text",
    [
        "<errors><error><code>404</code><description>no such id</description></error></errors>",
        '{"errors": [{"code": 404, "description": "no such id"}]}',
    ],
)
def test_an_error_answer_is_refused_in_its_own_words(read_file: Reader, text: str) -> None:
    with pytest.raises(SourceWrongFormat, match=r"an error answer: .*no such id"):
        read_file("feedback.requests", text)


@pytest.mark.real_files
def test_the_real_lists_of_services_are_read(real_data: Path, city: City) -> None:
    contract = city.datasets["feedback.requests"]
    folder = real_data / "feedback"
    files = [
        folder / n for n in ("sf_services.xml", "service_list.json", "sf_service_requests.xml")
    ]
    batch = joined(list(registry.read(files, contract=contract, city=city)))
    assert batch.records
    assert {each.reason for each in batch.rejected} <= {"closedBeforeOpened", "badTime"}
