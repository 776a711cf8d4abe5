"""What can be done with what is picked, and the scenario that comes of it."""

from __future__ import annotations

import pytest

from language import LANGUAGES, text
from twin.measures import KINDS, Picked, described, fitting, of_scenario

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


def test_a_wave_of_one_junction_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="greenWave"):
        of_scenario([picked("greenWave", "N1", speedKmh=40)], "traffic")


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
