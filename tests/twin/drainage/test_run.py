"""A drainage what-if as a job: what water does when it rains more, pumps stop, trunks are blocked.

On a small part of the city with all of its rivers, lakes and pumps, so that a run takes no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.working import Cancelled, WorkFailed
from settings import Settings
from tests.twin.drainage.conftest import Heard
from twin.drainage import run as running
from twin.drainage.opening import Twin
from twin.drainage.run import work

ALL_OFF = {"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 20}


@pytest.fixture
def answer(small: Twin, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    count = 0

    def asked(storm: Mapping[str, Any], *measures: Mapping[str, Any], hours: float = 4) -> Any:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        scenario = {"storm": storm, "durationH": hours, "measures": list(measures)}
        return work({"scenario": scenario}, Heard(folder, settings))

    return asked


def rain(mm: float, hours: int) -> dict[str, Any]:
    return {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [mm / hours] * hours}}


def figure(result: Mapping[str, Any], kpi: str, case: str = "value") -> float:
    found = {each["id"]: each for each in result["kpis"]}
    mean: float = found[kpi][case]["mean"]
    return mean


def test_pumps_that_are_off_pump_less_and_the_reservoir_rises(answer: Any) -> None:
    half = answer(rain(120, 3), {**ALL_OFF, "pumps": 18})
    none = answer(rain(120, 3), ALL_OFF)
    base, some, off = (
        figure(half, "pumped", "base"), figure(half, "pumped"), figure(none, "pumped"),
    )  # fmt: skip
    assert base > some > off == 0
    lake = next(each for each in none["details"]["lakes"] if each["id"] == "yen-so")
    assert lake["value"]["peakM"] > lake["base"]["peakM"]


def test_more_rain_never_floods_less(answer: Any) -> None:
    volumes = [figure(answer(rain(mm, 2), hours=3), "floodVolume") for mm in (20, 70, 140, 280)]
    assert volumes == sorted(volumes)
    assert volumes[-1] > volumes[0]


def test_r51_a_long_design_storm_and_a_short_observed_one_flood_differently(answer: Any) -> None:
    """R51: 310 mm in 48 h and the 421 mm of 30/09/2025 give other depths, each without loss."""
    design = answer({"kind": "named", "id": "design-310"}, hours=48)
    observed = answer({"kind": "named", "id": "2025-09-30"}, hours=10)
    for each in (design, observed):
        assert all(abs(each["details"]["massBalance"]["value"][part]) < 1
                   for part in ("runoffPct", "routingPct"))  # fmt: skip
    depths = [{s["id"]: s["value"]["depthM"] for s in each["details"]["blackSpots"]}
              for each in (design, observed)]  # fmt: skip
    assert depths[0] != depths[1]
    assert sum(depths[1].values()) > sum(depths[0].values())


def test_ground_that_stays_dry_is_known_to_be_dry(answer: Any, small: Twin) -> None:
    followed = {place.id for place in small.model.places}
    for mm in (3, 120):
        frames = answer(rain(mm, 2))["frames"]["depth"]
        wet, dry = set(frames["value"]), set(frames["dry"])
        assert wet | dry == followed
        assert not wet & dry
        assert bool(wet) is (mm > 3)


def test_where_a_model_says_nothing_of_depth_nothing_is_dry(
    small: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = small.model.places
    mute = replace(first, ponding_m2=0.0)
    model = replace(small.model, places=(mute, *others))
    monkeypatch.setattr(running, "open_twin", lambda *_: replace(small, model=model))
    frames = work({"scenario": {"storm": rain(3, 1), "durationH": 2}}, heard)["frames"]["depth"]
    assert first.id not in {*frames["dry"], *frames["value"]}


def test_water_is_neither_made_nor_lost(answer: Any) -> None:
    result = answer(rain(150, 3), ALL_OFF)
    for case in ("base", "value"):
        balance = result["details"]["massBalance"][case]
        assert abs(balance["runoffPct"]) < 1
        assert abs(balance["routingPct"]) < 1
        assert balance["trusted"]
    assert not any("not to be trusted" in limit["en"] for limit in result["limits"])


def test_a_blocked_trunk_floods_what_lies_above_it(answer: Any) -> None:
    result = answer(rain(90, 2), {"kind": "block", "conduit": "ton-duc-thang.2", "share": 1})
    assert figure(result, "floodVolume") > figure(result, "floodVolume", "base")


def test_a_lake_drawn_down_and_pumps_that_start_early_leave_room(answer: Any) -> None:
    early = {"kind": "pumpsEarly", "station": "tram-yen-so", "hours": 2}
    lower = {"kind": "drawdown", "lake": "dong-da", "m": 1.0}
    result = answer(rain(120, 3), early, lower)
    peaks = {each["id"]: each for each in result["details"]["lakes"]}
    for lake in ("yen-so", "dong-da"):
        assert peaks[lake]["value"]["peakM"] < peaks[lake]["base"]["peakM"]
    assert result["details"]["rainBeginsMin"] == 120


def test_a_high_river_outside_slows_the_pumps(
    small: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    pumped = []
    for level in (5, 12):
        scenario = {"storm": rain(120, 3), "riverLevelM": level, "durationH": 4}
        pumped.append(figure(work({"scenario": scenario}, heard), "pumped"))
    assert pumped[1] < pumped[0]


def test_the_same_question_has_the_same_answer_to_the_byte(answer: Any) -> None:
    one, other = (answer(rain(120, 3), ALL_OFF) for _ in range(2))
    assert orjson.dumps(one) == orjson.dumps(other)
    assert one["fit"]["state"] == "uncalibrated"
    assert one["engine"]["SWMM"].startswith("5.")


def test_what_cannot_be_asked_fails_with_its_reason(heard: Heard) -> None:
    with pytest.raises(WorkFailed, match="rain is 0 or more") as refused:
        work({"scenario": {"storm": rain(-5, 1)}}, heard)
    assert refused.value.code == "input"
    with pytest.raises(WorkFailed, match="this model has no flood-of-noah"):
        work({"scenario": {"storm": {"kind": "named", "id": "flood-of-noah"}}}, heard)


def test_a_job_that_is_cancelled_ends(
    small: Twin, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    told = Heard(tmp_path, settings, cancel_after=3)
    with pytest.raises(Cancelled):
        work({"scenario": {"storm": rain(120, 3), "measures": [ALL_OFF]}}, told)


def test_a_first_picture_comes_before_the_answer(
    small: Twin, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    monkeypatch.setattr(running, "FIRST_PICTURE_S", 0.0)
    scenario = {"storm": rain(120, 3), "durationH": 24, "measures": [ALL_OFF]}
    result = work({"scenario": scenario}, heard)
    assert heard.partials
    assert heard.partials[0]["details"]["untilMin"] < result["details"]["untilMin"] == 24 * 60
    assert set(heard.partials[0]["frames"]) == set(result["frames"])
    (told,) = heard.published  # the answer alone
    assert told.aggregate == "twin.latest.drainage"
    assert set(told.payload["maps"]) == {"depth", "areaDepth"}


def test_the_drainage_companys_bands_come_out(tmp_path: Path, settings: Settings) -> None:
    """Below 50 mm in 2 h nothing floods; 50 to 100 mm: about eleven known points; above: many."""
    flooded = {}
    for storm in ("burst-50", "burst-75", "burst-100"):
        folder = tmp_path / storm
        folder.mkdir()
        scenario = {"storm": {"kind": "named", "id": storm}, "durationH": 3}
        result = work({"scenario": scenario}, Heard(folder, settings))
        flooded[storm] = figure(result, "spotsFlooded"), figure(result, "placesFlooded")
    assert flooded["burst-50"] == (0, 0)
    assert 8 <= flooded["burst-75"][0] <= 13
    assert flooded["burst-100"][0] == 16
    assert flooded["burst-100"][1] > 16
