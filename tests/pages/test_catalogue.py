"""The catalogue: what it says of every dataset, to whom, to other systems, and who used it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from callbacks.desk import Desk
from callbacks.usage import Keeping, needs_of, note_walls
from data_access.classification import Classification
from language import text
from permissions.usage import ON_AIR, UsageLog
from tests.layouts.tiles.sample import everything
from tests.pages.answerable import arrange, tell
from tests.pages.browse import Client, as_text, nodes, words
from tests.pages.stand_in import StandInLink
from wall.errors import ServiceError

AIR = "/data?dataset=environment.air"
ROWS = "/api/datasets/environment.air/rows"


def said(key: str, **values: object) -> str:
    return text(f"pages.{key}", "vi", **values)


def grid(page: Any) -> list[dict[str, Any]]:
    """Return the rows of the grid on a page."""
    (found,) = [each for each in nodes(page) if each["type"] == "AgGrid"]
    rows: list[dict[str, Any]] = found["props"]["rowData"]
    return rows


def classify(reach: Desk, dataset: str, **changed: Any) -> None:
    """Change a contract of this desk's city."""
    contract = replace(reach.city.datasets[dataset], **changed)
    city = replace(reach.city, datasets={**reach.city.datasets, dataset: contract})
    object.__setattr__(reach, "city", city)


def seen_by(reach: Desk, user_id: str) -> set[str]:
    """Return the datasets within an account's ceiling."""
    who = reach.people.find(user_id)
    assert who is not None
    return {name for name, each in reach.city.datasets.items() if who.may_see(each.classification)}


@pytest.fixture
def police(reach: Desk) -> str:
    """A dataset that no demo account may see but those with all compartments."""
    hidden = Classification("restricted", frozenset({"police"}))
    classify(reach, "environment.air", classification=hidden, share="shared")
    return "environment.air"


def test_r09_every_dataset_has_its_cadence_its_last_value_and_when_the_next_is_due(
    operator: Client, reach: Desk
) -> None:
    tell(reach)
    rows = {row["id"]: row for row in grid(operator.page("/data"))}
    assert set(rows) == seen_by(reach, "operator")
    air = rows["environment.air"]
    assert air["cadence_words"] == "1 giờ"
    assert air["due"] > air["at"]
    assert air["at_words"]
    assert air["due_words"]
    assert rows["food.safety"]["at_words"] == said("catalogue.nothing")
    assert all(row["cadence_words"] and row["owner"] for row in rows.values())


def test_before_the_feed_has_said_anything_every_dataset_is_there_without_a_value(
    operator: Client, reach: Desk
) -> None:
    rows = grid(operator.page("/data"))
    assert {row["id"] for row in rows} == seen_by(reach, "operator")
    assert {row["at"] for row in rows} == {None}
    assert {row["state"] for row in rows} == {said("catalogue.state.absent")}


def test_r10_a_dataset_names_agency_steward_deputy_phone_and_due_time(
    operator: Client, reach: Desk
) -> None:
    tell(reach)
    classify(
        reach, "environment.air", steward="xay-dung", deputy="y-te", phone="024 3333 4444"
    )  # fmt: skip
    told = words(operator.page(AIR))
    for agency in ("nong-nghiep-moi-truong", "xay-dung", "y-te"):
        assert reach.city.agencies[agency].name["vi"] in told
    assert "024 3333 4444" in told
    assert said("catalogue.fact.due") in told
    assert "PM2.5" in told
    assert said("catalogue.unsaid") in told  # its licence


def test_a_dataset_says_which_counts_are_hidden_and_what_others_are_told(
    operator: Client, reach: Desk
) -> None:
    told = words(operator.page("/data?dataset=security.accidents"))
    assert said("catalogue.released", delay="1 giờ") in told
    masked = next(
        (name, each.mask_below)
        for name, contract in reach.city.datasets.items()
        for each in contract.indicators.values()
        if each.mask_below
    )
    told = words(operator.page(f"/data?dataset={masked[0]}"))
    assert said("catalogue.masked", below=masked[1]) in told


def test_what_lies_above_a_ceiling_is_not_in_the_list_and_not_shown(
    viewer: Client, operator: Client, reach: Desk, police: str
) -> None:
    assert police not in {row["id"] for row in grid(viewer.page("/data"))}
    above = [
        each
        for each in reach.city.datasets.values()
        if not each.classification.within(Classification("internal"))
    ]
    assert said("data.withheld", count=len(above)) in words(viewer.page("/data"))
    assert reach.city.datasets[police].name["vi"] not in words(viewer.page(AIR))
    refused = reach.audit.recent(action="catalogue.read")[0]
    assert (refused["outcome"], refused["target"]) == ("refused", f"dataset/{police}")
    assert police in {row["id"] for row in grid(operator.page("/data"))}


