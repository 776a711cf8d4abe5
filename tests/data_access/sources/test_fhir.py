"""FHIR: summaries and beds are counted, people are not, and what is masked stays masked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity
from tests.data_access.sources.conftest import Reader, values

DATASET = "health.hospitals"


def _bundle(*resources: dict[str, Any], **more: Any) -> str:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries} | more)


def _bed(name: str, status: str = "O", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": name,
        "status": "active",
        "physicalType": {"coding": [{"code": "bd"}]},
        "operationalStatus": {"code": status},
        "managingOrganization": {"reference": "Organization/h", "display": "Bệnh viện"},
    } | more


def _report(**more: Any) -> dict[str, Any]:
    population = {"code": {"coding": [{"code": "initial-population"}]}, "count": 7}
    return {
        "resourceType": "MeasureReport",
        "id": "1",
        "status": "complete",
        "type": "summary",
        "measure": "https://x/Measure/visits",
        "reporter": {"reference": "Organization/h"},
        "period": {"start": "2026-08-01"},
        "group": [{"code": {"text": "emergency"}, "population": [population]},
                  {"code": {"text": "occupancy"}}],
    } | more  # fmt: skip


def _entity(batch: Batch, key: str) -> Entity:
    return next(entity for entity in batch.entities if entity.entity == key)


def test_beds_are_counted_by_the_hospital_that_runs_them(read_small: Reader) -> None:
    batch = read_small(DATASET)
    at = "2026-08-01 08:00"
    assert values(batch, indicator="beds", entity="dkdn") == {at: 3}  # not the inactive one
    assert values(batch, indicator="beds_occupied", entity="dkdn") == {at: 1}  # nor a suspended
    assert values(batch, indicator="beds_free", entity="dkdn") == {at: 1}
    hospital = _entity(batch, "dkdn")
    assert (hospital.name, hospital.area, hospital.lat) == ("Bệnh viện Đà Nẵng", "20242", 16.064)


def test_a_measure_is_read_by_group_and_population_or_score(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert values(batch, indicator="visits") == {"2026-08-01 00:00": 120}
    assert values(batch, indicator="occupancy") == {"2026-08-01 00:00": 97}  # 0.97 of one


def test_strata_are_units_and_a_later_report_counts(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert values(batch, indicator="dengue_week", area="20242") == {"2026-07-27 00:00": 4}
    assert values(batch, indicator="dengue_week", area="20263") == {"2026-07-27 00:00": 12}


def test_a_report_without_strata_may_count_as_the_whole(read_file: Reader) -> None:
    said = {"measure": "Measure/visits", "population": "initial-population"}
    for or_whole, found in ((True, {"2026-08-01 00:00": 7}), (False, {})):
        measure = {**said, "strata": "ward", "or_whole": or_whole}
        batch = read_file(DATASET, json.dumps(_report()), measures={"visits": measure})
        assert (values(batch, indicator="visits") if found else batch.observations) == (
            found or None
        )


@pytest.mark.parametrize(("whole", "refused"), [(11, []), (14, []), (10, ["inconsistent"])])
def test_parts_that_are_more_than_their_total_contradict_it(
    read_file: Reader, whole: int, refused: list[str]
) -> None:
    def of(count: int) -> list[dict[str, Any]]:
        return [{"code": {"coding": [{"code": "numerator"}]}, "count": count}]

    strata = [
        {"value": {"coding": [{"code": code}]}, "population": of(count)}
        for code, count in (("20242", 5), ("20263", 6))
    ]
    stratifier = [{"code": [{"text": "ward"}], "stratum": strata}]
    report = _report(
        measure="Measure/dengue", group=[{"population": of(whole), "stratifier": stratifier}]
    )
    batch = read_file(DATASET, json.dumps(report))
    assert [each.reason for each in batch.rejected] == refused
    assert values(batch, indicator="dengue_week", area="20242") == {"2026-08-01 00:00": 5}


def test_what_was_masked_at_its_source_is_absent(read_small: Reader) -> None:
    assert values(read_small(DATASET), indicator="dengue_week", entity="20260") == {}


def test_what_is_refused_is_said_without_what_it_said(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert sorted((each.source_ref, each.reason) for each in batch.rejected) == [
        ("beds.json#9", "emptyKey"),
        ("reports.ndjson#2", "notANumber"),
        ("reports.ndjson#4", "draft"),
        ("reports.ndjson#5", "personalData"),
        ("reports.ndjson#6", "badTime"),
        ("reports.ndjson#7", "endsBeforeStart"),
        ("reports.ndjson#8", "personalData"),
        ("reports.ndjson#9", "badEntity"),
        ("reports.ndjson:10", "badLine"),
    ]
    assert "Nguyễn" not in str(batch.rejected)
    assert not any(each.row for each in batch.rejected)


def test_a_page_that_is_missing_spoils_a_count_of_beds(read_file: Reader) -> None:
    pages = {"type": "searchset", "total": 3, "timestamp": "2026-08-01T00:00:00Z"}
    batch = read_file(DATASET, _bundle(_bed("1"), _bed("2"), **pages))
    assert batch.observations is None
    assert [each.reason for each in batch.rejected] == ["incomplete"]
    two = "\n".join([_bundle(_bed("1"), _bed("2"), **pages), _bundle(_bed("3"), **pages)])
    assert set(values(read_file(DATASET, two), indicator="beds").values()) == {3}


def _searched(url: str, following: str | None, *beds: str, **more: Any) -> str:
    """A page of a search, as servers answer that give later pages addresses of their own."""
    links = [{"relation": "self", "url": url}]
    links += [{"relation": "next", "url": following}] if following is not None else []
    entries = [{"resource": _bed(name), "search": {"mode": "match"}} for name in beds]
    along = {"resource": {"resourceType": "Organization", "id": "h"}, "search": {"mode": "include"}}
    page = {"resourceType": "Bundle", "type": "searchset", "timestamp": "2026-08-01T00:00:00Z"}
    return json.dumps(page | {"link": links, "entry": [*entries, along]} | more)


def test_a_page_belongs_to_the_search_that_names_it_and_what_comes_along_counts_for_nothing(
    read_file: Reader,
) -> None:
    first = _searched("/fhir/Location?x=1", "/fhir?pages=7&offset=2", "1", "2", total=3)
    last = _searched("/fhir?pages=7&offset=2", None, "3", total=3)
    found = values(read_file(DATASET, f"{first}\n{last}"), indicator="beds")
    assert set(found.values()) == {3}
    (refused,) = read_file(DATASET, first).rejected
    assert (refused.reason, refused.detail) == (
        "incomplete",
        "1 resources of the search did not come",
    )


def test_a_search_that_tells_no_total_is_whole_when_its_last_page_names_none(
    read_file: Reader,
) -> None:
    first = _searched("/fhir/Location", "/fhir?pages=7", "1", "2")
    last = _searched("/fhir?pages=7", None, "3")
    assert [each.reason for each in read_file(DATASET, first).rejected] == ["incomplete"]
    found = values(read_file(DATASET, f"{first}\n{last}"), indicator="beds")
    assert set(found.values()) == {3}


def test_a_line_of_json_may_hold_what_ends_lines_elsewhere(read_file: Reader) -> None:
    one, other = _report(note="a\u2028b\x85c"), _report(id="2", period={"start": "2026-08-02"})
    text = "\n".join(json.dumps(each, ensure_ascii=False) for each in (one, other))
    batch = read_file(DATASET, text)
    assert len(values(batch, indicator="visits")) == 2
    assert not batch.rejected


def test_beds_of_no_moment_are_refused(read_file: Reader) -> None:
    batch = read_file(DATASET, _bundle(_bed("1")))
    assert [each.reason for each in batch.rejected] == ["noTime"]


@pytest.mark.parametrize(
    ("status", "state"), [("U", "beds_free"), ("O", "beds_occupied"), ("K", None), ("?", None)]
)
def test_a_bed_is_what_its_status_says(read_file: Reader, status: str, state: str | None) -> None:
    batch = read_file(DATASET, _bundle(_bed("1", status), timestamp="2026-08-01T00:00:00Z"))
    assert set(values(batch, indicator="beds").values()) == {1}
    for indicator in ("beds_free", "beds_occupied"):
        assert set(values(batch, indicator=indicator).values()) == {int(indicator == state)}


@pytest.mark.parametrize("status", [{"code": ["O"]}, "O", None, {"coding": {}}, 3])
def test_a_status_of_another_shape_is_unknown(read_file: Reader, status: Any) -> None:
    bed = _bed("1", operationalStatus=status)
    batch = read_file(DATASET, _bundle(bed, timestamp="2026-08-01T00:00:00Z"))
    assert set(values(batch, indicator="beds").values()) == {1}


@pytest.mark.parametrize(
    ("written", "local"),
    [("2026", "2026-01-01 00:00"), ("2026-08", "2026-08-01 00:00"),
     ("2026-08-01T10:00:00Z", "2026-08-01 17:00")],
)  # fmt: skip
def test_a_date_may_be_a_year_a_month_or_an_instant(
    read_file: Reader, written: str, local: str
) -> None:
    batch = read_file(DATASET, json.dumps(_report(period={"start": written})))
    assert values(batch, indicator="visits") == {local: 7}


@pytest.mark.parametrize("count", [1.5, "7", True, -1, [7], {"value": 7}])
def test_a_count_that_is_none_is_refused(read_file: Reader, count: Any) -> None:
    report = _report()
    report["group"][0]["population"][0]["count"] = count
    batch = read_file(DATASET, json.dumps(report))
    assert batch.observations is None
    assert [each.reason for each in batch.rejected] == ["notANumber"]


def test_a_report_of_a_patient_s_visit_is_never_counted(read_file: Reader) -> None:
    visit = {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/1"}}
    batch = read_file(DATASET, _bundle(visit, _report(type="subject-list")))
    assert batch.observations is None
    assert [each.reason for each in batch.rejected] == ["personalData", "personalData"]


@pytest.mark.parametrize("place", [{"reference": "Patient/1"}, {"reference": 3}, "x", None])
def test_a_reporter_that_cannot_be_named_makes_it_the_city_s(read_file: Reader, place: Any) -> None:
    batch = read_file(DATASET, json.dumps(_report(reporter=place)))
    assert values(batch, indicator="visits", area="city") == {"2026-08-01 00:00": 7}


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType": "OperationOutcome", "issue": [{"diagnostics": "no token"}]}',
        '{"entry": []}',
        "[1]",
        '{"resourceType": "Bundle", "entry": {}}',
    ],
)
def test_what_is_no_resource_is_refused(read_file: Reader, text: str) -> None:
    with pytest.raises(SourceWrongFormat):
        read_file(DATASET, text)
