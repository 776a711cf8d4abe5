"""A page in an exercise: its own numbers, its own time, said all around; live is not touched."""

from __future__ import annotations

import json

import pytest

from callbacks import page_realm
from data_access.realms.realm import read_published
from tests.layouts.tiles.sample import everything
from tests.pages.automatic import exercise
from tests.pages.browse import as_text, nodes, words
from tests.pages.stand_in import NOW_MS, envelope
from tests.pages.test_automation import _part

REALM = "exercise:ngap"
SIZE = {"width": 1900, "height": 930}
PUBLIC = "environment.rain"


@pytest.fixture(autouse=True)
def played(link, reach):
    exercise(link)
    reach.cache.write(envelope(PUBLIC, label={"vi": "Mưa thật", "en": "Rain"}))
    reach.cache.write(
        envelope(PUBLIC, realm=REALM, version=7, label={"vi": "Mưa tập", "en": "Drill rain"})
    )


def _main(tree):
    return next(each for each in nodes(tree) if each["props"].get("id") == "main")


@pytest.mark.parametrize("path", ["/", "/console"])
def test_it_is_said_all_around_the_page_with_the_time_there(operator, path):
    page = operator.page(f"{path}?realm={REALM}")
    assert "is-exercise" in page["props"]["className"]
    told = words(_part(page, "realm-band"))
    assert told.startswith("DIỄN TẬP")
    assert "Ngập 21/09/2026" in told
    main = _main(page)["props"]
    assert main["data-realm"] == REALM
    assert json.loads(main["data-realm-clock"])["speed"] == 60


@pytest.mark.parametrize("asked", ["", "?realm=live", "?realm=exercise:", "?realm=known:x"])
def test_any_other_page_is_live_and_says_nothing(operator, asked):
    page = operator.page(f"/{asked}")
    assert "is-exercise" not in page["props"]["className"]
    assert words(_part(page, "realm-band")) == ""
    assert _main(page)["props"]["data-realm"] == "live"


def test_in_english_it_says_so_in_both_languages(operator):
    operator.post("/session/language", {"language": "en", "next": "/"})
    assert "EXERCISE · DIỄN TẬP" in words(operator.page(f"/?realm={REALM}"))


def test_the_rooms_data_are_those_of_the_world_that_is_shown(operator):
    data = [words(_part(operator.page(each), "room-data")) for each in ("/", f"/?realm={REALM}")]
    assert ("Mưa thật" in data[0], "Mưa tập" in data[0]) == (True, False)
    assert ("Mưa thật" in data[1], "Mưa tập" in data[1]) == (False, True)


def test_links_lead_there_and_back(operator):
    nav = _part(operator.page(f"/console?realm={REALM}"), "realm-choice")
    links = [each["props"]["href"] for each in nodes(nav) if each["type"] == "A"]
    assert links == ["?", "?realm=exercise%3Angap", "?realm=exercise%3Aket-xe"]


def test_without_exercises_there_is_nothing_to_choose(operator, link):
    link.exercises = []
    assert words(_part(operator.page("/console"), "realm-choice")) == ""


def test_one_that_has_ended_is_still_not_live(operator, link):
    link.exercises = []
    page = operator.page(f"/console?realm={REALM}")
    assert "is-exercise" in page["props"]["className"]
    assert "không phải trực tiếp" in words(_part(page, "realm-band"))


def test_a_consoles_tiles_are_of_the_realm_and_only_its_news_draws_them(leader, reach):
    sample = everything()
    reach.cache.write_many(sample.values())
    values = {"console-place.hash": "#/g/environment", "console-size.data": SIZE}
    drawn = [
        leader.call("console-body.children", {**values, "page-realm.data": realm})
        for realm in ("live", REALM)
    ]
    shown = [each.get_json()["response"]["console-shown"]["data"] for each in drawn]
    assert {read_published(name)[0] for name in shown[0]} == {"live"}
    assert shown[1] == {f"{REALM}:{PUBLIC}": 7}
    assert as_text(drawn[0]) != as_text(drawn[1])


def test_rows_behind_a_figure_are_those_known_at_that_time(reach, application):
    asked: dict = {}

    class Rows:
        def source_rows(self, dataset, **which):
            asked.update(which, dataset=dataset)
            return []

    object.__setattr__(reach, "rows", Rows())
    with application.test_request_context():
        there = page_realm.desk_in(reach, REALM)
        assert there.rows is not None
        there.rows.source_rows("rain", limit=5)
    # 5 s ago it was ten minutes into the hour, at 60 times the pace.
    assert asked["known_at"].timestamp() * 1000 == NOW_MS - 86_400_000 + 900_000
    assert page_realm.desk_in(reach, "live") is reach


def test_what_a_live_page_hears_of_an_exercise_moves_no_clock(operator):
    event = {"topic": "realms", "name": "changed", "count": 1}
    values = {"wall-event.data": event, "page-realm.data": "live"}
    assert "main" not in as_text(operator.call("realm-band.children", values))
    values["page-realm.data"] = REALM
    answer = operator.call("realm-band.children", values).get_json()["response"]
    assert json.loads(answer["main"]["data-realm-clock"])["speed"] == 60
    assert "Ngập" in as_text(operator.call("realm-choice.children", values))
