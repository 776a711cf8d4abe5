"""What may be asked of the traffic twin, and what is refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.city import load_city
from tests.conftest import ROOT
from twin.traffic.options import options
from twin.traffic.plan import read_plan
from twin.traffic.scenario import read_scenario


def test_every_measure_is_read() -> None:
    scenario = read_scenario(
        {
            "base": {"peak": "evening", "dayKind": "friday", "horizonMin": 30, "seeds": [3, 1]},
            "measures": [
                {"kind": "close", "links": ["b", "a", "a"], "both": False},
                {"kind": "reduce", "links": ["c"], "capacityShare": 0.5},
                {"kind": "signals", "junctions": ["J"], "splits": [0.6, 0.4]},
                {"kind": "greenWave", "corridor": ["K", "J"], "speedKmh": 40},
                {"kind": "demand", "area": "00070", "factor": 1.4, "purpose": "in"},
                {"kind": "oneWay", "links": ["d"], "direction": "backward"},
                {"kind": "rain", "mmPerH": 30},
                {"kind": "busLane", "links": ["e"]},
            ],
            "floods": {"f": 0.4},
        }
    )
    assert scenario.base.begins_h == 17
    assert scenario.base.seeds == [3, 1]
    assert scenario.measures[0].model_dump()["links"] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (None, "scenario"),
        ({"storm": 1}, "storm"),
        ({"base": {"seeds": []}}, "base.seeds"),
        ({"base": {"seeds": [1, 1]}}, "once"),
        ({"base": {"peak": "morning", "hour": 3}}, "not both"),
        ({"base": {"tripsScale": 1000}}, "base.tripsScale"),
        ({"base": {"network": "../etc"}}, "base.network"),
        ({"measures": [{"kind": "rain", "mmPerH": -5}]}, "measure 1 \\(Rain\\), Rain"),
        ({"measures": [{"kind": "rain", "mmPerH": float("nan")}]}, "measure 1 \\(Rain\\), Rain"),
        ({"measures": [{"kind": "rain", "mmPerH": 5}] * 2}, "one rain"),
        ({"measures": [{"kind": "close", "links": []}]}, "links"),
        ({"measures": [{"kind": "reduce", "links": ["a"]}]}, "below 1"),
        ({"measures": [{"kind": "reduce", "links": ["a"], "capacityShare": 0}]}, "Capacity left"),
        ({"measures": [{"kind": "signals", "junctions": ["a"], "splits": [0.9, 0.9]}]}, "add up"),
        ({"measures": [{"kind": "signals", "junctions": ["a"], "cycleS": 5}]}, "Cycle: "),
        ({"measures": [{"kind": "greenWave", "corridor": ["a", "a"]}]}, "once"),
        ({"measures": [{"kind": "demand", "area": "x", "factor": -1}]}, "Trips against usual"),
        ({"measures": [{"kind": "teleport", "links": ["a"]}]}, "measure 1: kind"),
        (
            {
                "measures": [
                    {"kind": "close", "links": ["a"]},
                    {"kind": "oneWay", "links": ["a"]},
                ]
            },
            "link a",
        ),
        ({"floods": {"a": -0.1}}, "floods.a"),
    ],
)
def test_what_is_absurd_is_refused_with_its_place(body: Any, where: str) -> None:
    with pytest.raises(ValueError, match=where) as refused:
        read_scenario(body)
    assert "\n" not in str(refused.value)


def test_the_city_offers_its_main_roads_junctions_and_wards() -> None:
    city = load_city(ROOT / "city")
    plan = read_plan(ROOT / "city", city)
    assert plan is not None
    offered = options(city, plan)
    assert len(offered["links"]) == len(city.network.links)
    assert len(offered["areas"]) >= 11
    assert all(set(each["name"]) == {"vi", "en"} for each in offered["junctions"])
    assert any("giả định" in said["vi"] for said in offered["invented"])


def test_a_city_without_a_plan_has_no_twin() -> None:
    folder = ROOT / "tests" / "fixtures" / "danang"
    assert read_plan(folder, load_city(folder)) is None
