"""A run of the traffic twin: base and what-if over the same seeds, the first answer first.

The work of the kind "twin.traffic". Inputs are {"scenario": …, "calibration": … or null}; a result
is a function of them, the city's files and the engine. The base is kept by what the engine is given
and read back; the what-if is always run.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from data_access.city import City
from data_access.errors import DataError
from data_access.kept_file import keep
from jobs.working import WorkFailed, Working
from language import told, words_of
from settings import Settings
from twin.envelope import publish_latest
from twin.fitted import Fitted
from twin.opened import Opened, opened_city
from twin.result import RunResult
from twin.traffic import altering, demand, engine, places, simulation
from twin.traffic.altering import Altered
from twin.traffic.calibration import Calibration, fitted_to, read_calibration
from twin.traffic.city_streets import city_streets
from twin.traffic.demand import Trip, Zone
from twin.traffic.imports import open_import, options_of
from twin.traffic.network import Net, kept_folder, make_net, net_hash
from twin.traffic.options import options
from twin.traffic.plan import TrafficPlan, read_plan
from twin.traffic.reach import station_edges
from twin.traffic.scenario import Base, Demand, TrafficScenario, read_scenario
from twin.traffic.simulation import Case, SeedRun
from twin.traffic.streets import CITY, Streets
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


@dataclass(frozen=True, slots=True)
class Ground:
    """Streets as a plan has them, before the engine's net is made of them."""

    plan: TrafficPlan
    streets: Streets
    zones: Sequence[Zone]
    stations: Mapping[str, str]


_own: Opened[Ground] = Opened()  # the city's own


def warm(settings: Settings) -> None:
    """Open what most questions are asked of, before any is."""
    _open_own(settings, lambda: None)


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return the RunResult of a scenario; a first one of one seed is given as partial.

    Raises WorkFailed.
    """
    try:
        scenario = read_scenario(inputs.get("scenario"))
    except ValueError as error:
        raise WorkFailed("input", words_of(error)) from error
    working.progress(0.0, "twin.network")
    model = open_model(scenario, inputs.get("calibration"), working)
    gc.freeze()  # what is loaded stays until this process ends: the collector need not walk it
    result = simulate(model, scenario, working)
    city = opened_city(working.settings)
    publish_latest(result, inputs["scenario"], picked_of(model, city), city, working)
    return result


def picked_of(model: Model, city: City) -> dict[str, Any]:
    """Return what may be picked of the network of a model."""
    if model.net.streets.origin == CITY:
        return options(city, model.plan)
    return options_of(model.net, city, model.plan)


def open_model(scenario: TrafficScenario, calibration: Any, working: Working) -> Model:
    """Return the model of a scenario's base; raises WorkFailed."""
    settings, base = working.settings, scenario.base
    if base.network is None:
        model = _open_own(settings, working.check)
    else:
        city, plan = _open_plan(settings)
        net = open_import(settings, base.network, plan, base.networkHash)
        ground = _ground_of(city, plan, net.streets)
        model = Model(plan, net, ground.zones, ground.stations, Calibration())
    now = fitted_to(model.plan, model.zones, model.net.hash)
    return calibrated(model, read_calibration(calibration, base, now), base)


def _open_own(settings: Settings, check: Callable[[], None]) -> Model:
    """Return the city's own model; its net is made now where it is not kept."""
    ground = _own.get(settings, lambda: _open_ground(settings))
    if not ground.streets.links:
        reason = told("this city lists no roads of its own; a network is to be imported")
        raise WorkFailed("input", reason)
    kept = kept_folder(settings)
    net = make_net(ground.streets, kept, cycle_s=ground.plan.cycle_s, check=check)
    return Model(ground.plan, net, ground.zones, ground.stations, Calibration())


def fitted_today(settings: Settings, network: str | None) -> Fitted:
    """Return what a calibration made now is fitted to, of the city's own roads or imported ones.

    No net is made for it. Raises WorkFailed.
    """
    if network is None:
        ground = _own.get(settings, lambda: _open_ground(settings))
        found = net_hash(ground.streets, ground.plan.cycle_s)
        return fitted_to(ground.plan, ground.zones, found)
    city, plan = _open_plan(settings)
    net = open_import(settings, network, plan, None)
    return fitted_to(plan, demand.zones_of(net.streets, plan, city.areas), net.hash)


def _open_ground(settings: Settings) -> Ground:
    city, plan = _open_plan(settings)
    return _ground_of(city, plan, city_streets(city, plan))


def _ground_of(city: City, plan: TrafficPlan, streets: Streets) -> Ground:
    """Return what a city and a plan say of streets."""
    zones = demand.zones_of(streets, plan, city.areas)
    return Ground(plan, streets, zones, station_edges(plan, streets))


def _open_plan(settings: Settings) -> tuple[City, TrafficPlan]:
    try:
        city = opened_city(settings)
        plan = read_plan(settings.city, city)
    except DataError as error:
        raise WorkFailed("input", words_of(error)) from error
    if plan is None:
        raise WorkFailed("input", told("this city has no traffic twin"))
    return city, plan


