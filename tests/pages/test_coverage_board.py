"""The coverage board and the way of data: how far each dataset is, and where it is seen."""

from __future__ import annotations

from typing import Any

import pytest

from callbacks.desk import Desk
from callbacks.lineage import made_of
from data_access.aggregates.registry import aggregates
from data_access.classification import Classification
from tests.layouts.tiles.sample import everything
from tests.pages.answerable import arrange, tell
from tests.pages.browse import Client, nodes, words
from tests.pages.test_catalogue import classify, grid, said, seen_by

SPEED = "/data/lineage?dataset=transport.speed"


@pytest.fixture
def scenes(reach: Desk) -> None:
    """The city's own scenes."""
    arrange(reach)


def links(page: Any) -> set[str]:
    """Return where the nodes of the picture lead."""
    return {
        each["props"]["href"]
        for each in nodes(page)
        if each["type"] == "A" and "node" in each["props"].get("className", "").split()
    }


def test_r54_the_board_counts_by_agency_and_drills_to_the_datasets_of_one(
    operator: Client, reach: Desk
) -> None:
    tell(reach)
    page = operator.page("/data/coverage")
    assert said("coverage.goal", share="100%", year=2027) in words(page)
    rows = {row["id"]: row for row in grid(page)}
    assert sum(row["registered"] for row in rows.values()) == (
        len(reach.city.datasets) + len(reach.city.register)
    )
    page = operator.page(rows["du-lich"]["href"])
    assert "Khách du lịch và lưu trú" in words(page)
    (stage,) = [words(each).strip() for each in nodes(page) if each["type"] == "H3"]
    assert stage == f"{said('coverage.stage.registered')} (1)"


def test_what_is_only_registered_leads_nowhere_and_what_lies_above_a_ceiling_is_not_there(
    viewer: Client, reach: Desk
) -> None:
    tell(reach)
    hidden = Classification("restricted", frozenset({"party"}))
    classify(reach, "environment.air", classification=hidden, share="private")
    page = viewer.page("/data/coverage")
    leads = {
        each["props"]["href"].partition("dataset=")[2]
        for each in nodes(page)
        if each["type"] == "A" and "overdue-item" in each["props"].get("className", "")
    }
    assert leads == seen_by(reach, "viewer")
    assert "environment.air" not in leads
    assert reach.city.datasets["environment.air"].name["vi"] not in words(page)


def test_before_the_feed_has_said_anything_the_board_says_so(operator: Client) -> None:
    page = operator.page("/data/coverage")
    assert said("coverage.unknown") in words(page)
    assert grid(page) == []


def test_everything_made_of_a_dataset_is_found_through_others_too() -> None:
    for name, aggregate in aggregates().items():
        for dataset in aggregate.datasets:
            assert name in made_of(dataset)
    through = made_of("transport.speed")["city.bottlenecks"]
    assert through
    assert set(through) <= set(made_of("transport.speed"))


def test_r23_the_way_of_data_leads_from_source_to_scenes_and_pages(
    operator: Client, reach: Desk, scenes: None
) -> None:
    tell(reach)
    reach.cache.write_many(everything().values())
    page = operator.page(SPEED)
    told = words(page)
    record = reach.city.datasets["transport.speed"].system_of_record
    assert record is not None
    assert record["vi"] in told
    assert "transport.congestion" in told
    found = links(page)
    assert {"/data/sources", "/data?dataset=transport.speed"} <= found
    assert {"/operator?wall=le-lai", "/operator?wall=ngo-quyen"} <= found
    assert any(each.startswith("/console#/g/transport") for each in found)


def test_every_part_of_the_way_can_be_reached_and_an_aggregate_opens_its_passport(
    operator: Client, reach: Desk, scenes: None
) -> None:
    tell(reach)
    reach.cache.write_many(everything().values())
    page = operator.page(SPEED)
    parts = [n for n in nodes(page) if "node" in n["props"].get("className", "").split()]
    assert {each["type"] for each in parts} == {"A", "Button"}
    assert all(each["type"] == "Button" or each["props"]["href"] for each in parts)
    marks = [each["props"]["data-passport"] for each in parts if each["type"] == "Button"]
    mark = next(each for each in marks if each.startswith("transport.speed:"))
    asked = {"passport-asked.data": {"mark": mark, "realm": ""}}
    answer = operator.call("passport-body.children", asked).get_json()
    assert "đúng bằng số đang hiện" in words(answer["response"]["passport-body"]["children"])


def test_a_viewer_is_led_to_no_page_that_is_not_theirs(
    viewer: Client, reach: Desk, scenes: None
) -> None:
    assert not {each for each in links(viewer.page(SPEED)) if each.startswith("/operator")}


def test_the_way_of_what_lies_above_a_ceiling_is_not_told(viewer: Client, reach: Desk) -> None:
    hidden = Classification("restricted", frozenset({"police"}))
    classify(reach, "transport.speed", classification=hidden)
    page = viewer.page(SPEED)
    assert links(page) == set()
    assert "transport.congestion" not in words(page)