def test_r08_a_role_without_the_right_gets_403_and_an_audit_row(
    viewer: Client, operator: Client, reach: Desk
) -> None:
    answer = viewer.get(ROWS)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
    row = reach.audit.recent(action="dataset.rows")[0]
    assert (row["actor"], row["outcome"], row["code"]) == ("viewer", "refused", "forbidden")
    assert row["target"] == "dataset/environment.air"
    answer = operator.get(f"{ROWS}?indicator=pm25&limit=3")
    assert answer.status_code == 200
    assert [each["indicator"] for each in answer.get_json()["rows"]] == ["pm25"] * 3


def test_r08_what_is_private_or_not_said_to_be_shared_is_not_given_to_anybody(
    operator: Client, reach: Desk
) -> None:
    for share in ("private", None):
        classify(reach, "environment.air", share=share)
        answer = operator.get(ROWS)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "notShared")
        assert reach.audit.recent(action="dataset.rows")[0]["code"] == "notShared"


def test_the_api_of_rows_says_what_was_wrong_with_a_question(
    operator: Client, viewer: Client, stranger: Client
) -> None:
    for limit in ("0", "501", "many", ""):
        assert operator.get(f"{ROWS}?limit={limit}").status_code == 400
    assert operator.get("/api/datasets/no.such/rows").status_code == 404
    assert operator.get("/api/datasets/no.such").status_code == 404
    assert stranger.get(ROWS, Accept="application/json").status_code == 401


def test_the_catalogue_is_given_as_json_ld_within_the_ceiling(
    viewer: Client, operator: Client, reach: Desk, police: str
) -> None:
    tell(reach)
    answer = operator.get("/api/catalogue")
    assert answer.mimetype == "application/ld+json"
    everything = {each["dct:identifier"]: each for each in answer.get_json()["dcat:dataset"]}
    assert set(everything) == seen_by(reach, "operator")
    assert "dct:modified" in everything["environment.air"]
    seen = viewer.get("/api/catalogue").get_json()["dcat:dataset"]
    assert police not in {each["dct:identifier"] for each in seen}
    only = operator.get("/api/catalogue?share=private").get_json()["dcat:dataset"]
    shares = {reach.city.datasets[each["dct:identifier"]].share for each in only}
    assert shares == {"private"}
    assert viewer.get(f"/api/datasets/{police}").status_code == 403
    one = operator.get(f"/api/datasets/{police}").get_json()
    assert one["@id"] == everything[police]["@id"]


def test_r08_who_used_a_dataset_and_who_was_refused_is_told(
    viewer: Client, operator: Client, reach: Desk
) -> None:
    reach.cache.write_many(everything().values())
    viewer.get(ROWS)
    operator.get(ROWS)
    told = words(operator.page(AIR))
    assert said("use.api") in told
    assert said("use.catalogue") in told
    assert said("catalogue.refused", count=1) in told
    used = reach.usage.of("environment.air", now_ms=reach.now_ms(), days=1)
    assert {(each.reader.actor, each.reader.place) for each in used} == {
        ("viewer", "api"), ("operator", "api"), ("operator", "catalogue")
    }  # fmt: skip


def test_r08_what_is_on_the_air_of_a_wall_is_a_use_of_it(
    operator: Client, reach: Desk, link: StandInLink
) -> None:
    arrange(reach)
    reach.cache.write_many(everything().values())
    note_walls(reach, needs_of(reach.scenes))
    note_walls(reach, needs_of(reach.scenes))
    told = words(operator.page("/data?dataset=transport.speed"))
    assert reach.walls["le-lai"].name["vi"] in told
    used = reach.usage.of("transport.speed", now_ms=reach.now_ms(), days=1)
    on_air = [each for each in used if each.reader.place == ON_AIR]
    assert {each.reader.actor for each in on_air} == {"wall/le-lai", "wall/ngo-quyen"}
    assert {each.answered for each in on_air} == {1}  # in the same minute


def test_what_was_counted_is_kept_when_web_ends_though_no_controller_answers(
    operator: Client, reach: Desk, link: StandInLink
) -> None:
    link.refuses["*"] = ServiceError("unavailable", "away")
    keeping = Keeping(reach)
    keeping.start()
    operator.page(AIR)
    keeping.close()
    kept = UsageLog(reach.engine).of("environment.air", now_ms=reach.now_ms(), days=1)
    assert [each.reader.actor for each in kept] == ["operator"]


def test_the_list_is_searched_and_drawn_anew(operator: Client, reach: Desk) -> None:
    tell(reach)
    found = operator.call(
        "catalogue-grid.rowData", {"catalogue-again.n_intervals": 1}
    ).get_json()  # fmt: skip
    assert len(found["response"]["catalogue-grid"]["rowData"]) == len(seen_by(reach, "operator"))
    searched = operator.call("catalogue-grid.dashGridOptions", {"catalogue-search.value": "mưa"})
    assert "quickFilterText" in as_text(searched)
    assert "mưa" in as_text(searched)


def test_the_grids_code_comes_to_the_pages_of_data_only(operator: Client, server: Flask) -> None:
    for path in ("/data", "/data/quality"):
        assert "/dash_ag_grid/" in operator.get(path).text
    for path in ("/", "/console", "/wall/le-lai/a1"):
        assert "/dash_ag_grid/" not in operator.get(path).text
