"""NGSI-LD and v2: every form of one entity, units, times, intervals, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.contracts import DatasetContract, Indicator
from data_access.model import Batch
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, home, joined, reasons, values

NO2, CO = {"unitCode": "GQ"}, {"unitCode": "GP"}
PLACE = {"type": "Point", "coordinates": [108.2201, 16.0641]}
WHEN = "2026-08-01T03:00:00Z"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"


def _ld(**more: Any) -> dict[str, Any]:
    return {
        "id": "urn:ngsi-ld:AirQualityObserved:HC-1",
        "type": "AirQualityObserved",
        "dateObserved": {"type": "Property", "value": {"@type": "DateTime", "@value": WHEN}},
        "NO2": {"type": "Property", "value": 69, **NO2},
        "CO": {"type": "Property", "value": 0.5, **CO},
        "relativeHumidity": {"type": "Property", "value": 0.54},
        "location": {"type": "GeoProperty", "value": PLACE},
        "@context": [CORE],
    } | more


def _v2(**more: Any) -> dict[str, Any]:
    return {
        "id": "HC-1",
        "type": "AirQualityObserved",
        "dateObserved": {"type": "DateTime", "value": WHEN, "metadata": {}},
        "no2": {"type": "Number", "value": 69, "metadata": {"unitCode": {"value": "GQ"}}},
        "co": {"type": "Number", "value": 0.5, "metadata": {"unitCode": {"value": "GP"}}},
        "relativeHumidity": {"type": "Number", "value": 0.54, "metadata": {}},
        "location": {"type": "geo:json", "value": PLACE, "metadata": {}},
    } | more


def _plain(**more: Any) -> dict[str, Any]:
    return {
        "id": "HC-1",
        "type": "AirQualityObserved",
        "dateObserved": WHEN,
        "no2": 69,
        "co": 0.5,
        "relativeHumidity": 0.54,
        "location": PLACE,
    } | more


def _feature() -> dict[str, Any]:
    entity = _ld()
    own = {key: entity.pop(key) for key in ("id", "type", "@context")}
    return {
        "id": own["id"],
        "type": "Feature",
        "geometry": {"type": "GeoProperty", "value": PLACE},
        "properties": {"type": own["type"], "@context": own["@context"], **entity},
    }


FORMS = {
    "LD normalized": _ld(),
    "LD with an inline context": {
        "nitro" if key == "NO2" else key: value for key, value in _ld().items()
    }
    | {"@context": [CORE, {"nitro": {"@id": "https://example.org/terms#NO2"}}]},
    "LD key-values": _plain() | {"id": "urn:ngsi-ld:AirQualityObserved:HC-1", "@context": CORE},
    "LD concise": _plain(
        no2={"value": 69, **NO2}, co={"value": 0.5, **CO}, location={"value": PLACE}
    ),
    "LD expanded": {
        "@id": "urn:ngsi-ld:AirQualityObserved:HC-1",
        "@type": ["https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"],
        "https://smartdatamodels.org/dateObserved": {"type": "Property", "value": WHEN},
        "https://smartdatamodels.org/dataModel.Environment/no2": {"type": "Property", "value": 69},
        "https://smartdatamodels.org/dataModel.Environment/co": {"type": "Property", "value": 0.5},
        "https://smartdatamodels.org/relativeHumidity": {"type": "Property", "value": 0.54},
        "https://uri.etsi.org/ngsi-ld/location": {"type": "GeoProperty", "value": PLACE},
    },
    "v2 normalized": _v2(),
    "v2 key-values": _plain(),
    "GeoJSON": _feature(),
    "a feature collection": {"type": "FeatureCollection", "features": [_feature()]},
    "LD notification": {
        "id": "urn:ngsi-ld:Notification:1",
        "type": "Notification",
        "subscriptionId": "urn:ngsi-ld:Subscription:1",
        "notifiedAt": "2026-08-01T03:00:01Z",
        "data": [_ld()],
    },
    "GeoJSON notification": {
        "id": "urn:ngsi-ld:Notification:2",
        "type": "Notification",
        "subscriptionId": "urn:ngsi-ld:Subscription:1",
        "notifiedAt": "2026-08-01T03:00:01Z",
        "data": {"type": "FeatureCollection", "features": [_feature()]},
    },
    "v2 notification": {"subscriptionId": "1", "data": [_v2()]},
    "v2 batch": {"actionType": "append", "entities": [_v2()]},
    "a list": [_ld()],
    "v2 with a simple place": _v2(location={"type": "geo:point", "value": "16.0641, 108.2201"}),
    "a place as text": _ld(location={"type": "GeoProperty", "value": json.dumps(PLACE)}),
}


def _all(batch: Batch) -> dict[str, tuple[str, str | None, datetime, float]]:
    assert batch.observations is not None
    return {
        row["indicator"]: (row["entity"], row["area"], row["observed_at"], round(row["value"], 9))
        for row in batch.observations.to_dict("records")
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_entity_gives_the_same_observations(read_file: Reader, form: str) -> None:
    at = datetime(2026, 8, 1, 3, tzinfo=UTC)
    batch = read_file(
        "environment.sensors",
        json.dumps(FORMS[form]),
        numbers={
            "no2": {"attributes": ["NO2"], "unit": "GQ"},
            "co": {"attributes": ["CO"], "unit": "GP"},
            "humidity": {"attributes": ["relativeHumidity"], "unit": "C62"},
        },
    )
    assert _all(batch) == {
        "no2": ("HC-1", "20242", at, 69),
        "co": ("HC-1", "20242", at, 500),
        "humidity": ("HC-1", "20242", at, 54),
    }
    assert not batch.rejected
    (station,) = batch.entities
    assert (station.entity, station.lat, station.lon) == ("HC-1", 16.0641, 108.2201)


def test_what_was_measured_is_named_by_an_attribute_not_by_an_id_with_its_time(
    read_small: Reader,
) -> None:
    batch = read_small("environment.sensors")
    assert {entity.entity: entity.name for entity in batch.entities} == {
        "HC-1": "Trạm Hải Châu",
        "SonTra-1": "SonTra-1",
        "Units": "Units",
        "CamLe-1": "CamLe-1",
        "CamLe-2": "CamLe-2",
    }


@pytest.mark.parametrize(
    "name",
    [
        "HC-2016-03-15T11:00:00",
        "HC-2016-12-28T11:00:00_2016-12-28T12:00:00",
        "HC.2016-11-30T07-00-00.00Z",
        "urn:ngsi-ld:AirQualityObserved:HC",
    ],
)
def test_times_at_the_end_of_an_id_are_no_part_of_the_station_s(
    read_file: Reader, name: str
) -> None:
    batch = read_file("environment.sensors", json.dumps(_plain(id=name)))
    assert {entity.entity for entity in batch.entities} == {"HC"}


def test_an_attribute_s_own_time_counts_before_the_entity_s(read_small: Reader) -> None:
    batch = read_small("environment.sensors", "air_ld.jsonld")
    assert values(batch, indicator="co") == {"2026-08-01 10:05": 500}
    assert values(batch, indicator="no2", entity="HC-1") == {"2026-08-01 10:00": 69}


def test_a_series_of_an_attribute_is_as_many_observations(read_small: Reader) -> None:
    batch = read_small("environment.sensors", "air_ld.jsonld")
    expected = {"2026-08-01 10:00": 20, "2026-08-01 10:10": 21}
    assert values(batch, indicator="no2", entity="SonTra-1") == expected


def test_simplified_temporal_values_are_observations_too(read_file: Reader) -> None:
    series = {"type": "Property", "values": [[1, WHEN], [2, "2026-08-01T03:30:00Z"]]}
    batch = read_file("environment.sensors", json.dumps(_ld(temperature=series)))
    found = values(batch, indicator="temperature")
    assert found == {"2026-08-01 10:00": 1, "2026-08-01 10:30": 2}


def test_an_interval_is_stamped_with_its_start_and_one_that_ends_before_is_refused(
    read_file: Reader,
) -> None:
    for written in ("2026-08-01T03:00:00/2026-08-01T04:00:00", "2026-08-01T03:00:00/PT1H",
                    "PT1H/2026-08-01T04:00:00Z"):  # fmt: skip
        batch = read_file("environment.sensors", json.dumps(_plain(dateObserved=written)))
        assert set(values(batch)) == {"2026-08-01 10:00"}
    apart = _plain(dateObserved="2026-08-01T03:00:00Z", dateObservedTo="2026-08-01T02:00:00Z")
    batch = read_file("environment.sensors", json.dumps(apart))
    assert batch.observations is None
    assert reasons(batch) == {"file.dat#1": "endsBeforeStart"}


def test_what_is_refused_is_said_one_by_one(read_small: Reader) -> None:
    batch = read_small("environment.sensors")
    assert sorted((each.source_ref, each.reason) for each in batch.rejected) == [
        ("air_ld.jsonld#2", "notANumber"),
        ("air_ld.jsonld#3", "endsBeforeStart"),
        ("air_ld.jsonld#4", "badTime"),
        ("air_ld.jsonld#5", "unknownUnit"),
        ("air_ld.jsonld#5", "wrongType"),
        ("air_notification.json#1", "wrongType"),
        ("air_notification.json#2", "noTime"),
        ("air_notification.json#3", "noAttribute"),
        ("air_notification.json#4", "badEntity"),
    ]
    assert values(batch, entity="Units") == {"2026-08-01 10:00": 31.5}  # a number as text


def test_numbers_that_are_none_spoil_no_other(read_file: Reader) -> None:
    text = (
        json.dumps([_plain(), _plain(id="B")])
        .replace("69", "NaN", 1)
        .replace("0.5,", "-Infinity,", 1)
    )
    batch = read_file("environment.sensors", text)
    assert [each.reason for each in batch.rejected] == ["notANumber", "notANumber"]
    assert set(values(batch, indicator="no2", entity="B").values()) == {69}


def test_notifications_may_come_as_lines_each_with_its_own_time(read_file: Reader) -> None:
    lines = [
        json.dumps({"subscriptionId": "1", "notifiedAt": at, "data": [{"id": at, "no2": number}]})
        for at, number in (("2026-08-01T03:00:00Z", 1), ("2026-08-01T03:01:00Z", 2))
    ]
    batch = read_file("environment.sensors", "\n".join([*lines, '{"cut']), types=[])
    assert values(batch) == {"2026-08-01 10:00": 1, "2026-08-01 10:01": 2}
    assert [(each.source_ref, each.reason) for each in batch.rejected] == [
        ("file.dat:3", "badLine")
    ]


@pytest.mark.parametrize(
    "content",
    [{"type": {}, "value": 1}, {"type": [], "value": 1}, {"value": {"value": {"value": []}}}, [[]],
     {"type": "Property", "values": [1, [2]]}, {"type": "Property"}, [{"type": {}}], 10**30],
)  # fmt: skip
def test_an_attribute_of_any_shape_spoils_no_other(read_file: Reader, content: Any) -> None:
    batch = read_file("environment.sensors", json.dumps(_plain(temperature=content)))
    assert list(values(batch, indicator="no2").values()) == [69]


def test_a_truth_is_a_number_only_where_the_options_say_so(read_file: Reader) -> None:
    numbers = {"no2": {"attributes": ["congested"], "boolean": True}}
    batch = read_file("environment.sensors", json.dumps(_plain(congested=True)), numbers=numbers)
    assert list(values(batch).values()) == [1]


def test_a_member_of_an_attribute_is_found_by_its_path(read_file: Reader) -> None:
    entity = _plain(concentrations={"no2": 7})
    del entity["no2"]
    batch = read_file("environment.sensors", json.dumps(entity))
    assert list(values(batch, indicator="no2").values()) == [7]


def test_a_ward_said_by_name_counts_before_a_place(read_small: Reader) -> None:
    batch = read_small("environment.sensors", "air_ld.jsonld")
    assert {e.entity: e.area for e in batch.entities}["SonTra-1"] == "20263"


def test_entities_of_other_types_are_passed_over(read_file: Reader) -> None:
    batch = read_file("environment.sensors", json.dumps([_plain(), {"id": "d", "type": "Device"}]))
    assert not batch.rejected


def test_an_entity_that_was_closed_comes_as_two_versions(read_small: Reader) -> None:
    records = read_small("feedback.issues").records
    opened, closed = (r for r in records if r.record_id == "service-request:1")
    assert (opened.status, closed.status) == ("open", "closed")
    assert closed.body["closed_at"] == "2026-08-02T02:00:00+00:00"
    assert opened.version < closed.version
    assert opened.area == "20242"
    assert closed.body["title"] == {"vi": "Vỉa hè", "en": "Sidewalks"}
    assert closed.body["code"] == "006"
    assert closed.body["street"] == "2 Bạch Đằng"
    assert [r.reported_at for r in records] == sorted(r.reported_at for r in records)


def test_times_and_places_that_cannot_be_are_left_out_and_counted(read_small: Reader) -> None:
    batch = read_small("feedback.issues")
    assert sorted((each.source_ref, each.reason) for each in batch.rejected) == [
        ("issues.json#1", "badTime"),  # an offset and a Z
        ("issues.json#2", "badPlace"),  # latitude first
        ("issues.json#2", "closedBeforeOpened"),
        ("issues.json#4", "noTime"),
    ]
    second = next(r for r in batch.records if r.record_id == "service-request:2")
    assert second.status == "closed"
    assert second.body["flags"] == ["closedBeforeOpened"]
    assert second.geometry is None


def test_an_absent_title_is_absent_and_a_time_without_zone_is_utc(read_small: Reader) -> None:
    third = next(r for r in read_small("feedback.issues").records if r.record_id.endswith(":3"))
    assert "title" not in third.body
    assert third.reported_at == datetime(2026, 8, 2, 8, tzinfo=UTC)
    assert third.status == "open"


# ---------------------------------------------------------------- real files

TIMES = [
    "dateObserved", "observationDateTime", "dateObservedFrom", "dateIssued", "requested_datetime",
    "accidentDate", "occupancyModified", "calculationPeriod.from", "dateCreated", "createdAt",
]  # fmt: skip


def _numbers(raw: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Yield name, number and unit as they stand in a file, read without what is tested."""
    body = raw["properties"] if raw["type"] == "Feature" else raw
    for name, content in body.items():
        value = content.get("value") if isinstance(content, dict) else content
        if isinstance(value, int | float) and not isinstance(value, bool):
            said = content if isinstance(content, dict) else {}
            unit = said.get("unitCode") or said.get("metadata", {}).get("unitCode", {}).get("value")
            yield name, float(value), unit or ""


