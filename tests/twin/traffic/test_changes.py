"""What measures and floods do to edges; unknown names are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.working import WorkFailed
from tests.twin.traffic.small import plan_of, town
from twin.traffic.changes import Change, changes_of, check_names, depth_speed_kmh, flooded, rebuilt
from twin.traffic.scenario import TrafficScenario, read_scenario

STREETS = town()


def asked(*measures: dict[str, Any], **more: Any) -> TrafficScenario:
    return read_scenario({"measures": list(measures), **more})


def test_a_link_is_closed_both_ways_or_as_it_is_drawn() -> None:
    both = changes_of(asked({"kind": "close", "links": ["J00-J10"]}), STREETS, plan_of())
    assert both == {e: Change(is_closed=True) for e in ("J00-J10", "-J00-J10")}
    one = asked({"kind": "close", "links": ["J00-J10"], "both": False})
    assert list(changes_of(one, STREETS, plan_of())) == ["J00-J10"]


def test_losses_of_rain_and_of_works_multiply() -> None:
    scenario = asked(
        {"kind": "rain", "mmPerH": 10},
        {"kind": "reduce", "links": ["J00-J10"], "capacityShare": 0.5, "speedKmh": 20},
    )
    found = changes_of(scenario, STREETS, plan_of())
    assert set(found) == set(STREETS.edges)
    assert found["J00-J10"].capacity_share == pytest.approx(0.45)
    assert found["J00-J10"].speed_kmh(45) == 20
    assert found["J10-J20"].speed_kmh(45) == pytest.approx(40.5)


@pytest.mark.parametrize(
    ("depth_m", "closed", "to_motorcycles"),
    [(0.0, False, False), (0.15, False, False), (0.35, False, True), (0.6, True, False)],
)
def test_water_stops_motorcycles_before_everybody(
    depth_m: float, closed: bool, to_motorcycles: bool
) -> None:
    change = flooded(Change(), depth_m)
    assert change.is_closed is closed
    assert ("motorcycle" in change.closed_to) is to_motorcycles


def test_speed_in_water_follows_the_published_curve_and_never_rises_with_depth() -> None:
    assert depth_speed_kmh(0.1) == pytest.approx(40.65, abs=0.01)
    speeds = [depth_speed_kmh(n / 100) for n in range(0, 60)]
    assert speeds == sorted(speeds, reverse=True)
    assert min(speeds) == 5.0


def test_a_one_way_street_takes_the_lanes_of_the_other_way() -> None:
    new = rebuilt(asked({"kind": "oneWay", "links": ["J00-J10"], "direction": "backward"}), STREETS)
    assert new.removed == ("J00-J10",)
    assert new.streets.edges["-J00-J10"].lanes == 4
    assert new.streets.edges_of("J00-J10") == ("-J00-J10",)


def test_a_bus_lane_is_taken_from_the_others() -> None:
    new = rebuilt(asked({"kind": "busLane", "links": ["J00-J10"]}), STREETS)
    assert new.streets.edges["J00-J10"].lanes == 1
    assert {edge.id for edge, _ in new.added} == {"J00-J10.bus", "-J00-J10.bus"}
    with pytest.raises(WorkFailed, match="no lane to give"):
        rebuilt(asked({"kind": "busLane", "links": ["J00-J10"]}), town(lanes=1))


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"kind": "close", "links": ["nowhere"]}, "link nowhere is not in this network"),
        (
            {"kind": "signals", "junctions": ["X"], "cycleS": 60},
            "junction X is not in",
        ),
        ({"kind": "signals", "junctions": ["J00"], "cycleS": 60}, "junction J00 has no signal"),
        ({"kind": "greenWave", "corridor": ["J11", "Y"]}, "junction Y is not in this network"),
        ({"kind": "demand", "area": "99999", "factor": 2}, "area 99999 has no street"),
    ],
)
def test_what_is_not_there_is_named(measure: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkFailed, match=said):
        check_names(asked(measure), STREETS, ["J11"])
    with pytest.raises(WorkFailed, match="link Z"):
        check_names(asked(floods={"Z": 0.2}), STREETS, [])
