"""Coverage (R54): what counts as registered, connected and live, by agency."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from data_access.aggregates.coverage import COVERAGE
from tests.data_access.aggregates.conftest import NOW, Table

AIR, OWNER = "environment.air", "nong-nghiep-moi-truong"


def air(table: Table, *, origin: str) -> None:
    table.feed(AIR, [("pm25", "hn-1", "00070", NOW, 31.0)], origin=origin)


def agency(table: Table, owner: str = OWNER) -> dict[str, Any]:
    rows = table.build(COVERAGE).payload["tables"]["agencies"]["rows"]
    return next(row for row in rows if row["agency"] == owner)


def test_r54_coverage_is_live_of_registered_and_of_each_agency(table: Table) -> None:
    before = agency(table)
    assert (before["live"], before["connected"], before["coverage"]) == (0, 0, 0.0)
    air(table, origin="live")
    numbers = table.build(COVERAGE).payload["numbers"]
    known = len(table.city.datasets) + len(table.city.register)
    assert numbers["registered"]["value"] == known
    assert numbers["live"]["value"] == 1
    assert numbers["coverage"]["value"] == round(100 / known, 1)
    mine = agency(table)
    assert (mine["live"], mine["connected"]) == (1, 1)
    assert mine["coverage"] == round(100 / mine["registered"], 1)


def test_r54_the_goal_of_2027_is_the_citys_own(table: Table) -> None:
    coverage = table.build(COVERAGE).payload["numbers"]["coverage"]
    assert "target" not in coverage  # in 2026
    table.now = NOW.replace(year=2027)
    assert table.build(COVERAGE).payload["numbers"]["coverage"]["target"] == 100.0


def test_what_is_replayed_or_simulated_connects_nobody(table: Table) -> None:
    for origin in ("replay", "simulated"):
        air(table, origin=origin)
        mine = agency(table)
        assert (mine["live"], mine["connected"], mine["shown"]) == (0, 0, 1)


def test_a_source_that_fell_silent_is_connected_and_no_longer_live(table: Table) -> None:
    air(table, origin="live")
    table.now = NOW + timedelta(hours=4)
    mine = agency(table)
    assert (mine["live"], mine["connected"]) == (0, 1)


def test_agencies_add_up_to_the_city_and_datasets_to_agencies(table: Table) -> None:
    air(table, origin="live")
    payload = table.build(COVERAGE).payload
    rows = payload["tables"]["agencies"]["rows"]
    for name in ("registered", "connected", "live", "shown"):
        assert sum(row[name] for row in rows) == payload["numbers"][name]["value"]
    datasets = payload["tables"]["datasets"]["rows"]
    assert len(datasets) == payload["numbers"]["registered"]["value"]
    assert {row["dataset"] for row in datasets if not row["has_contract"]} == set(
        table.city.register
    )


def test_a_city_without_any_dataset_has_no_coverage_and_no_error(table: Table) -> None:
    table.city = replace(table.city, datasets={}, register={})
    assert table.build(COVERAGE).payload["numbers"]["coverage"]["value"] == 0.0
