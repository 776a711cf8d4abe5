"""Calibration at gauges: those held back judge; where nothing was observed, it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.working import WorkFailed
from settings import Settings
from tests.twin.drainage.conftest import Heard
from twin.doubts import doubts
from twin.drainage import calibrate
from twin.drainage import run as running
from twin.drainage.calibrate import nash_sutcliffe, work
from twin.drainage.calibration import (
    Calibration,
    fitted_to,
    fitted_to_text,
    for_run,
    read_calibration,
)
from twin.drainage.case import SAMPLE_S, write_case
from twin.drainage.engine import Case, run_cases
from twin.drainage.flooding import water_of
from twin.drainage.importing import hash_of, import_model
from twin.drainage.opening import Twin

STORM = {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [30, 60, 20]}}
SCENARIO = {"storm": STORM, "durationH": 5}
STOOD_AT = ("R-to-lich-4", "R-to-lich-8", "R-lu-3", "R-set-3")


@pytest.fixture
def small_city(small: Twin, monkeypatch: pytest.MonkeyPatch) -> Twin:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    return small


def observed(twin: Twin, heard: Heard, runoff: float) -> list[dict[str, Any]]:
    """Make gauges of a run whose truth is known; their zeros are not the model's."""
    asked = running.read_asked(SCENARIO, {"runoff": runoff}, heard)
    water = running.simulate(asked, heard, partial=heard.partial).base
    where = {place.id: place for place in twin.model.places}
    return [
        {
            "id": node,
            "name": node,
            "lat": where[node].lat,
            "lon": where[node].lon,
            "levels": [
                [minute, float(level) + 10]
                for minute, level in zip(water.minutes, water.level_m(node), strict=True)
            ],
        }
        for node in STOOD_AT
    ]


def test_the_factor_that_made_the_levels_is_found_and_gauges_held_back_agree(
    small_city: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "ROUGHNESS", (1.0,))
    levels = observed(small_city, heard, 1.2)
    seen = [{"dataset": "water.level", "origin": "simulated", "series": 4, "untilMs": 1.0}]
    found = work({"scenario": SCENARIO, "levels": levels, "seen": seen}, heard)
    assert (found["runoff"], found["state"]) == (1.2, "calibrated")
    assert "simulated levels" in found["why"]["en"]
    assert "streets not measured" in found["why"]["en"]
    assert found["figures"]["nse"] > 0.99
    assert found["figures"]["peakErrorM"] < 0.01
    assert [each["heldBack"] for each in found["gauges"]] == [False, False, True, True]
    now = fitted_to(small_city.model)
    kept = read_calibration(for_run(found), "city", now)
    assert kept.runoff == 1.2
    assert kept.fit["state"] == "calibrated"
    assert read_calibration(for_run(found), "another", now).fit["state"] == "uncalibrated"


RIVER = """
[OPTIONS]
FLOW_UNITS CMS
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
START_DATE 01/01/2000
START_TIME 00:00
END_DATE 01/01/2000
END_TIME 05:00
WET_STEP 00:01:00
DRY_STEP 00:05:00
ROUTING_STEP 15
[RAINGAGES]
rain INTENSITY 1:00 1 TIMESERIES rain
[TIMESERIES]
rain 0 0
[SUBCATCHMENTS]
S rain A 40 50 400 0.5 0
T rain M 40 50 400 0.5 0
[SUBAREAS]
S 0.01 0.1 1 3 25 OUTLET
T 0.01 0.1 1 3 25 OUTLET
[INFILTRATION]
S 60 10 4 7 0
T 60 10 4 7 0
[JUNCTIONS]
A 5 4 0 0 0
B 4.8 4 0 0 0
C 4.6 4 0 0 0
M 5 4 0 0 0
[OUTFALLS]
O 4.4 FREE
[CONDUITS]
AB A B 600 0.03 0 0
BC B C 600 0.03 0 0
CO C O 600 0.03 0 0
MB M B 40 0.013 0 0
[XSECTIONS]
AB TRAPEZOIDAL 4 4 1 1
BC TRAPEZOIDAL 4 4 1 1
CO RECT_OPEN 4 5 0 0
MB CIRCULAR 1.5 0 0 0
[COORDINATES]
A 105.80 21.00
B 105.80 21.006
C 105.80 21.012
M 105.8003 21.006
O 105.80 21.018
"""


def test_a_model_that_was_imported_is_calibrated_by_gauges_at_its_open_water(
    tmp_path: Path, settings: Settings, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "ROUGHNESS", (1.0,))
    file = tmp_path / "song.inp"
    file.write_text(RIVER, "utf-8")
    scenario = {**SCENARIO, "model": import_model(file, settings)}
    scenario["modelHash"] = hash_of(settings, "song")
    asked = running.read_asked(scenario, None, heard)
    waters = asked.twin.model.waters
    assert sorted(waters) == ["A", "B", "C"]  # M is a manhole, whoever stands beside it
    made = asked.twin.model, asked.rain, asked.scenario
    truth = run_cases(
        [Case("truth", write_case(*made, (), calibration=Calibration(runoff=1.2)),
              asked.twin.model.nodes, (), SAMPLE_S)],
        heard.folder, steps=lambda _: None,
    )["truth"]  # fmt: skip
    water = water_of(asked.twin.model, truth, SAMPLE_S)
    levels = [
        {
            "id": node, "name": node, "lat": lat, "lon": lon,
            "levels": list(zip(water.minutes, map(float, water.level_m(node)), strict=True)),
        }
        for node, (lat, lon) in waters.items()
    ]  # fmt: skip
    found = work({"scenario": scenario, "levels": levels}, heard)
    assert (found["model"], found["runoff"], found["state"]) == ("song", 1.2, "calibrated")
    assert [each["node"] for each in found["gauges"]] == ["A", "C", "B"]
    kept = for_run(found)
    assert read_calibration(kept, "song", fitted_to_text(scenario["modelHash"])).runoff == 1.2
    anew = read_calibration(kept, "song", fitted_to_text("0" * 16))  # another under the same name
    assert (anew.runoff, anew.fit["state"]) == (1.0, "uncalibrated")
    assert "its network has changed" in anew.fit["why"]["en"]


