"""Calibration: the formula of GEH, and a town whose true demand is found again from counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs.working import WorkFailed
from tests.twin.traffic.small import working_in
from twin.fitted import Fitted, outdated
from twin.traffic import altering, calibrate
from twin.traffic.calibration import Calibration, fitted_to, for_run, read_calibration
from twin.traffic.fit import fit_of, geh
from twin.traffic.network import make_net, net_hash
from twin.traffic.run import Model, calibrated
from twin.traffic.scenario import Base, TrafficScenario


@pytest.mark.parametrize(
    ("modelled", "counted", "expected"),
    [(1100, 1000, 3.086), (1000, 1100, 3.086), (500, 500, 0.0), (0, 50, 10.0), (0, 0, 0.0)],
)
def test_geh_of_known_volumes(modelled: float, counted: float, expected: float) -> None:
    assert geh(modelled, counted) == pytest.approx(expected, abs=0.001)


def point(used: float, held: float) -> dict[str, Any]:
    return {"counted": 1000.0, "before": 500.0, "geh": used, "heldBackGeh": held, "full": used > 5}


def test_the_fit_is_calibrated_only_where_nobody_fitted_too() -> None:
    good = [point(2, 3)] * 5 + [point(2, 8)] * 5
    assert fit_of(good, [], {})["state"] == "calibrated"
    bad = fit_of([*good[1:], point(2, 9)], [], {"transport.cameras": "simulated"})
    assert bad["state"] == "uncalibrated"
    assert bad["figures"] == {
        "gehBelow5Pct": 100.0,
        "heldBackGehBelow5Pct": 40.0,
        "beforeGehBelow5Pct": 0.0,
        "junctions": 10.0,
    }
    assert "mô phỏng" in bad["why"]["vi"]
    jammed = fit_of([point(9, 3)] * 2 + good, [], {})
    assert jammed["state"] == "uncalibrated"
    assert "at 2 junctions the model's roads are full" in jammed["why"]["en"]


def test_true_demand_is_found_from_counts(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busier = replace(model.plan.demand, trips_h=2400)
    model = replace(model, plan=replace(model.plan, demand=busier))
    base = Base(horizonMin=30, seeds=[1])
    true = {"00082>00256": 2.5, "00256>00082": 0.2}
    scenario = TrafficScenario(base=base)
    junctions = sorted(model.net.streets.junctions)
    working = working_in(tmp_path / "truth")
    (working.folder / "net").mkdir()
    altered = altering.alter(
        model.net, scenario, model.plan, working.folder / "net",
        free_kmh={}, kept=tmp_path / "kept", check=working.check,
    )  # fmt: skip
    truth = calibrated(model, Calibration(true), base)
    driven, _ = calibrate.drive(truth, scenario, altered, junctions, 7, working)
    passed = driven.passed.sum(axis=1) * 2
    counts = [
        {"entity": f"cam-{name}", "junction": name, "vehiclesH": float(flow), "days": 3}
        for name, flow in zip(junctions, passed, strict=True)
    ]
    monkeypatch.setattr(calibrate, "open_model", lambda *_: model)
    observed = {"counts": counts, "speedKmh": {}, "freeKmh": {"J00-J10": 40}, "origins": {}}
    inputs = {"base": base.model_dump(mode="json"), "observed": observed}
    result = calibrate.work(inputs, working_in(tmp_path / "job"))
    points = result["points"]
    before = sum(geh(each["before"], each["counted"]) for each in points)
    assert sum(each["geh"] for each in points) < before / 2
    assert sum(each["heldBackGeh"] for each in points) < before
    assert all(each["heldBack"] != each["simulated"] for each in points)
    assert result["factors"]["00082>00256"] > 1.2 * result["factors"]["00256>00082"]
    now = fitted_to(model.plan, model.zones, model.net.hash)
    found = read_calibration(for_run(result), base, now)
    assert found.free_kmh == {"J00-J10": 40}
    assert found.factors == result["factors"]
    other = read_calibration(for_run(result), Base(peak="evening"), now)
    assert other.fit["state"] == "uncalibrated"
    assert not other.factors


def test_too_few_counts_are_refused(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "open_model", lambda *_: model)
    observed = {"counts": [], "speedKmh": {}, "freeKmh": {}, "origins": {}}
    with pytest.raises(WorkFailed, match="0 junctions have counts"):
        calibrate.work({"base": {}, "observed": observed}, working_in(tmp_path))
    with pytest.raises(WorkFailed, match="observed"):
        calibrate.work({"base": {}}, working_in(tmp_path))


def test_a_calibration_of_another_network_is_not_used() -> None:
    body = {
        "hour": 7, "dayKind": "workday", "network": "elsewhere", "factors": {}, "freeKmh": {},
        "fit": {"state": "calibrated", "why": {"vi": "x", "en": "x"}},
    }  # fmt: skip
    now = Fitted(network="0" * 24, assumed="a", engine="x 1")
    fitted = body | {"fitted": now.model_dump()}
    assert read_calibration(fitted, Base(), now).fit["state"] == "uncalibrated"
    same = Base(network="elsewhere")
    assert read_calibration(fitted, same, now).fit["state"] == "calibrated"
    with pytest.raises(WorkFailed, match="calibration: hour"):
        read_calibration(body | {"hour": 30}, Base(), now)


@pytest.mark.parametrize("changed", ["net", "trips", "people"])
def test_what_is_fitted_to_changes_with_roads_trips_and_people(model: Model, changed: str) -> None:
    plan, zones, net_hash = model.plan, list(model.zones), model.net.hash
    now = fitted_to(plan, zones, net_hash)
    assert fitted_to(plan, tuple(zones), net_hash) == now
    if changed == "net":
        net_hash = "0" * 24
    elif changed == "trips":
        plan = replace(plan, demand=replace(plan.demand, trips_h=plan.demand.trips_h + 1))
    else:
        zones[0] = replace(zones[0], people=zones[0].people + 1)
    assert outdated(now, fitted_to(plan, zones, net_hash)) is not None
    quicker = replace(plan, timeout_s=plan.timeout_s / 2)  # no part of the fit
    assert fitted_to(quicker, zones, net_hash) == fitted_to(plan, zones, net_hash)


def test_a_net_has_the_hash_it_is_foretold(model: Model, tmp_path: Path) -> None:
    streets, cycle_s = model.net.streets, model.plan.cycle_s
    made = make_net(streets, tmp_path, cycle_s=cycle_s, check=lambda: None)
    assert made.hash == net_hash(streets, cycle_s)
