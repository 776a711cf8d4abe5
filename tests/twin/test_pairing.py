"""One run held against another: pairs of seeds, maps of what both have, and what is said."""

from __future__ import annotations

import pytest
from scipy.stats import t as student

from data_access.city import City, load_city
from tests.conftest import ROOT
from tests.twin.hand_made import kpi, line, point, result
from twin.maps import maps_of
from twin.pairing import T_975, against, against_base


@pytest.fixture(scope="module")
def hanoi() -> City:
    return load_city(ROOT / "city")


def of_seeds(*values: float, **more: object) -> dict:
    """Return a figure of several seeds."""
    found: dict = kpi("delay", 100.0, sum(values) / len(values), wide=8.0)
    found["value"]["bySeed"] = list(values)
    return {**found, **more}


def test_equal_seeds_make_pairs() -> None:
    one = result(kpis=[of_seeds(100.0, 140.0)])
    other = result(kpis=[of_seeds(110.0, 152.0)])
    (found,) = against(one, other)["kpis"]
    assert found["base"] == one["kpis"][0]["value"]
    assert found["delta"]["mean"] == 11.0
    half = float(student.ppf(0.975, 1)) * 1.0  # deviation of 10 and 12, over the root of two
    assert found["delta"]["high"] == pytest.approx(11.0 + half, abs=0.01)
    assert found["delta"]["bySeed"] == [10.0, 12.0]


def test_student_is_as_the_library_has_it() -> None:
    assert {df: round(float(student.ppf(0.975, df)), 3) for df in T_975} == T_975


def test_runs_of_other_chance_have_a_wider_interval_and_say_so() -> None:
    one = result(kpis=[of_seeds(100.0, 140.0)])
    other = result(kpis=[of_seeds(110.0, 152.0)], seeds=[3, 4])
    found = against(one, other)
    delta = found["kpis"][0]["delta"]
    assert (delta["low"], delta["high"]) == (131.0 - 120.0 - 16.0, 131.0 - 120.0 + 16.0)
    assert any("other chances" in each["en"] for each in found["limits"])


def test_a_run_against_itself_is_no_difference() -> None:
    one = result("drainage")
    found = against(one, one)
    assert all(kpi["delta"]["mean"] == kpi["delta"]["low"] == 0 for kpi in found["kpis"])
    frames = found["frames"]["depthChange"]
    assert frames["base"] == frames["value"]


def test_the_map_of_a_difference_is_of_each_minute_both_have(hanoi: City) -> None:
    one, other = result("drainage"), result("drainage")
    for each in (one, other):
        each["geometry"]["twin.nodes"]["features"].append(point("dry", (105.85, 21.02)))
        each["geometry"]["twin.nodes"]["features"].append(point("mute", (105.86, 21.02)))
        each["frames"]["depth"]["dry"] = ["dry"]
    other["frames"]["depth"]["minutes"] = [0.0, 20.0, 30.0]
    other["frames"]["depth"]["value"] = {"a": [0.0, 60.0, 9.0], "c": [0.0, 25.0, 0.0]}
    layer = maps_of(against(one, other), hanoi)["depthChange"]
    assert layer["frames"]["minutes"] == [0.0, 20.0]
    values = layer["frames"]["values"]
    assert values["a"] == [0.0, 0.4]  # 20 cm became 60
    assert values["c"] == [0.0, 0.25]  # dry ground has no course
    assert values["b"] == [0.0, None]  # nobody knows
    assert values["dry"] == [0.0, 0.0]
    assert "mute" not in values  # the model says nothing of it
    assert layer["values"]["a"]["band"] == "much_deeper"
    assert layer["worst"] == ["a"]  # of those that have a name


def test_speed_is_told_as_a_share_of_the_other_run(hanoi: City) -> None:
    one, other = result(), result()
    other["frames"]["speed"]["value"] = {"a": [5.0, 5.0], "b": [30.0, 31.0]}
    layer = maps_of(against(one, other), hanoi)["speed"]
    assert layer["frames"]["values"]["a"] == [-50.0, 0.0]
    assert layer["frames"]["values"]["b"] == [0.0, 0.0]


def test_runs_of_other_networks_have_no_map_of_their_difference(hanoi: City) -> None:
    elsewhere = {"type": "FeatureCollection", "features": [line("a", (105.0, 21.0), (105.1, 21.0))]}
    found = against(result(), result(geometry={"twin.links": elsewhere}))
    assert found["frames"] == {}
    assert maps_of(found, hanoi) == {}
    assert "different models" in found["limits"][0]["en"]
    assert [kpi["id"] for kpi in found["kpis"]] == ["delay", "arrived"]


def test_a_run_is_held_against_its_own_base(hanoi: City) -> None:
    layer = maps_of(against_base(result("drainage")), hanoi)["depthChange"]
    assert layer["frames"]["values"]["a"] == [0.0, 0.4, 0.15]
    assert against_base(result()) == result()