def _contract(numbers: dict[str, tuple[str, float, str]]) -> tuple[DatasetContract, Any]:
    """Return a contract with an indicator for each attribute, and a record of the entity."""
    city, _ = home("feedback.issues")
    contract = city.datasets["feedback.issues"]
    options = {
        "numbers": {key: name for key, (name, _, _) in numbers.items()},
        "observed": TIMES,
        "until": [],
        "record": {"status": "status", "reported": TIMES, "title": ["name", "description"]},
    }
    source = replace(contract.source, options=options)
    indicators = {
        key: Indicator(name={"vi": name, "en": name}, unit=unit)
        for key, (name, _, unit) in numbers.items()
    }
    return replace(contract, indicators=indicators, source=source), city


@pytest.mark.real_files
def test_every_entity_of_the_folder_is_read_in_every_form(real_data: Path) -> None:
    files = sorted(path for path in (real_data / "ngsi").rglob("*.json*") if path.suffix != ".csv")
    read: dict[str, set[str]] = {}
    for path in files:
        raw = json.loads(path.read_text())
        expected = {f"n{number}": each for number, each in enumerate(_numbers(raw))}
        contract, city = _contract(expected)
        batch = joined(list(registry.read([path], contract=contract, city=city)))
        if {each.reason for each in batch.rejected} & {"noTime"}:
            assert not any(name.split(".")[0] in str(raw) for name in TIMES), path
            continue
        assert [record.record_id for record in batch.records] == [batch.records[0].record_id], path
        read.setdefault(path.parent.name, set()).add(batch.records[0].record_id)
        if expected:
            assert batch.observations is not None, path
            found = dict(
                zip(batch.observations["indicator"], batch.observations["value"], strict=True)
            )
            assert found == {key: number for key, (_, number, _) in expected.items()}, path
    folders = {path.parent.name for path in files}
    assert set(read) == folders - {"RoadSegment"}  # which says no time in any of its forms


@pytest.mark.real_files
def test_one_air_quality_station_is_one_in_all_its_forms(real_data: Path) -> None:
    folder = real_data / "ngsi" / "Environment" / "AirQualityObserved"
    contract, city = _contract({})
    options = {
        "numbers": {"no2": {"attributes": ["no2"], "unit": "GQ"}, "so2": ["so2"], "co": ["co"]},
    }
    contract = replace(
        contract,
        indicators={
            name: Indicator(name={"vi": name, "en": name}, unit="µg/m³")
            for name in ("no2", "so2", "co")
        },
        source=replace(contract.source, options=options),
    )
    files = sorted(path for path in folder.glob("example*.json*") if path.suffix != ".csv")
    assert len(files) == 5
    for path in files:
        batch = joined(list(registry.read([path], contract=contract, city=city)))
        found = values(batch)
        assert {entity.entity for entity in batch.entities} == {"Madrid-AmbientObserved-28079004"}
        assert set(found) == {"2016-03-15 18:00"}  # 11:00 UTC, also where it is an interval
        assert values(batch, indicator="so2") == {"2016-03-15 18:00": 11}
        has_units = "GP" in path.read_text()
        assert values(batch, indicator="co") == {"2016-03-15 18:00": 500_000 if has_units else 500}
