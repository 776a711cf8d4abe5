"""Calibration at gauges: those held back judge; where nothing was observed, it says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jobs.working import WorkFailed
from tests.twin.drainage.conftest import Heard
from twin.drainage import calibrate
from twin.drainage import run as running
from twin.drainage.calibrate import nash_sutcliffe, work
from twin.drainage.calibration import for_run, read_calibration
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
    found = work({"scenario": SCENARIO, "levels": levels}, heard)
    assert (found["runoff"], found["state"]) == (1.2, "calibrated")
    assert found["figures"]["nse"] > 0.99
    assert found["figures"]["peakErrorM"] < 0.01
    assert [each["heldBack"] for each in found["gauges"]] == [False, False, True, True]
    kept = read_calibration(for_run(found), "city")
    assert kept.runoff == 1.2
    assert kept.fit["state"] == "calibrated"
    assert read_calibration(for_run(found), "another").fit["state"] == "uncalibrated"


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
