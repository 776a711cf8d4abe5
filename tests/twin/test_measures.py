"""What can be done with what is picked, and the scenario that comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from language import LANGUAGES, text
from layouts.pages.what_if_draft import new_draft, pressed, with_open
from twin.asked import asked
from twin.measures import EVERYWHERE, KINDS, Picked, described, fitting, of_scenario
from twin.traffic.scenario import read_scenario

NAME = {"vi": "Lê Duẩn", "en": "Lê Duẩn"}


def picked(kind: str, target: str, **values: float | str) -> Picked:
    return Picked(kind, target, NAME, values)


def test_alike_measures_of_several_roads_are_one() -> None:
    chosen = [picked("close", "b"), picked("close", "a"), picked("reduce", "c", capacityShare=40)]
    assert of_scenario(chosen, "traffic") == [
        {"kind": "close", "links": ["b", "a"]},
        {"kind": "reduce", "capacityShare": 0.4, "links": ["c"]},
    ]
    assert of_scenario(chosen, "drainage") == []


@pytest.mark.parametrize(
    ("street", "said"),
    [
        ("Đường Bạch Đằng", "Đóng đường Bạch Đằng"),
        ("đường số 5", "Đóng đường số 5"),
        ("Lê Duẩn", "Đóng đường Lê Duẩn"),
        ("Đường", "Đóng đường Đường"),
        ("Đường Láng (Đường Bưởi – Vọng)", "Đóng đường Láng (Đường Bưởi – Vọng)"),
    ],
)
def test_a_word_that_ends_what_is_done_and_begins_a_name_is_said_once(
    street: str, said: str
) -> None:
    one = Picked("close", "a", {"vi": street, "en": street}, {})
    assert described([one])["vi"] == said


def test_a_wave_of_one_junction_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="greenWave"):
        of_scenario([picked("greenWave", "N1", speedKmh=40)], "traffic")


def test_green_is_asked_for_a_road_that_leads_into_the_junction() -> None:
    arms = [{"id": "a", "name": {"vi": "Vọng", "en": "Vọng"}}, {"id": "b", "name": NAME}]
    junction = {"id": "N1", "name": NAME, "arms": arms}
    options = {"junctions": [junction]}
    draft = pressed(new_draft("traffic", options), "pick", "junctions/N1", {}, options)
    assert draft.measure == "signals"
    first = with_open(draft, options)
    assert of_scenario(first.chosen, "traffic")[0]["fromLink"] == "a"
    other = with_open(pressed(draft, "choice", "fromLink/b", {}, options), options)
    (measure,) = of_scenario(other.chosen, "traffic")
    assert read_scenario({"measures": [measure]}).measures[0].fromLink == "b"
    said = described(other.chosen)["vi"]
    assert said.endswith("hướng từ Lê Duẩn)")
    assert asked({"measures": [measure]}, options)["vi"] == said
    made_up = with_open(pressed(draft, "choice", "fromLink/x", {}, options), options)
    assert of_scenario(made_up.chosen, "traffic")[0]["fromLink"] == "a"
    bare = {"junctions": [{**junction, "arms": []}]}
    alone = with_open(pressed(new_draft("traffic", bare), "pick", "junctions/N1", {}, bare), bare)
    assert "fromLink" not in of_scenario(alone.chosen, "traffic")[0]


def test_pumps_are_whole_and_no_more_than_there_are() -> None:
    off = next(kind for kind in fitting("stations", {"pumps": 20}) if kind.kind == "pumpsOff")
    assert off.sliders[0].reach({"pumps": 20}) == (1, 20.0, 20.0)
    assert of_scenario([picked("pumpsOff", "yen-so", pumps=3.0)], "drainage") == [
        {"kind": "pumpsOff", "pumps": 3, "station": "yen-so"}
    ]


def test_only_a_station_with_a_reservoir_pumps_early() -> None:
    assert [k.kind for k in fitting("stations", {"pumps": 2})] == ["pumpsOff"]
    with_pool = fitting("stations", {"pumps": 2, "canPumpEarly": True})
    assert [k.kind for k in with_pool] == ["pumpsOff", "pumpsEarly"]


def test_what_is_as_it_was_is_not_asked() -> None:
    both, drawn = picked("close", "a"), picked("close", "a", both="drawn")
    assert of_scenario([both], "traffic") == [{"kind": "close", "links": ["a"]}]
    assert of_scenario([drawn], "traffic") == [{"kind": "close", "links": ["a"], "both": False}]
    no_limit = picked("reduce", "a", capacityShare=50, speedKmh=120)
    assert "speedKmh" not in of_scenario([no_limit], "traffic")[0]
    slow = picked("reduce", "a", capacityShare=50, speedKmh=20)
    assert of_scenario([slow], "traffic")[0]["speedKmh"] == 20
    assert described([no_limit])["en"] == "Reduce Lê Duẩn (50%)"
    assert described([drawn])["en"] == "Close Lê Duẩn (Only as drawn)"


def test_of_the_whole_network_rain_and_demand_are_asked() -> None:
    assert [kind.kind for kind in fitting(EVERYWHERE, {})] == ["rain", "demand"]
    asked_for = of_scenario([picked("demand", EVERYWHERE, factor=150)], "traffic")
    assert asked_for == [{"kind": "demand", "factor": 1.5, "purpose": "both", "area": "all"}]


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({"measures": [{"kind": "close", "links": ["a"], "both": False}]},
         "Close Lê Duẩn (Only as drawn)"),
        ({"measures": [{"kind": "demand", "area": "all", "factor": 1.5}]},
         "Demand Everywhere (150%)"),
        ({"base": {"network": "pho-hue"}, "measures": [{"kind": "rain", "mmPerH": 30}]},
         "Rain (30 mm/h) · on pho-hue"),
        ({"storm": {"kind": "named", "id": "b"}, "riverLevelM": 10.5, "model": "city"},
         "Burst · river 10.50 m"),
        ({"storm": {"kind": "hyetograph", "stepMin": 30, "mm": {"all": [20, 40.0]}}},
         "Drawn storm, 60 mm in 1 h"),
        ({"storm": {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [9]}, "source": "forecast",
                    "note": {"vi": "Mưa dự báo", "en": "Rain of the forecast"}}},
         "Rain of the forecast"),
        ({"storm": {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [9]}, "source": "gauges"}},
         "From gauges"),
        ({"storm": {"kind": "hyetograph", "stepMin": 30, "mm": {"1": [9], "2": [9]}}},
         "Drawn storm, 9 mm in 0.5 h on 2 wards"),
        ({"storm": {"kind": "hyetograph", "stepMin": 30, "mm": {"all": [20]},
                    "name": {"vi": "Mưa", "en": "Rain of gauges"}}, "model": "survey"},
         "Rain of gauges · on survey"),
    ],
)  # fmt: skip
def test_a_scenario_is_said_by_its_storm_river_and_model(
    scenario: dict[str, Any], said: str
) -> None:
    options = {
        "links": [{"id": "a", "name": NAME}],
        "all": [{"id": "all", "name": {"vi": "Toàn mạng", "en": "Everywhere"}}],
        "storms": [{"id": "b", "name": {"vi": "Trận", "en": "Burst"}}],
    }
    assert asked(scenario, options)["en"].replace("\u00a0", " ") == said


def test_what_is_asked_is_said_in_both_languages() -> None:
    said = described(
        [picked("reduce", "a", capacityShare=40), picked("oneWay", "a", direction="backward")]
    )
    assert said["vi"] == "Giảm năng lực Lê Duẩn (40%); Một chiều Lê Duẩn (Chiều ngược lại)"
    assert said["en"].startswith("Reduce Lê Duẩn (40%)")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_measure_and_what_it_asks_has_words(kind) -> None:
    keys = [f"measure.{kind.kind}", f"about.{kind.kind}"]
    keys += [f"slider.{slider.name}" for slider in kind.sliders]
    keys += [f"{choice.name}.{each}" for choice in kind.choices for each in choice.of]
    for language in LANGUAGES:
        for key in keys:
            assert text(f"what_if.{key}", language) != f"what_if.{key}"
