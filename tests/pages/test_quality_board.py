"""The quality board and live sources: scores, what is overdue for whom, what stands behind."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from analytics.forecast.declared import DRIFT
from callbacks.desk import Desk, put
from callbacks.evidence_words import formula, wrong_words
from data_access.classification import Classification
from data_access.contracts import WAYS
from data_access.intake.ways import UrlWay
from language import LANGUAGES, has, text
from layouts.pages.quality_drill import Wrong
from layouts.pages.shell import Setting
from tests.conftest import ROOT
from tests.pages.answerable import FAILURE, LIVE, MISSING, SHORT, measure, tell
from tests.pages.browse import Client, nodes, words
from tests.pages.stand_in import envelope
from tests.pages.test_catalogue import classify, grid, said, seen_by

DRILL = f"/data/quality?dataset={LIVE}&criterion=sufficient"


def test_the_board_has_six_scores_of_every_dataset(operator: Client, reach: Desk) -> None:
    tell(reach)
    rows = {row["id"]: row for row in grid(operator.page("/data/quality"))}
    assert set(rows) == seen_by(reach, "operator")
    air = rows["environment.air"]
    assert (air["accurate"], air["accurate_words"]) == (61.5, "61,5%")
    assert air["accurate_mark"]
    assert not air["shared_mark"]
    assert air["href"] == "/data/quality?dataset=environment.air&criterion=accurate"


def test_the_board_by_agency_leads_to_the_datasets_of_one(operator: Client, reach: Desk) -> None:
    tell(reach)
    rows = {row["id"]: row for row in grid(operator.page("/data/quality?by=agency"))}
    owners = {each.owner for each in reach.city.datasets.values()}
    assert set(rows) == owners
    one = operator.page(rows["cong-an"]["href"])
    seen = seen_by(reach, "operator")
    mine = {name for name in seen if reach.city.datasets[name].owner == "cong-an"}
    assert {row["id"] for row in grid(one)} == mine
    assert reach.city.datasets["environment.air"].name["vi"] not in words(one)


def test_r10_the_overdue_list_is_sorted_by_agency(operator: Client, reach: Desk) -> None:
    tell(reach)
    page = operator.page("/data/quality")
    (section,) = [each for each in nodes(page) if each["props"].get("id") == "quality-overdue"]
    heads = [words(each) for each in nodes(section) if each["type"] == "H3"]
    owners = {reach.city.agencies[reach.city.datasets[each].owner].name["vi"] for each in SHORT}
    assert heads == sorted(owners)
    links = [each["props"]["href"] for each in nodes(section) if each["type"] == "A"]
    assert len(links) == 2 * len(SHORT)


def test_a_forecast_that_drifted_is_overdue_for_the_models_owner(
    operator: Client, viewer: Client, reach: Desk
) -> None:
    tell(reach)
    item = {
        "id": "drift-air", "atMs": reach.now_ms() - 3_600_000, "severity": "caution",
        "title": {"vi": "Dự báo bụi PM2.5: bị lệch", "en": "PM2.5: drifted"},
        "detail": {"vi": "sai gấp 1,83 lần kiểm định", "en": "errs 1.83 times"},
        "source": {"dataset": LIVE},
    }  # fmt: skip
    office = reach.city.agencies[reach.city.data_office]
    made = envelope(DRIFT, payload={"items": {"active": [item]}})
    reach.cache.write(replace(made, owner=office.id, owner_label=office.name))

    def overdue(client: Client, path: str = "/data/quality") -> str:
        page = client.page(path)
        (found,) = [each for each in nodes(page) if each["props"].get("id") == "quality-overdue"]
        return words(found)

    for path in ("/data/quality", f"/data/quality?agency={office.id}"):
        assert "bị lệch sai gấp 1,83 lần kiểm định" in overdue(operator, path)
    assert office.name["vi"] in overdue(operator)
    assert "bị lệch" not in overdue(operator, "/data/quality?agency=cong-an")
    hidden = Classification("restricted", frozenset({"police"}))
    classify(reach, LIVE, classification=hidden, share="shared")
    assert "bị lệch" not in overdue(viewer)


def test_r04_the_rows_behind_a_score_name_what_is_missing(operator: Client, reach: Desk) -> None:
    tell(reach)
    measure(reach)
    told = words(operator.page(DRILL))
    assert "90,5%" in told
    assert said("quality.right_of", right="114", checked="126") in told
    for code in sorted(reach.city.areas.codes)[:MISSING]:
        unit = reach.city.areas.get(code)
        assert unit is not None
        assert unit.title["vi"] in told
    assert "20/09/2026" in told
    told = words(operator.page(DRILL.replace("sufficient", "accurate")))
    assert "ngoài khoảng cho phép" in told
    assert "318" in told
    page = operator.page(DRILL.replace("sufficient", "accurate"))
    leads = {each["props"].get("href") for each in nodes(page) if each["type"] == "A"}
    assert f"/data/quarantine?dataset={LIVE}&reason=outOfRange" in leads
    assert "hn-12" in told


def test_each_part_of_a_score_states_its_formula(operator: Client, reach: Desk) -> None:
    tell(reach)
    measure(reach)
    told = words(operator.page(DRILL))
    assert "Phường, xã có giá trị của kỳ mới nhất ÷ phường, xã phải có" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_there_is_has_a_name_and_a_formula(language: str, reach: Desk) -> None:
    parts = set(re.findall(r'(?:Part|Part\.of|refused)\(\s*"(\w+)"', _criteria()))
    parts |= set(re.findall(r'\("(\w+)", _\w+\)', _criteria()))  # of rules that reconcile
    assert {"range", "neighbours", "used", "sums", "at_most", "sources"} <= parts
    assert len(parts) == 26
    who = reach.people.find("operator")
    assert who is not None
    setting = Setting({}, {}, who, language, "Asia/Ho_Chi_Minh", "", "/")
    for part in parts:
        assert has(f"pages.part.{part}", language), part
        for contract in reach.city.datasets.values():
            told = formula(contract, part, setting)
            assert told != f"pages.part.how.{part}"
            assert "{" not in told


def test_what_is_wrong_is_called_as_the_room_calls_it(reach: Desk) -> None:
    who = reach.people.find("operator")
    assert who is not None
    setting = Setting({}, {}, who, "vi", "Asia/Ho_Chi_Minh", "", "/")
    contract, (code, *_) = reach.city.datasets["environment.air"], sorted(reach.city.areas.codes)
    unit = reach.city.areas.get(code)
    assert unit is not None

    def told(**evidence: object) -> Wrong:
        names = {"Phuong Cua Nam, Ha Noi": "Cửa Nam"}
        return wrong_words(reach.city, contract, "accurate", evidence, setting, names=names)

    station = told(kind="entity", id="Phuong Cua Nam, Ha Noi", count=402)
    assert (station.what, station.count) == ("Cửa Nam", 402)
    assert "entity=Phuong+Cua+Nam%2C+Ha+Noi" in str(station.href)
    assert told(kind="entity", id="hn-12", like="Phuong Cua Nam, Ha Noi").more == "giống Cửa Nam"
    assert told(kind="entity", id="hn-12").what == "hn-12"
    assert told(kind="comparison", id=code).what == unit.title["vi"]


def _criteria() -> str:
    folder = ROOT / "data_access" / "criteria"
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))


def test_what_is_wrong_leads_to_its_very_rows(
    operator: Client, viewer: Client, reach: Desk
) -> None:
    tell(reach)
    measure(reach)
    page = operator.page(DRILL.replace("sufficient", "accurate"))
    leads = {each["props"].get("href") or "" for each in nodes(page) if each["type"] == "A"}
    (href,) = [each for each in leads if "entity=hn-12" in each]
    page = operator.page(href)
    (table,) = [n for n in nodes(page) if n["props"].get("className") == "source-rows"]
    assert "pm25" in href
    assert "PM2.5" in words(table)
    leads = {each["props"].get("href") or "" for each in nodes(page) if each["type"] == "A"}
    assert DRILL.replace("sufficient", "accurate") in leads  # back to its course
    assert said("console.rows_forbidden") in words(viewer.page(href))
    missing = operator.page(DRILL)
    leads = {each["props"].get("href") or "" for each in nodes(missing) if each["type"] == "A"}
    assert len([each for each in leads if "&area=" in each]) == MISSING


def test_the_course_of_a_score_is_drawn_of_what_was_kept(operator: Client, reach: Desk) -> None:
    tell(reach)
    measure(reach)
    page = operator.page(DRILL)
    (graph,) = [each for each in nodes(page) if each["type"] == "Graph"]
    lines = graph["props"]["figure"]["data"]
    assert len(lines) == 6
    assert len(lines[-1]["x"]) == 32  # 31 hours, and now
    assert lines[-1]["y"][-1] == 96.0


def test_single_rows_are_not_for_every_role(viewer: Client, reach: Desk) -> None:
    tell(reach)
    measure(reach)
    told = words(viewer.page(DRILL))
    assert "90,5%" in told
    assert said("quality.not_for_role") in told
    assert "20/09/2026" not in told


def test_without_a_store_the_page_says_so(operator: Client, reach: Desk) -> None:
    tell(reach)
    told = words(operator.page(DRILL))
    assert said("quality.unreadable") in told
    assert said("quality.no_course") in told


@pytest.mark.parametrize("path", ["/data/quality", "/data/quality?by=agency"])
def test_before_the_feed_has_said_anything_pages_are_empty_and_say_so(
    operator: Client, path: str
) -> None:
    page = operator.page(path)
    assert grid(page) == []
    assert said("data.tab.quality") in words(page)


def test_live_sources_tell_their_last_answer_error_and_next_try(
    operator: Client, viewer: Client, reach: Desk
) -> None:
    tell(reach)
    rows = {row["state"]: row for row in grid(operator.page("/data/sources"))}
    failing = rows[text("pages.sources.state.failing")]
    assert failing["error"] == FAILURE
    assert failing["failures"] == 4
    assert failing["until_words"] == said("sources.alone", left="1 phút")
    assert failing["success_words"]
    assert rows[said("sources.state.waiting")]["success_words"] == said("sources.never")
    assert {row["error"] for row in grid(viewer.page("/data/sources"))} == {""}


def test_where_nothing_is_live_the_page_says_what_it_would_tell_and_what_makes_it_so(
    operator: Client, reach: Desk
) -> None:
    assert not any(each.source.ways for each in reach.city.datasets.values())
    page = operator.page("/data/sources")
    assert not any(each["type"] == "AgGrid" for each in nodes(page))
    told = words(page)
    for name in ("none", "none.told", "none.how"):
        assert said(f"sources.{name}") in told
    assert [words(each) for each in nodes(page) if each["type"] == "Code"] == list(WAYS)


def test_live_sources_that_are_left_alone_by_a_setting_are_said_to_be(
    server: Flask, reach: Desk
) -> None:
    air = reach.city.datasets["environment.air"]
    url = UrlWay(address="https://air.example.vn/v2/entities", every="PT1M")
    contract = replace(air, source=replace(air.source, paths=(), url=url))
    city = replace(reach.city, datasets={**reach.city.datasets, air.id: contract})
    for is_live in (True, False):
        settings = reach.settings.model_copy(update={"live": is_live})
        put(server, replace(reach, city=city, settings=settings))
        page = Client(server).sign_in("operator").page("/data/sources")
        assert (said("sources.off") in words(page)) is not is_live
        grids = [each["props"] for each in nodes(page) if each["type"] == "AgGrid"]
        nothing = [each["dashGridOptions"]["localeText"]["noRowsToShow"] for each in grids]
        assert nothing == [said("sources.unheard")] * is_live  # nobody has told of it yet


def test_what_lies_above_a_ceiling_is_on_no_board(viewer: Client, reach: Desk) -> None:
    from data_access.classification import Classification

    tell(reach)
    hidden = "economy.investment"
    party = Classification("restricted", frozenset({"party"}))
    classify(reach, hidden, classification=party, share="private")
    for path in ("/data/quality", "/data/sources"):
        assert hidden not in str(grid(viewer.page(path)))
    name = reach.city.datasets[hidden].name["vi"]
    assert name not in words(viewer.page(f"/data/quality?dataset={hidden}&criterion=live"))


def test_the_board_is_drawn_anew(operator: Client, reach: Desk) -> None:
    tell(reach)
    answer = operator.call(
        "quality-grid.rowData",
        {"quality-again.n_intervals": 1, "quality-place.data": {"by": "agency", "agency": None}},
    ).get_json()["response"]
    assert answer["quality-grid"]["rowData"][0]["datasets"]
    assert said("criterion.accurate") in words(answer["quality-means"]["children"])
    sources = operator.call("sources-grid.rowData", {"sources-again.n_intervals": 1}).get_json()
    assert len(sources["response"]["sources-grid"]["rowData"]) == 3
