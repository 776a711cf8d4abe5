"""A run of the traffic twin: base and what-if over the same seeds, the first answer first.

The work of the kind "twin.traffic". Inputs are {"scenario": …, "calibration": … or null}; a result
is a function of them, the city's files and the engine. The base is kept by what the engine is given
and read back; the what-if is always run.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from data_access.errors import DataError
from data_access.feed import open_city
from data_access.kept_file import keep
from jobs.working import WorkFailed, Working
from twin.result import RunResult
from twin.traffic import altering, demand, engine, simulation
from twin.traffic.altering import Altered
from twin.traffic.calibration import Calibration, read_calibration
from twin.traffic.city_streets import city_streets
from twin.traffic.demand import Trip, Zone
from twin.traffic.network import Net, kept_folder, load_net, make_net
from twin.traffic.plan import TrafficPlan, read_plan
from twin.traffic.reach import station_edges
from twin.traffic.scenario import Demand, TrafficScenario, read_scenario
from twin.traffic.simulation import Case, SeedRun
from twin.traffic.summing import result_of

AT_ONCE = 2  # engine processes; more than the machine has cores make each slower
KEPT_BASES = 60


@dataclass(frozen=True, slots=True)
class Model:
    """What every seed shares: the network, who lives where, and what was calibrated."""

    plan: TrafficPlan
    net: Net
    zones: Sequence[Zone]
    stations: Mapping[str, str]
    calibration: Calibration


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return the RunResult of a scenario; a first one of one seed is given as partial."""
    try:
        scenario = read_scenario(inputs.get("scenario"))
    except ValueError as error:
        raise WorkFailed("input", str(error)) from error
    working.progress(0.0, "twin.network")
    model = open_model(scenario, inputs.get("calibration"), working)
    return simulate(model, scenario, working)


def open_model(scenario: TrafficScenario, calibration: Any, working: Working) -> Model:
    """Return the model of a scenario's base; raises WorkFailed."""
    try:
        city = open_city(working.settings)
        plan = read_plan(working.settings.city, city)
    except DataError as error:
        raise WorkFailed("input", str(error)) from error
    if plan is None:
        raise WorkFailed("input", "this city has no traffic twin (city/twin/traffic.toml)")
    kept = kept_folder(working.settings)
    if scenario.base.network is None:
        streets = city_streets(city, plan)
        net = make_net(streets, kept, cycle_s=plan.cycle_s, check=working.check)
    else:
        net = load_net(kept / "imported" / scenario.base.network, plan.cycle_s)
    return Model(
        plan,
        net,
        demand.zones_of(net.streets, plan, city.areas),
        station_edges(plan, net.streets),
        read_calibration(calibration, scenario.base),
    )


def simulate(model: Model, scenario: TrafficScenario, working: Working) -> RunResult:
    """Return the result of a scenario on a model; raises WorkFailed, Cancelled."""
    before = TrafficScenario(base=scenario.base)
    shared = {name: altered_of(model, each, working.folder / name, working)
              for name, each in (("base", before), ("value", scenario))}  # fmt: skip
    seeds = scenario.base.seeds
    runs: dict[str, list[SeedRun]] = {"base": [], "value": []}
    for number, group in enumerate((seeds[:1], seeds[1:])):
        tasks = [
            task for seed in group for task in cases_of(model, scenario, shared, seed, working)
        ]
        if scenario == before:  # nothing is asked: the base is the answer
            tasks = [task for task in tasks if task.name == "base"]
        _run(tasks, model, runs, working, total=2 * len(seeds))
        if scenario == before:
            runs["value"] = list(runs["base"])
        late = any(run["isLate"] for each in runs.values() for run in each)
        if late or (number == 0 and len(seeds) == 1):
            break
        if number == 0:
            working.partial(_result(model, scenario, shared, runs))
    return _result(model, scenario, shared, runs)


def _result(
    model: Model,
    scenario: TrafficScenario,
    shared: Mapping[str, Altered],
    runs: Mapping[str, Sequence[SeedRun]],
) -> RunResult:
    order = {seed: place for place, seed in enumerate(scenario.base.seeds)}
    base, value = (sorted(runs[name], key=lambda run: order[run["seed"]])
                   for name in ("base", "value"))  # fmt: skip
    return result_of(
        scenario, model.plan, shared["base"], shared["value"], base, value,
        fit=model.calibration.fit, stations=model.stations, net_hash=model.net.hash,
    )  # fmt: skip


