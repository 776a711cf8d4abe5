"""What may be asked of the drainage twin, and what is refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.city import City
from twin.drainage.options import options
from twin.drainage.plan import DrainagePlan
from twin.drainage.scenario import check_picked, read_scenario

BURST = {"kind": "named", "id": "burst-100"}


def drawn(*mm: float, step_min: int = 60) -> dict[str, Any]:
    return {"kind": "hyetograph", "stepMin": step_min, "mm": {"all": list(mm)}}


def test_a_scenario_comes_and_goes_unchanged() -> None:
    given = {
        "storm": BURST,
        "riverLevelM": 9.5,
        "durationH": 12.0,
        "measures": [
            {"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 20},
            {"kind": "pumpsEarly", "station": "tram-yen-so", "hours": 3.0},
            {"kind": "block", "conduit": "lang-ha.4", "share": 0.8},
            {"kind": "drawdown", "lake": "bay-mau", "m": 1.0},
            {"kind": "gate", "gate": "thanh-liet", "open": 1.0},
        ],
        "model": "city",
        "modelHash": None,
    }
    read = read_scenario(given)
    assert read.model_dump(by_alias=True, mode="json") == given
    assert read.lead_h == 3.0


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({"storm": drawn(5, -1)}, "-1 mm in a step; rain is 0 or more"),
        ({"storm": drawn(600)}, "reaches 600 mm/h; at most 500"),
        ({"storm": drawn(*[400] * 10)}, "4000 mm on all; at most 3000"),
        ({"storm": drawn(float("nan"))}, "finite"),
        ({"storm": drawn()}, "0 steps, not 1 to 1000"),
        ({"storm": BURST, "durationH": 73}, "(durationH): 73 is more than 72"),
        ({"storm": BURST, "durationH": 0}, "durationH"),
        ({"storm": BURST, "model": "../../etc"}, "model"),
        ({"storm": BURST, "measures": [{"kind": "boil"}]}, "measure 1: kind 'boil'"),
        ({"storm": BURST, "colour": "red"}, "colour: there is no such field"),
        ({}, "storm: is missing"),
    ],
)
def test_what_is_absurd_is_refused_in_a_sentence(scenario: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_scenario(scenario)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ([{"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 21}], "has 20 pumps, not 21"),
        (
            [{"kind": "pumpsOff", "station": "nowhere", "pumps": 1}],
            "no nowhere (Pump station)",
        ),
        ([{"kind": "block", "conduit": "lang-ha.9", "share": 1}], "this model has no lang-ha.9 ("),
        ([{"kind": "drawdown", "lake": "hoan-kiem", "m": 5}], "can be lowered by 1.2 m, not 5"),
        (
            [{"kind": "gate", "gate": "thanh-liet", "open": 1}] * 2,
            "Gate opening of thanh-liet is there",
        ),
    ],
)
def test_what_the_city_does_not_have_cannot_be_picked(
    measures: list[dict[str, Any]], said: str, hanoi: City, plan: DrainagePlan
) -> None:
    asked = read_scenario({"storm": BURST, "measures": measures})
    with pytest.raises(ValueError) as refused:
        check_picked(asked, options(hanoi, plan))
    assert said in str(refused.value)


def test_a_river_level_outside_the_marks_is_refused(hanoi: City, plan: DrainagePlan) -> None:
    asked = read_scenario({"storm": BURST, "riverLevelM": 20})
    with pytest.raises(ValueError, match="expected 2 to 13 m"):
        check_picked(asked, options(hanoi, plan))


def test_everything_offered_has_a_name_in_both_languages_and_a_place(
    hanoi: City, plan: DrainagePlan
) -> None:
    offered = options(hanoi, plan)
    for listed in ("stations", "conduits", "lakes", "gates", "blackSpots", "areas"):
        assert offered[listed]
        for option in offered[listed]:
            assert all(option["name"][language] for language in ("vi", "en"))
            assert 20.9 < option["lat"] < 21.1
            assert 105.7 < option["lon"] < 105.95
        ids = [option["id"] for option in offered[listed]]
        assert len(set(ids)) == len(ids)
    assert {"2025-09-30", "design-310", "burst-100"} <= {s["id"] for s in offered["storms"]}
    assert sum(area["central"] for area in offered["areas"]) == 11  # R51: at least five wards