def test_gauges_of_the_city_stand_at_water_that_is_followed(small: Twin) -> None:
    assert set(STOOD_AT) <= set(small.model.waters) <= set(small.model.nodes)


def test_levels_that_are_not_of_this_water_do_not_calibrate(
    small_city: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "ROUGHNESS", (1.0,))
    levels = observed(small_city, heard, 1.0)
    for gauge in levels:
        gauge["levels"] = [[minute, -level] for minute, level in gauge["levels"]]
    found = work({"scenario": SCENARIO, "levels": levels}, heard)
    assert found["state"] == "uncalibrated"
    assert found["figures"]["nse"] < 0


def test_water_that_did_not_move_calibrates_nothing(
    small_city: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "ROUGHNESS", (1.0,))
    levels = observed(small_city, heard, 1.0)
    for gauge in levels:
        gauge["levels"] = [[minute, 3.0] for minute, _ in gauge["levels"]]
    dry = {**SCENARIO, "storm": {**STORM, "mm": {"all": [0.0, 0.0, 0.0]}}}
    found = work({"scenario": dry, "levels": levels}, heard)
    assert found["state"] == "uncalibrated"
    assert "hardly moved" in found["why"]["en"]
    assert "nse" not in found["figures"]


def test_factors_that_were_wrong_where_held_back_change_no_run() -> None:
    told = {"model": "city", "runoff": 0.8, "roughness": 1.3, "state": "uncalibrated",
            "why": {"vi": "NSE -1", "en": "NSE -1"}}  # fmt: skip
    now = fitted_to_text("0" * 16)
    told["fitted"] = now.model_dump()
    kept = read_calibration(for_run(told), "city", now)
    assert (kept.runoff, kept.roughness) == (1.0, 1.0)
    assert kept.fit["why"]["en"] == "NSE -1"
    assert read_calibration(for_run({**told, "state": "calibrated"}), "city", now).runoff == 0.8


@pytest.mark.parametrize("seen", [True, False])
def test_water_calibrated_by_levels_says_that_streets_were_not_measured(
    seen: bool, small_city: Twin, heard: Heard
) -> None:
    figures = {"nse": 0.8, **({"spotErrorM": 0.1} if seen else {})}
    why = {"vi": "NSE 0,80", "en": "NSE 0.80"}
    fitted = fitted_to(small_city.model).model_dump()
    calibration = {"state": "calibrated", "why": why, "figures": figures, "fitted": fitted}
    result = running.work({"scenario": SCENARIO, "calibration": calibration}, heard)
    assert result["fit"]["state"] == "calibrated"
    said = " ".join(limit["en"] for limit in result["limits"])
    assert ("no depth in the streets" in said) is not seen


@pytest.mark.parametrize("levels", [[], [{"id": "far", "name": "far", "lat": 10, "lon": 100,
                                          "levels": [[n, 1.0] for n in range(20)]}]])  # fmt: skip
def test_where_nothing_was_observed_it_is_said_and_nothing_is_run(
    levels: list[dict[str, Any]], small_city: Twin, heard: Heard
) -> None:
    found = work({"scenario": SCENARIO, "levels": levels}, heard)
    assert found["state"] == "uncalibrated"
    assert found["why"]["vi"]
    assert list(heard.folder.iterdir()) == []


def test_observations_that_are_none_are_refused(small_city: Twin, heard: Heard) -> None:
    with pytest.raises(WorkFailed, match="observed"):
        work({"scenario": SCENARIO, "spots": {"thai-ha": -1}}, heard)


def test_the_efficiency_of_nash_and_sutcliffe() -> None:
    seen = np.array([1.0, 2.0, 3.0])
    assert nash_sutcliffe(seen, seen) == 1
    assert nash_sutcliffe(seen, np.full(3, 2.0)) == 0
    assert nash_sutcliffe(seen, -seen) < 0


def test_a_run_says_that_its_calibration_was_fitted_to_an_older_model(
    small_city: Twin, heard: Heard
) -> None:
    now = fitted_to(small_city.model)
    why = {"vi": "NSE 0,80", "en": "NSE 0.80"}
    calibration = {
        "state": "calibrated", "why": why, "figures": {"nse": 0.8}, "runoff": 1.2,
        "fitted": {**now.model_dump(), "engine": "swmm-toolkit 0.1"},
    }  # fmt: skip
    result = running.work({"scenario": SCENARIO, "calibration": calibration}, heard)
    bare = running.work({"scenario": SCENARIO}, heard)
    assert result["fit"]["state"] == "uncalibrated"
    assert result["kpis"] == bare["kpis"]  # its factors change nothing
    assert now.engine in result["fit"]["why"]["vi"]
    assert "cần hiệu chỉnh lại" in doubts(result)[0]["vi"]