def altered_of(model: Model, scenario: TrafficScenario, folder: Path, working: Working) -> Altered:
    folder.mkdir(parents=True)
    return altering.alter(
        model.net, scenario, model.plan, folder,
        free_kmh=model.calibration.free_kmh,
        kept=kept_folder(working.settings), check=working.check,
    )  # fmt: skip


@dataclass(slots=True)
class Task:
    """One case to be run; `kept` is the file its outcome is kept in, for the base alone."""

    name: str
    case: Case
    kept: Path | None


def cases_of(
    model: Model,
    scenario: TrafficScenario,
    shared: Mapping[str, Altered],
    seed: int,
    working: Working,
) -> list[Task]:
    """Return the cases of one seed, their files written."""
    trips = base_trips(model, scenario, seed)
    horizon_s = scenario.base.horizonMin * 60
    surges = [each for each in scenario.measures if isinstance(each, Demand)]
    asked = {"base": trips, "value": demand.surged(trips, surges, seed=seed, horizon_s=horizon_s)}
    found = []
    for name, altered in shared.items():
        folder = working.folder / f"{name}-{seed}"
        case = simulation.prepare(
            folder, working.folder / name, altered, asked[name], model.plan,
            seed=seed, horizon_s=horizon_s,
        )  # fmt: skip
        kept = kept_folder(working.settings) / "bases" / f"{case.hash}.json"
        found.append(Task(name, case, kept if name == "base" else None))
    return found


def base_trips(model: Model, scenario: TrafficScenario, seed: int) -> list[Trip]:
    """Return the trips of the base, as one seed draws them; raises WorkFailed."""
    try:
        return demand.draw_trips(
            model.zones, model.net.streets, model.plan, scenario.base,
            seed=seed, factors=model.calibration.factors, stations=model.stations,
        )  # fmt: skip
    except ValueError as error:
        raise WorkFailed("input", str(error)) from error


def _run(
    tasks: Sequence[Task],
    model: Model,
    runs: dict[str, list[SeedRun]],
    working: Working,
    *,
    total: int,
) -> None:
    """Run cases, some at once; whatever is raised leaves no engine behind."""
    left = [task for task in tasks if not _answered(task, runs)]
    under_way: list[tuple[Task, engine.Running]] = []
    at_once = min(AT_ONCE, os.cpu_count() or 1)
    try:
        while left or under_way:
            while left and len(under_way) < at_once:
                task = left.pop(0)
                timeout_s = model.plan.timeout_s
                under_way.append((task, simulation.launch(task.case, timeout_s=timeout_s)))
            for pair in list(under_way):
                task, running = pair
                if running.poll():
                    under_way.remove(pair)
                    outcome = simulation.harvest(
                        task.case, model.plan.wards, is_late=running.is_late
                    )
                    _keep(task, outcome)
                    runs[task.name].append(outcome)
                    shutil.rmtree(task.case.folder)
                    if running.is_late:
                        # The other seeds would be stopped as well.
                        left = [each for each in left if each.case.seed == task.case.seed]
            done = sum(len(each) for each in runs.values())
            working.progress(0.05 + 0.9 * done / total, "twin.simulate")
            working.check()
            if under_way:
                time.sleep(engine.POLL_S)
    finally:
        for _, running in under_way:
            running.kill()


def _answered(task: Task, runs: dict[str, list[SeedRun]]) -> bool:
    """Take a base's outcome from where it is kept; return whether it was there."""
    if task.kept is None or not task.kept.is_file():
        return False
    try:
        runs[task.name].append(orjson.loads(task.kept.read_bytes()))
    except (OSError, orjson.JSONDecodeError):
        return False
    os.utime(task.kept)
    return True


def _keep(task: Task, outcome: SeedRun) -> None:
    if task.kept is None or outcome["isLate"]:
        return
    keep(task.kept, orjson.dumps(outcome, option=orjson.OPT_SORT_KEYS))
    newest = sorted(task.kept.parent.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in newest[KEPT_BASES:]:
        path.unlink(missing_ok=True)