def calibrated(model: Model, calibration: Calibration, base: Base) -> Model:
    """Return a model without a calibration under one.

    Where it has more trips than the plan says, so many fewer of them are simulated, each standing
    for more: a run takes as long as before.
    """
    if not calibration.factors and not calibration.places:
        return replace(model, calibration=calibration)
    zones, plan = places.weighed(model.zones, model.net.streets, calibration.places), model.plan
    times = demand.trips_of_pairs(zones, plan, base.begins_h, calibration.factors).sum()
    share = plan.demand.sample_share / max(float(times), 1.0)
    sampled = replace(plan, demand=replace(plan.demand, sample_share=share))
    return replace(model, plan=sampled, zones=zones, calibration=calibration)


def simulate(model: Model, scenario: TrafficScenario, working: Working) -> RunResult:
    """Return the result of a scenario on a model; raises WorkFailed, Cancelled.

    What the base needs is prepared while the first what-if is under way already.
    """
    before = TrafficScenario(base=scenario.base)
    asked = {"value": scenario, "base": before}
    if scenario == before:  # nothing is asked: the base is the answer
        del asked["value"]
    shared: dict[str, Altered] = {}
    seeds = scenario.base.seeds
    runs: dict[str, list[SeedRun]] = {"base": [], "value": []}

    def tasks(group: Sequence[int]) -> Iterator[Task]:
        for seed in group:
            trips = base_trips(model, scenario, seed)
            for name, each in asked.items():
                if name not in shared:
                    shared[name] = altered_of(model, each, working.folder / name, working)
                yield case_of(name, model, each, shared[name], trips, seed, working)

    for number, group in enumerate((seeds[:1], seeds[1:])):
        _run(tasks(group), model, runs, working, total=2 * len(seeds))
        if "value" not in asked:
            runs["value"], shared["value"] = list(runs["base"]), shared["base"]
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
    """Return the net as the scenario alters it, in a new `folder`; raises WorkFailed."""
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


def case_of(
    name: str,
    model: Model,
    scenario: TrafficScenario,
    altered: Altered,
    trips: Sequence[Trip],
    seed: int,
    working: Working,
) -> Task:
    """Return the task of one seed, its files written; `trips` are those of the base."""
    horizon_s = scenario.base.horizonMin * 60
    surges = [each for each in scenario.measures if isinstance(each, Demand)]
    case = simulation.prepare(
        working.folder / f"{name}-{seed}", working.folder / name, altered,
        demand.surged(trips, surges, seed=seed, horizon_s=horizon_s), model.plan,
        seed=seed, horizon_s=horizon_s,
    )  # fmt: skip
    kept = kept_folder(working.settings) / "bases" / f"{case.hash}.json"
    return Task(name, case, kept if name == "base" else None)


def base_trips(model: Model, scenario: TrafficScenario, seed: int) -> list[Trip]:
    """Return the trips of the base, as one seed draws them; raises WorkFailed."""
    try:
        return demand.draw_trips(
            model.zones, model.net.streets, model.plan, scenario.base,
            seed=seed, factors=model.calibration.factors, stations=model.stations,
        )  # fmt: skip
    except ValueError as error:
        raise WorkFailed("input", words_of(error)) from error


def _run(
    tasks: Iterator[Task],
    model: Model,
    runs: dict[str, list[SeedRun]],
    working: Working,
    *,
    total: int,
) -> None:
    """Run cases as they come, some at once; whatever is raised leaves no engine behind."""
    under_way: list[tuple[Task, engine.Running]] = []
    at_once = min(AT_ONCE, os.cpu_count() or 1)
    late_seed: int | None = None
    is_more = True
    try:
        while is_more or under_way:
            while is_more and len(under_way) < at_once:
                task = next(tasks, None)
                # Where one seed is stopped the others would be as well.
                if task is None or late_seed not in (None, task.case.seed):
                    is_more = False
                elif not _answered(task, runs):
                    timeout_s = model.plan.timeout_s
                    under_way.append((task, simulation.launch(task.case, timeout_s=timeout_s)))
            for pair in list(under_way):
                task, running = pair
                if running.poll():
                    under_way.remove(pair)
                    late_seed = task.case.seed if running.is_late else late_seed
                    _take(task, running, model, runs)
            done = sum(len(each) for each in runs.values())
            working.progress(0.05 + 0.9 * done / total, "twin.simulate")
            working.check()
            if under_way:
                time.sleep(engine.POLL_S)
    finally:
        for _, running in under_way:
            running.kill()


def _take(
    task: Task, running: engine.Running, model: Model, runs: dict[str, list[SeedRun]]
) -> None:
    outcome = simulation.harvest(task.case, model.plan.wards, is_late=running.is_late)
    if task.kept is not None and not running.is_late:
        _keep(task.kept, outcome)
    runs[task.name].append(outcome)
    shutil.rmtree(task.case.folder)


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


def _keep(kept: Path, outcome: SeedRun) -> None:
    keep(kept, orjson.dumps(outcome, option=orjson.OPT_SORT_KEYS))
    newest = sorted(kept.parent.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in newest[KEPT_BASES:]:
        path.unlink(missing_ok=True)
