"""R05: what was told before the reform of 2025-07-01 joins today's units, in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City, load_city
from data_access.contract_check import check
from data_access.contracts import SourceSpec
from data_access.errors import CityError
from data_access.messages import Message
from data_access.model import Batch
from data_access.old_units import read_old_units
from data_access.sources.registry import read
from tests.conftest import ROOT

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


def test_each_unit_of_today_came_of_old_ones_and_each_old_one_is_somewhere(city: City) -> None:
    old = city.areas.before.by_code.values()
    assert len(old) == 526
    assert {code for unit in old for code in unit.became} == city.areas.codes
    assert {unit.valid_to for unit in old} == {unit.valid_from for unit in city.areas}


@pytest.mark.parametrize(
    ("word", "on", "area"),
    [
        ("00013", BEFORE, "00004"),  # Quán Thánh, whole in Ba Đình
        ("Phường Quán Thánh", BEFORE, "00004"),
        ("Quan Thanh", BEFORE, "00004"),
        ("00013", SINCE, None),  # no unit any more
        ("Ngọc Hà", SINCE, "00008"),  # one name, two units …
        ("Ngọc Hà", BEFORE, "city"),  # … and the old one was divided
        ("Xã Quang Trung", BEFORE, "city"),  # with its kind one of two, and that was divided
        ("P. Quán Thánh", BEFORE, "00004"),
        ("Quang Trung", BEFORE, None),  # without it nobody knows which
        ("Từ Liêm", BEFORE, "00592"),  # only today's has the name
    ],
)
def test_a_code_or_name_means_what_it_meant_on_its_day(
    city: City, word: str, on: date, area: str | None
) -> None:
    found = city.areas.meant(word, on=on)
    assert (None if found is None else found.area) == area


def test_r05_history_by_old_units_joins_that_of_today(city: City, tmp_path: Path) -> None:
    contract = city.datasets["food.safety"]
    name = next(iter(contract.indicators))
    options = {"time": "day", "area": "ward", "values": {name: "n"}}
    source = SourceSpec(format="table", paths=("*.csv",), options=options)
    contract = replace(contract, source=source)
    file = tmp_path / "history.csv"
    rows = [
        ("2025-06-30", "00013", 2),  # Quán Thánh …
        ("2025-06-30", "00004", 3),  # … and Trúc Bạch, both in Ba Đình, whose code is 00004 too
        ("2025-06-30", "00016", 4),  # Ngọc Hà, divided between two
        ("2025-07-01", "00004", 6),
        ("2025-07-01", "00013", 7),  # nobody may say that any more
    ]
    file.write_text("day,ward,n\n" + "".join(f"{d},{w},{n}\n" for d, w, n in rows))
    (batch,) = read([file], contract=contract, city=city)
    assert batch.observations is not None
    found = batch.observations[["entity", "area", "value"]].itertuples(index=False, name=None)
    assert list(found) == [
        ("00013@2025-07-01", "00004", 2.0),
        ("00004@2025-07-01", "00004", 3.0),
        ("00016@2025-07-01", "city", 4.0),
        ("00004", "00004", 6.0),
        ("00013", "00013", 7.0),
    ]
    now = datetime(2025, 7, 2, tzinfo=UTC)
    checked = check(batch, contract, now=now, areas=city.areas.codes)
    assert [each.reason for each in checked.rejected] == ["unknownArea"]


def test_a_crosswalk_to_a_unit_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "areas_before.csv").write_text(
        "code,name,kind,valid_to,became\n1,A,xã,2025-07-01,99999\n", "utf-8"
    )
    with pytest.raises(CityError, match=r"line 2.*99999 is no unit"):
        read_old_units(tmp_path / "areas_before.csv", {"00004"})


def test_r05_a_register_of_visits_adds_up_old_units_in_that_of_today(
    city: City, tmp_path: Path
) -> None:
    file = tmp_path / "register.csv"
    heading = "Ngày,Mã đơn vị,Đơn vị,Số cơ sở kiểm tra,Số cơ sở vi phạm"
    rows = ["30/06/2025,00013,,4,1", "30/06/2025,,Phường Trúc Bạch,5,0", "30/06/2025,00016,,3,1"]
    file.write_text("\n".join([heading, *rows, ""]), "utf-8")
    contract = city.datasets["food.safety"]
    (batch,) = read([file], contract=contract, city=city)
    assert batch.rejected == []
    assert batch.observations is not None
    found = batch.observations[batch.observations["indicator"] == "inspections"]
    assert dict(zip(found["area"], found["value"], strict=True)) == {"00004": 9.0, "city": 3.0}


# The same units, told in each format: of the day before, of the day itself
QUAN_THANH, NGOC_HA = "Phường Quán Thánh", "Phường Ngọc Hà"  # whole in Ba Đình; divided
CASES = [
    (QUAN_THANH, BEFORE, "00004", "00013@2025-07-01"),
    ("00013", BEFORE, "00004", "00013@2025-07-01"),
    (NGOC_HA, BEFORE, "city", "00016@2025-07-01"),
    (NGOC_HA, SINCE, "00008", None),
    ("Ba Đình", SINCE, "00004", None),
]
NAMED = [case for case in CASES if not case[0].isdecimal()]  # an address's numbers are of doors


def _read(city: City, dataset: str, format_id: str, path: Path, **options: Any) -> Batch:
    spec = SourceSpec(format=format_id, paths=("*",), options=options)
    (batch,) = read([path], contract=replace(city.datasets[dataset], source=spec), city=city)
    return batch


def _instant(on: date) -> str:
    return f"{on.isoformat()}T12:00:00+07:00"


@pytest.mark.parametrize(("word", "on", "area", "then"), CASES)
def test_ngsi_entities_join(
    city: City, tmp_path: Path, word: str, on: date, area: str, then: str | None
) -> None:
    path = tmp_path / "entity.json"
    entity = {"id": "urn:x:1", "type": "X", "ward": word, "at": _instant(on), "no2": 5}
    path.write_text(json.dumps(entity), "utf-8")
    record = {"starts": ["at"], "reported": ["at"], "opens_as": "open"}
    asked = {"area": ["ward"], "observed": ["at"], "numbers": {"no2": "no2"}, "record": record}
    batch = _read(city, "environment.air", "ngsi", path, **asked)
    assert batch.observations is not None
    assert set(batch.observations["area"]) == {area}
    assert [(each.area, each.body.get("area_then")) for each in batch.records] == [(area, then)]


@pytest.mark.parametrize(("word", "on", "area", "then"), NAMED)
def test_open311_addresses_join(
    city: City, tmp_path: Path, word: str, on: date, area: str, then: str | None
) -> None:
    path = tmp_path / "requests.json"
    asked = {
        "service_request_id": "1", "status": "open", "service_name": "Pothole",
        "requested_datetime": _instant(on), "address": f"Ngõ 5, {word}, Hà Nội",
    }  # fmt: skip
    path.write_text(json.dumps([asked]), "utf-8")
    batch = _read(city, "feedback.requests", "open311", path)
    assert [(each.area, each.body.get("area_then")) for each in batch.records] == [(area, then)]


@pytest.mark.parametrize(("word", "on", "area", "then"), CASES)
def test_cap_alerts_join(
    city: City, tmp_path: Path, word: str, on: date, area: str, then: str | None
) -> None:
    where = f"<areaDesc>{word}</areaDesc>"
    if word.isdecimal():
        code = f"<geocode><valueName>GSO</valueName><value>{word}</value></geocode>"
        where = f"<areaDesc>Nơi nào đó</areaDesc>{code}"
    path = tmp_path / "alert.xml"
    path.write_text(
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>X</identifier>'
        f"<sender>s@vi-du.vn</sender><sent>{_instant(on)}</sent><status>Actual</status>"
        "<msgType>Alert</msgType><scope>Public</scope><info><category>Met</category>"
        "<event>Mưa</event><urgency>Expected</urgency><severity>Severe</severity>"
        f"<certainty>Likely</certainty><area>{where}</area></info></alert>",
        "utf-8",
    )
    batch = _read(city, "security.alerts", "cap", path)
    assert [(each.area, each.body.get("area_then")) for each in batch.records] == [(area, then)]


@pytest.mark.parametrize(("word", "on", "area", "then"), CASES)
def test_messages_of_sensors_join(
    city: City, tmp_path: Path, word: str, on: date, area: str, then: str | None
) -> None:
    path = tmp_path / "messages"
    said = json.dumps({"ts": _instant(on), "ward": word, "v": 7}).encode()
    path.write_bytes(Message("air/st-1", 1_795_000_000_000_000, said, 1).line())
    asked = {"topic": "air/{entity}", "time": "ts", "area": "ward", "values": {"pm25": "v"}}
    batch = _read(city, "environment.air", "sensor-json", path, **asked)
    assert batch.observations is not None
    assert set(batch.observations["area"]) == {area}


@pytest.mark.parametrize(("area_units", "area"), [("then", "city"), ("now", "00008")])
def test_statistics_join_by_their_period_unless_their_history_is_told_anew(
    city: City, tmp_path: Path, area_units: str, area: str
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE\nx,Phường Ngọc Hà,2024-Q3,7\n", "utf-8"
    )
    asked = {"indicators": {"pm25": {}}, "area_units": area_units}
    batch = _read(city, "environment.air", "sdmx", path, **asked)
    assert batch.observations is not None
    assert set(batch.observations["area"]) == {area}


@pytest.mark.parametrize("dated", ["the address", "the report"])
@pytest.mark.parametrize(("word", "on", "area", "then"), NAMED)
def test_addresses_of_fhir_join_by_when_they_were_written_down(
    city: City, tmp_path: Path, word: str, on: date, area: str, then: str | None, dated: str
) -> None:
    address = [{"text": f"Số 5, {word}", "city": "Hà Nội"}]
    hospital = {"resourceType": "Organization", "id": "bv", "name": "BV", "address": address}
    if dated == "the address":
        hospital["meta"] = {"lastUpdated": _instant(on)}
    report = {
        "resourceType": "MeasureReport", "id": "r", "status": "complete", "type": "summary",
        "measure": "https://x/EmergencyVisits", "reporter": {"reference": "Organization/bv"},
        "date": _instant(on) if dated == "the report" else "2026-01-01",
        "period": {"start": "2025-01-01"},
        "group": [{"population": [{"code": {"text": "initial-population"}, "count": 7}]}],
    }  # fmt: skip
    path = tmp_path / "report.ndjson"
    path.write_text(f"{json.dumps(hospital)}\n{json.dumps(report)}\n", "utf-8")
    options = city.datasets["health.capacity"].source.options
    batch = _read(city, "health.capacity", "fhir", path, **options)
    assert batch.observations is not None
    assert set(batch.observations["area"]) == {area}


@pytest.mark.parametrize(
    ("units", "areas"),
    [
        ("now", {"Thanh Xuân": "00367", "Ngọc Hà": "00008", "Quán Thánh": None}),
        ("then", {"Thanh Xuân": "00433", "Ngọc Hà": "city", "Quán Thánh": "00004"}),
    ],
)
def test_gauges_are_called_by_the_units_of_today_unless_an_export_is_of_before(
    city: City, tmp_path: Path, units: str, areas: dict[str, str | None]
) -> None:
    cells = [["Ngày", *areas], ["24/09/2021", "1", "2", "3"]]
    rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    path = tmp_path / "rain.xls"
    path.write_text(f"<table>{rows}</table>", "utf-8")
    batch = _read(city, "environment.rain", "rain-html", path, units=units)
    assert {each.entity: each.area for each in batch.entities} == areas
    assert all((each.lat is None) == (each.area in (None, "city")) for each in batch.entities)


def test_history_in_the_units_of_today_stays_as_it_is(city: City, tmp_path: Path) -> None:
    path = tmp_path / "messages"
    said = json.dumps({"ts": _instant(BEFORE), "ward": NGOC_HA, "v": 7}).encode()
    path.write_bytes(Message("air/st-1", 1_795_000_000_000_000, said, 1).line())
    asked = {"topic": "air/{entity}", "time": "ts", "area": "ward", "values": {"pm25": "v"}}
    batch = _read(city, "environment.air", "sensor-json", path, units="now", **asked)
    assert batch.observations is not None
    assert set(batch.observations["area"]) == {"00008"}


def test_a_name_that_several_units_had_is_refused_and_not_taken_for_todays(
    city: City, tmp_path: Path
) -> None:
    path = tmp_path / "messages"
    said = json.dumps({"ts": _instant(BEFORE), "ward": "Quang Trung", "v": 7}).encode()
    path.write_bytes(Message("air/st-1", 1_795_000_000_000_000, said, 1).line())
    asked = {"topic": "air/{entity}", "time": "ts", "area": "ward", "values": {"pm25": "v"}}
    batch = _read(city, "environment.air", "sensor-json", path, **asked)
    checked = check(
        batch, city.datasets["environment.air"], now=datetime(2025, 7, 2, tzinfo=UTC),
        areas=city.areas.codes,
    )  # fmt: skip
    assert [each.reason for each in checked.rejected] == ["unknownArea"]
