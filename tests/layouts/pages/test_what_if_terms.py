"""The conditions of a what-if: what presses change, and the scenario that comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_access.city import City, load_city
from layouts.pages.what_if_draft import Draft, new_draft, pressed, read_draft, scenario_of
from tests.conftest import ROOT
from twin.coupled.scenario import picked_from
from twin.coupled.scenario import read_scenario as read_chain
from twin.drainage.options import options as water_options
from twin.drainage.plan import read_plan as read_water
from twin.drainage.scenario import check_picked, read_scenario
from twin.traffic.options import options as road_options
from twin.traffic.plan import read_plan as read_roads
from twin.traffic.scenario import read_scenario as read_traffic

CITY = ROOT / "city"


@pytest.fixture(scope="module")
def hanoi() -> City:
    return load_city(CITY)


@pytest.fixture(scope="module")
def options(hanoi: City) -> dict[str, Any]:
    water, roads = read_water(Path(CITY), hanoi), read_roads(Path(CITY), hanoi)
    assert water is not None
    assert roads is not None
    of_water = {**water_options(hanoi, water), "backsH": [24, 48]}
    of_roads = road_options(hanoi, roads)
    chain = picked_from(of_water, of_roads)
    return {"drainage": of_water, "traffic": of_roads, "coupled": chain}


def after(options: dict[str, Any], kind: str, *presses: tuple[str, str], rain: Any = None) -> Draft:
    draft = pressed(new_draft(kind, options[kind]), "conditions", "", {}, options[kind])
    for do, about in presses:
        draft = pressed(draft, do, about, {}, options[kind])
    return pressed(draft, "", "", {}, options[kind], rain=rain)


def asked(draft: Draft, options: dict[str, Any]) -> dict[str, Any]:
    return scenario_of(draft, options[draft.kind])


def test_a_hand_begins_with_the_storm_that_was_chosen(options: dict[str, Any]) -> None:
    draft = after(options, "drainage", ("storm", "burst-100"), ("storm", "drawn"))
    assert draft.terms.drawn is not None
    assert draft.terms.drawn.total_mm == pytest.approx(100)
    assert draft.terms.drawn.hours == 2
    rain = [0.0] * 11 + [12.5]
    scenario = asked(pressed(draft, "", "", {}, options["drainage"], rain=rain), options)
    assert scenario["storm"] == {
        "kind": "hyetograph",
        "stepMin": 10,
        "mm": {"all": rain},
        "source": "drawn",
    }
    check_picked(read_scenario(scenario), options["drainage"])


@pytest.mark.parametrize("rain", [None, "x", [1.0], [-1.0] * 12, [float("nan")] * 12])
def test_rain_no_hand_drew_changes_nothing(options: dict[str, Any], rain: Any) -> None:
    draft = after(options, "drainage", ("storm", "burst-50"), ("storm", "drawn"), rain=rain)
    assert draft.terms.drawn is not None
    assert draft.terms.drawn.total_mm == pytest.approx(50)


def test_keys_shape_the_drawn_storm(options: dict[str, Any]) -> None:
    presses = [("storm", "drawn"), ("span", "6"), ("shape", "late"), ("total", "-50")]
    drawn = after(options, "drainage", ("storm", "burst-100"), *presses).terms.drawn
    assert drawn is not None
    assert (drawn.hours, drawn.total_mm) == (6, pytest.approx(50))
    assert drawn.mm.index(max(drawn.mm)) >= 8


def test_what_is_drawn_may_fall_on_some_wards_alone(options: dict[str, Any]) -> None:
    first, second = (area["id"] for area in options["drainage"]["areas"][:2])
    presses = [("storm", "drawn"), ("ward", second), ("ward", first), ("ward", "99999")]
    draft = after(options, "drainage", *presses)
    scenario = asked(draft, options)
    assert list(scenario["storm"]["mm"]) == [first, second]
    read_scenario(scenario)
    fewer = pressed(draft, "ward", first, {}, options["drainage"])
    assert list(asked(fewer, options)["storm"]["mm"]) == [second]
    all_again = pressed(draft, "ward", "", {}, options["drainage"])
    assert list(asked(all_again, options)["storm"]["mm"]) == ["all"]


def test_the_river_is_as_modelled_unless_another_level_is_chosen(options: dict[str, Any]) -> None:
    water = options["drainage"]
    assert "riverLevelM" not in asked(after(options, "drainage"), options)
    alarm = after(options, "drainage", ("river", "10.5"))
    assert asked(alarm, options)["riverLevelM"] == 10.5
    assert "riverLevelM" not in asked(pressed(alarm, "river", "", {}, water), options)
    moved = pressed(alarm, "", "", {"riverM": 11.27}, water)
    assert asked(moved, options)["riverLevelM"] == 11.27
    for absurd in (99.0, -5.0, float("nan")):
        assert "riverLevelM" not in asked(
            pressed(alarm, "", "", {"riverM": absurd}, water), options
        )


def test_a_chain_meets_traffic_in_the_hour_that_is_chosen(options: dict[str, Any]) -> None:
    draft = after(options, "coupled", ("meeting", "120"), ("peak", "hour"), ("day", "sunday"))
    draft = pressed(draft, "", "", {"hourOfDay": 21.0}, options["coupled"])
    read = read_chain(asked(draft, options))
    assert read.at_min == 120
    assert (read.traffic.base.hour, read.traffic.base.dayKind) == (21, "sunday")
    assert read_chain(asked(after(options, "coupled"), options)).at_min is None


def test_rain_and_demand_may_be_asked_of_the_whole_network(options: dict[str, Any]) -> None:
    roads = options["traffic"]
    draft = pressed(new_draft("traffic", roads), "list", "all", {}, roads)
    assert draft.measure == "rain"
    draft = pressed(draft, "add", "", {"mmPerH": 30}, roads)
    draft = pressed(pressed(draft, "list", "all", {}, roads), "measure", "demand", {}, roads)
    draft = pressed(draft, "add", "", {"factor": 150}, roads)
    read = read_traffic(asked(draft, options))
    assert [each.kind for each in read.measures] == ["rain", "demand"]
    assert asked(draft, options)["measures"][1]["area"] == "all"


def test_a_draft_comes_back_as_it_went_or_is_a_new_one(options: dict[str, Any]) -> None:
    presses = [("storm", "drawn"), ("river", "9.5"), ("hours", "24"), ("seeds", "2")]
    draft = after(options, "coupled", *presses)
    assert read_draft(draft.to_json(), "coupled", options["coupled"]) == draft
    for broken in ({"terms": None}, {"terms": {}}, {"terms": {"drawn": 7}}):
        body = draft.to_json() | broken
        assert read_draft(body, "coupled", options["coupled"]) == new_draft(
            "coupled", options["coupled"]
        )


def test_terms_of_no_kind_are_those_one_begins_with(options: dict[str, Any]) -> None:
    draft = new_draft("coupled", options["coupled"])
    body = draft.to_json()
    body["terms"] |= {"storm": "flood", "hours": 1e9, "seeds": True, "atMin": -1, "hour": 25}
    assert read_draft(body, "coupled", options["coupled"]) == draft
