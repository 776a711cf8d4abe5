"""Whole runs of a small town through the engine: conserved, closed, repeatable, cancellable."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import psutil
import pytest

from jobs.working import Cancelled, WorkFailed
from tests.twin.traffic.small import EAST, WEST, working_in
from twin.traffic import outputs, run, simulation
from twin.traffic.engine import Running
from twin.traffic.run import Model, simulate, work
from twin.traffic.scenario import TrafficScenario, read_scenario
from twin.traffic.simulation import Case
from twin.traffic.streets import CITY, Streets

BASE = {"horizonMin": 30, "seeds": [1]}


def asked(*measures: dict[str, Any], seeds: tuple[int, ...] = (1,), **more: Any) -> TrafficScenario:
    base = {**BASE, "seeds": list(seeds), **more.pop("base", {})}
    return read_scenario({"base": base, "measures": list(measures), **more})


def value_of(result: Any, kpi: str) -> float:
    return float(next(each for each in result["kpis"] if each["id"] == kpi)["value"]["mean"])


def delta_of(result: Any, kpi: str) -> float:
    return float(next(each for each in result["kpis"] if each["id"] == kpi)["delta"]["mean"])


def conserves(counts: dict[str, int]) -> bool:
    """Every trip asked for arrived, is under way, waits, or is said to be dropped."""
    there = counts["arrived"] + counts["running"] + counts["waiting"] + counts["dropped"]
    went = counts["arrived"] + counts["running"] + counts["byEngine"]
    return counts["asked"] == there and counts["departed"] == went


def test_a_city_without_roads_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none: Any = SimpleNamespace(streets=Streets(CITY, {}, {}, {}))
    monkeypatch.setattr(run._own, "get", lambda *_: none)
    with pytest.raises(WorkFailed, match="lists no roads of its own") as refused:
        work({"scenario": {"base": BASE}}, working_in(tmp_path))
    assert refused.value.code == "input"


def test_closing_links_conserves_trips_and_nobody_enters(model: Model, tmp_path: Path) -> None:
    links = ["J01-J11", "J00-J10"]
    result = simulate(model, asked({"kind": "close", "links": links}), working_in(tmp_path))
    (counts,) = result["details"]["conservation"]
    assert conserves(counts["base"])
    assert conserves(counts["value"])
    assert counts["value"]["closedEnds"] > 0
    assert counts["value"]["byEngine"] == 0
    assert result["details"]["closedEntered"] == 0
    for link in links:
        assert sum(result["frames"]["flow"]["value"][link]) == 0
        assert sum(result["frames"]["flow"]["base"][link]) > 0
    assert delta_of(result, "dropped") == counts["value"]["dropped"]
    assert any(str(counts["value"]["dropped"]) in said["en"] for said in result["limits"])


def test_a_part_that_is_cut_off_drops_its_trips_and_says_so(model: Model, tmp_path: Path) -> None:
    corner = asked({"kind": "close", "links": ["J00-J10", "J00-J01"]})
    lonely = simulate(model, corner, working_in(tmp_path))
    (counts,) = lonely["details"]["conservation"]
    assert conserves(counts["value"])
    assert "J00" in lonely["details"]["reach"]["fire"]["cutOff"]
    assert counts["value"]["closedEnds"] + counts["value"]["noWay"] > 0


def test_the_same_inputs_give_the_same_bytes_kept_base_or_not(model: Model, tmp_path: Path) -> None:
    scenario = asked({"kind": "reduce", "links": ["J01-J11"], "capacityShare": 0.3}, seeds=(1, 2))
    first, again, elsewhere = (
        simulate(model, scenario, working_in(folder))
        for folder in (tmp_path / "a", tmp_path / "a", tmp_path / "b")
    )
    made = [orjson.dumps(each, option=orjson.OPT_SORT_KEYS) for each in (first, again, elsewhere)]
    assert made[0] == made[1] == made[2]


def test_another_seed_is_another_draw_and_several_give_an_interval(
    model: Model, tmp_path: Path
) -> None:
    working = working_in(tmp_path)
    result = simulate(model, asked({"kind": "rain", "mmPerH": 20}, seeds=(1, 2)), working)
    (speed,) = [each for each in result["kpis"] if each["id"] == "speed"]
    assert speed["base"]["bySeed"][0] != speed["base"]["bySeed"][1]
    assert speed["delta"]["low"] <= speed["delta"]["mean"] <= speed["delta"]["high"]
    assert speed["delta"]["mean"] < 0
    (partial,) = working.partials
    assert partial["seedsDone"] == 1
    assert result["seedsDone"] == 2
    assert any("1 of 2 seeds" in said["en"] for said in partial["limits"])
    assert set(result["areas"]) == {WEST, EAST}


def test_asking_nothing_answers_the_base(model: Model, tmp_path: Path) -> None:
    result = simulate(model, asked(), working_in(tmp_path))
    assert all(each["delta"]["mean"] == 0 for each in result["kpis"])
    assert result["fit"]["state"] == "uncalibrated"


def test_more_trips_into_an_area_are_more_trips(model: Model, tmp_path: Path) -> None:
    surge = {"kind": "demand", "area": EAST, "factor": 2, "purpose": "in", "event": "lễ hội"}
    (counts,) = simulate(model, asked(surge), working_in(tmp_path))["details"]["conservation"]
    assert counts["base"]["asked"] < counts["value"]["asked"] < 2 * counts["base"]["asked"]
    assert conserves(counts["value"])


@pytest.mark.parametrize(
    "measure",
    [
        {"kind": "oneWay", "links": ["J01-J11"]},
        {"kind": "busLane", "links": ["J01-J11"]},
        {"kind": "greenWave", "corridor": ["J01", "J11", "J21"], "speedKmh": 40},
        {"kind": "signals", "junctions": ["J11"], "cycleS": 40, "greenShare": 0.7},
    ],
)
def test_streets_and_signals_can_be_changed(
    measure: dict[str, Any], model: Model, tmp_path: Path
) -> None:
    result = simulate(model, asked(measure), working_in(tmp_path))
    (counts,) = result["details"]["conservation"]
    assert conserves(counts["value"])
    if measure["kind"] == "oneWay":
        assert counts["value"]["closedEnds"] > 0
    plans = result["details"]["signalPlans"]
    assert bool(plans) is (measure["kind"] in ("greenWave", "signals"))
    for each in plans:
        assert sum(each["plan"]["splitsS"]) == each["plan"]["cycleS"]
        assert each["better"] is None  # one seed shows nothing
        assert each["evidence"]


def test_green_is_given_to_who_comes_from_a_road(model: Model, tmp_path: Path) -> None:
    longest: dict[str, int] = {}
    for link in ("J01-J11", "J10-J11"):
        measure = {"kind": "signals", "junctions": ["J11"], "greenShare": 0.7, "fromLink": link}
        folder = tmp_path / link
        folder.mkdir()
        (found,) = simulate(model, asked(measure), working_in(folder))["details"]["signalPlans"]
        splits = found["plan"]["splitsS"]
        longest[link] = splits.index(max(splits))
        phases = found["phases"]
        assert len(phases) == len(splits)
        assert all(0 < each["greenS"] <= split for each, split in zip(phases, splits, strict=True))
        assert link in [arm["link"] for arm in phases[longest[link]]["from"]]
        assert sum(found["was"]["splitsS"]) == found["was"]["cycleS"]
        assert max(splits) > 0.6 * found["plan"]["cycleS"]
    assert longest["J01-J11"] != longest["J10-J11"]  # two roads that cross have their own phases
    away = {"kind": "signals", "junctions": ["J11"], "greenShare": 0.7, "fromLink": "J00-J01"}
    with pytest.raises(WorkFailed, match="lets nobody in from link J00-J01"):
        simulate(model, asked(away), working_in(tmp_path))


def test_deep_water_is_driven_by_nobody_and_shallow_by_no_motorcycle(
    model: Model, tmp_path: Path
) -> None:
    result = simulate(model, asked(floods={"J01-J11": 0.6, "J11-J21": 0.4}), working_in(tmp_path))
    flow = result["frames"]["flow"]
    assert sum(flow["value"]["J01-J11"]) == 0
    assert sum(flow["value"]["J11-J21"]) < sum(flow["base"]["J11-J21"])
    assert result["details"]["reach"]["hospital"]["areas"]


def test_a_gridlock_ends_in_time_with_what_it_has(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An engine that is out of time from the beginning, whatever the machine: it is told to stop
    # once the first five minutes are written.
    monkeypatch.setattr(Running, "poll", stopped_after_an_interval)
    result = simulate(model, asked(base={"tripsScale": 10}, seeds=(1, 2, 3)), working_in(tmp_path))
    assert result["seedsDone"] == 1
    (counts,) = result["details"]["conservation"]
    left = next(each for each in result["kpis"] if each["id"] == "unfinished")
    assert left["value"]["mean"] == counts["value"]["asked"] - counts["value"]["arrived"] > 0
    assert {each["id"] for each in result["kpis"]} == {"arrived", "unfinished"}
    assert "Gridlock" in result["limits"][0]["en"]
    speeds = list(result["frames"]["speed"]["value"].values())
    assert any(each[0] is not None for each in speeds)


def stopped_after_an_interval(running: Running) -> bool:
    edges = running.log.parent / outputs.EDGES
    written = edges.is_file() and b"</interval>" in edges.read_bytes()
    if running.process.poll() is None and not written:
        return False
    running.is_late = True
    running.end()
    return True


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancelled_at_any_moment_nothing_is_left(
    after: int, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Running] = []
    launch = simulation.launch

    def noted(case: Case, *, timeout_s: float) -> Running:
        started.append(launch(case, timeout_s=timeout_s))
        return started[-1]

    monkeypatch.setattr(simulation, "launch", noted)
    working = working_in(tmp_path, cancelled_after=after)
    with pytest.raises(Cancelled):
        simulate(model, asked({"kind": "rain", "mmPerH": 9}, seeds=(1, 2, 3)), working)
    assert started
    assert all(each.process.returncode is not None for each in started)
    assert "sumo" not in {each.name() for each in psutil.Process().children()}


def test_r50_a_closed_link_of_the_citys_own_network_answers_for_eleven_wards(
    tmp_path: Path,
) -> None:
    """R50: flows find other ways, no trip is lost, and each ward has its own change."""
    working = working_in(tmp_path)
    asking = {
        "base": {"peak": "morning", "horizonMin": 30, "tripsScale": 0.05, "seeds": [1]},
        "measures": [{"kind": "close", "links": ["N18-N24"]}],
    }
    result = work({"scenario": asking, "calibration": None}, working)
    assert len(result["areas"]) >= 11
    assert all(any("delta" in kpi for kpi in kpis) for kpis in result["areas"].values())
    (counts,) = result["details"]["conservation"]
    assert conserves(counts["base"])
    assert conserves(counts["value"])
    flow = result["frames"]["flow"]
    assert sum(flow["value"]["N18-N24"]) == 0 < sum(flow["base"]["N18-N24"])
    assert sum(sum(flow["value"][link]) > sum(flow["base"][link]) for link in flow["value"]) > 5
    assert result["fit"]["state"] == "uncalibrated"
    assert any("giả định" in said["vi"] for said in result["invented"])
    assert {v["kind"]: v["carEquivalent"] for v in result["details"]["vehicles"]}[
        "motorcycle"
    ] == 0.3
    assert len(result["details"]["reach"]["hospital"]["areas"]) >= 11
    assert "twin.latest.traffic" in {envelope.aggregate for envelope in working.published}


def test_inputs_that_say_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match="scenario") as refused:
        work({}, working_in(tmp_path))
    assert refused.value.code == "input"
    named = {"scenario": {"base": {"network": "nowhere"}}}
    with pytest.raises(WorkFailed, match="no network of that name"):
        work(named, working_in(tmp_path))
