"""Models of the US: in feet, inches, acres and their flows, they say what metric ones say."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from tests.twin.drainage.conftest import Heard
from twin.drainage.importing import import_model, imported_model
from twin.drainage.run import work
from twin.drainage.units import UNITS

FOOT, INCH, ACRE_HA = 0.3048, 25.4, 0.40468564224
# Two manholes where water stands, a lake behind a gate, a pump, and a river's level at the end.
NETWORK = """
[OPTIONS]
FLOW_UNITS {flow}
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
ALLOW_PONDING YES
START_DATE 01/01/2000
START_TIME 00:00
END_DATE 01/01/2000
END_TIME 03:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 5
MIN_SURFAREA {surface}
[RAINGAGES]
rain INTENSITY 1:00 1 TIMESERIES rain
[TIMESERIES]
rain 0 0
[SUBCATCHMENTS]
S rain A {area} 80 {width} 1 0
[SUBAREAS]
S 0.01 0.1 {store} {store} 25 OUTLET
[INFILTRATION]
S {soak} {soaked} 4 7 0
[JUNCTIONS]
A {a} {deep} 0 0 {stands}
B {b} {deep} 0 0 {stands}
[STORAGE]
L {lake} {deep} {filled} FUNCTIONAL 0 0 {water}
[OUTFALLS]
O {end} FIXED {river}
[CONDUITS]
AB A B {length} 0.013 0 0
BL B L {length} 0.013 0 0
[ORIFICES]
G L C BOTTOM 0 0.65 NO 0
[PUMPS]
P L C Q ON 0 0
[CURVES]
Q PUMP2 {pumpDepth} {pumpFlow}
[XSECTIONS]
AB CIRCULAR {wide} 0 0 0
BL CIRCULAR {wide} 0 0 0
CO RECT_OPEN {deep} {wide} 0 0
G CIRCULAR {opening} 0 0 0
"""
METRES = {
    "a": 9.0, "b": 8.0, "deep": 3.0, "lake": 6.0, "filled": 1.0, "end": 5.5, "river": 5.8,
    "length": 200.0, "wide": 0.6, "opening": 0.4, "pumpDepth": 10.0, "width": 150.0, "low": 5.7,
}  # fmt: skip
SQUARE_METRES = {"stands": 6000.0, "water": 2000.0, "surface": 1.17}
MILLIMETRES = {"store": 1.5, "soak": 30.0, "soaked": 4.0}


def network(flow: str) -> str:
    units = UNITS[flow]
    foot, inch = (FOOT, INCH) if units.is_us else (1.0, 1.0)
    text = NETWORK.replace("[CONDUITS]\n", "[CONDUITS]\nCO C O {length} 0.02 0 0\n")
    return text.replace("[STORAGE]\n", "C {low} {deep} 0 0 0\n[STORAGE]\n").format(
        flow=flow,
        area=6 / (ACRE_HA if units.is_us else 1),
        pumpFlow=0.05 / units.flow_m3s,
        **{key: metres / foot for key, metres in METRES.items()},
        **{key: m2 / foot**2 for key, m2 in SQUARE_METRES.items()},
        **{key: mm / inch for key, mm in MILLIMETRES.items()},
    )


def asked(model: str) -> dict[str, Any]:
    return {
        "model": model,
        "storm": {"kind": "hyetograph", "stepMin": 30, "mm": {"all": [40, 80, 20]}},
        "riverLevelM": 6.4,
        "durationH": 3,
        "measures": [
            {"kind": "block", "conduit": "AB", "share": 0.5},
            {"kind": "drawdown", "lake": "L", "m": 0.4},
            {"kind": "gate", "gate": "G", "open": 0.5},
        ],
    }


def answered(flow: str, tmp_path: Path, heard: Heard) -> Mapping[str, Any]:
    file = tmp_path / f"{flow}.inp"
    file.write_text(network(flow), "utf-8")
    return work({"scenario": asked(import_model(file, heard.settings))}, heard)


@pytest.fixture
def metric(tmp_path: Path, heard: Heard) -> Mapping[str, Any]:
    return answered("CMS", tmp_path, heard)


@pytest.mark.parametrize("flow", [flow for flow in UNITS if flow != "CMS"])
def test_the_same_network_in_other_units_says_the_same(
    flow: str, metric: Mapping[str, Any], tmp_path: Path, heard: Heard
) -> None:
    other = answered(flow, tmp_path, heard)
    for mine, theirs in zip(metric["kpis"], other["kpis"], strict=True):
        for case in ("base", "value"):
            wanted = pytest.approx(mine[case]["mean"], rel=0.01, abs=1)
            assert theirs[case]["mean"] == wanted, mine["id"]
    depths = metric["frames"]["depth"]
    assert max(depths["value"]["A"]) > max(depths["base"]["A"]) > 0.2  # blocked: deeper
    for case in ("base", "value"):
        for node, course in depths[case].items():
            assert other["frames"]["depth"][case][node] == pytest.approx(course, abs=0.02)
    for told in ("lakes", "stations"):
        for mine, theirs in zip(metric["details"][told], other["details"][told], strict=True):
            for case in ("base", "value"):
                assert theirs[case] == pytest.approx(mine[case], rel=0.01, abs=0.02)
    assert other["details"]["riverLevelM"] == 6.4


@pytest.mark.parametrize("flow", UNITS)
def test_what_may_be_picked_is_in_metres(flow: str, tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "picked.inp"
    file.write_text(network(flow), "utf-8")
    model = imported_model(settings, import_model(file, settings))
    assert [place.ponding_m2 for place in model.places[:2]] == pytest.approx([6000, 6000])
    assert [place.full_m for place in model.places] == pytest.approx([3, 3, 3])
    (pool,), (sluice,) = model.pools.values(), model.sluices.values()
    assert (pool.bed_m, pool.level_m, pool.brim_m) == pytest.approx((6, 7, 9))
    assert sluice.height_m == pytest.approx(0.4)
    assert model.river_level_m == model.options["river"]["levelM"] == pytest.approx(5.8)
    assert model.options["lakes"][0]["mostDrawdownM"] == pytest.approx(1.0)
    assert model.full_m3s["AB"] == pytest.approx(0.434, rel=0.03)  # Manning; SWMM rounds to 0.01
    is_said = any("US units" in each["en"] and flow in each["vi"] for each in model.limits)
    assert is_said == UNITS[flow].is_us


def test_a_public_model_of_the_us_gives_its_published_figures_in_ours(heard: Heard) -> None:
    """pyswmm 2.2.0, tests/test_nodes.py: the basin is full, 5 ft; 52.66 acre feet are lost."""
    spec = find_spec("pyswmm")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "tests" / "data" / "model_storage_pump.inp"
    dry = {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [0]}}
    scenario = {"model": import_model(file, heard.settings), "storm": dry, "durationH": 58}
    result = work({"scenario": scenario}, heard)
    (basin,) = result["details"]["lakes"]
    assert (basin["value"]["peakM"], basin["brimM"]) == (1.52, 1.524)
    lost = result["kpis"][0]["value"]["mean"]
    assert lost == pytest.approx(52.66 * 43_560 * FOOT**3, rel=1e-3)
    assert result["details"]["massBalance"]["value"]["trusted"]


def test_rain_that_stood_in_a_file_is_left_to_the_scenario(
    tmp_path: Path, settings: Settings, heard: Heard
) -> None:
    text = network("CFS").replace("TIMESERIES rain", 'FILE "/nowhere/rain.dat" STA01 IN')
    file = tmp_path / "of-a-station.inp"
    file.write_text(text, "utf-8")
    model_id = import_model(file, settings)
    assert "nowhere" not in imported_model(settings, model_id).text
    (flooded, *_) = work({"scenario": asked(model_id)}, heard)["kpis"]
    assert flooded["value"]["mean"] > 0
