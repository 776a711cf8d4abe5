"""Calibration: trips are weighed until the twin counts what cameras count.

The work of the kind "twin.traffic.calibrate". What is given to runs is fitted to all junctions with
a count. What it is worth where nobody counts is told by as many fits as there are FOLDS: each holds
a part of the junctions back, and every junction is held back once. Ways come from the engine's own
runs, so they are found anew after each weighing (`weighing.py`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.working import WorkFailed, Working
from language import told
from twin.refusal import refusal
from twin.seen import SeenModel
from twin.traffic import altering, engine, outputs, simulation
from twin.traffic.altering import Altered
from twin.traffic.calibration import Calibration, fitted_to
from twin.traffic.fit import fit_of, geh
from twin.traffic.network import kept_folder
from twin.traffic.places import places_of
from twin.traffic.run import AT_ONCE, Model, base_trips, calibrated, open_model
from twin.traffic.scenario import Base, TrafficScenario
from twin.traffic.simulation import SeedRun
from twin.traffic.weighing import Driven, Floats, Weights, weighed

LEAST_COUNTS = 4
FOLDS = 4
ROUNDS = 6  # runs of each fit, the one before any weighing among them
FULL = 0.15  # less than the ways of before would let through: roads are full
FAR_GEH = 15.0  # of what is off by more it is no matter by how much
WAITING = 0.02  # of trips, that are not let in: weights with more of them are not taken
PATIENCE = 4  # times as long as a seed of a what-if may take: nobody waits for it
SEED, CHECK_SEED = 1, 2  # the fit is told of trips drawn anew


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Count(_Model):
    """What one camera counts: all vehicles that come into a junction in the hour."""

    entity: str
    junction: str
    vehiclesH: float = Field(gt=0, le=200_000)
    days: int = Field(ge=1)


class Observed(_Model):
    """What twin/traffic/observed.py resolves."""

    counts: list[Count]
    speedKmh: dict[str, Annotated[float, Field(ge=0, le=200)]]
    freeKmh: dict[str, Annotated[float, Field(gt=1, le=150)]]
    origins: dict[str, str]
    seen: list[SeenModel] = []
    unplaced: int = 0


class Asked(_Model):
    """The inputs of a calibration."""

    base: Base
    observed: Observed


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return factors, free speeds and the fit: what twin/traffic/calibration.py reads.

    Raises WorkFailed.
    """
    try:
        asked = Asked.model_validate(inputs)
    except ValidationError as error:
        raise WorkFailed("input", refusal(error, "observed")) from error
    base, observed = asked.base, asked.observed
    scenario = TrafficScenario(base=base)
    working.progress(0.0, "twin.network")
    model = open_model(scenario, None, working)
    known, junctions = _known(observed, model)
    free_kmh = {k: v for k, v in observed.freeKmh.items() if k in model.net.streets.links}
    shared = working.folder / "net"
    shared.mkdir()
    altered = altering.alter(
        model.net, scenario, model.plan, shared,
        free_kmh=free_kmh, kept=kept_folder(working.settings), check=working.check,
    )  # fmt: skip
    to_hour = 60 / base.horizonMin
    counted = np.array(
        [np.mean([c.vehiclesH for c in known if c.junction == each]) for each in junctions]
    ) / to_hour  # fmt: skip
    counting = Counting(model, scenario, altered, junctions, free_kmh, working)
    number = np.arange(len(junctions)) % FOLDS
    parts = [number >= 0, *(number != fold for fold in range(FOLDS))]
    first, run = counting.drive(Weights(), SEED)
    _check(run)
    whole, *held = fitted(counting, first, counted, parts)
    names = {each: model.net.streets.junctions[each].name for each in junctions}
    points = _points(known, names, first, whole, held, to_hour)
    return _answer(asked, counting, whole, points)


def _known(observed: Observed, model: Model) -> tuple[list[Count], list[str]]:
    """Return the counts at junctions of the network, and those; raises WorkFailed at too few."""
    known = [each for each in observed.counts if each.junction in model.net.streets.junctions]
    known.sort(key=lambda each: (each.junction, each.entity))
    junctions = sorted({each.junction for each in known})
    if len(junctions) < LEAST_COUNTS:
        reason = told(
            "{count} junctions have counts; at least {least} are needed",
            count=len(junctions),
            least=LEAST_COUNTS,
        )
        raise WorkFailed("input", reason)
    return known, junctions


def _answer(
    asked: Asked, counting: Counting, whole: Fitted, points: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what was found as it is kept: of which base, what it weighs, how well it fits."""
    base, observed, model = asked.base, asked.observed, counting.model
    speeds = _speeds(whole.run, observed)
    factors = whole.weights.factors(model.zones)
    places = whole.weights.places(counting.junctions)
    return {
        "hour": base.begins_h,
        "dayKind": base.dayKind,
        "network": base.network,
        "networkHash": base.networkHash,
        "fitted": fitted_to(model.plan, model.zones, model.net.hash).model_dump(),
        "factors": {key: round(each, 4) for key, each in sorted(factors.items())},
        "places": {key: [round(w, 4) for w in each] for key, each in sorted(places.items())},
        "freeKmh": dict(sorted(counting.free_kmh.items())),
        "fit": {
            **fit_of(points, speeds, observed.origins),
            "seen": [each.told() for each in observed.seen],
        },
        "points": points,
        "speeds": speeds,
        "trips": whole.run["conservation"]["asked"],
        "origins": observed.origins,
        "unplaced": observed.unplaced,
        "engine": {engine.PACKAGE: engine.version()},
    }


@dataclass(frozen=True)
class Fitted:
    """Weights, and what comes by at each junction under them when trips are drawn anew."""

    weights: Weights
    at: Floats
    run: SeedRun
    is_full: NDArray[np.bool_]  # junctions that let no more through, though more is counted


@dataclass(frozen=True)
class Counting:
    """A base that is run again and again under other weights."""

    model: Model
    scenario: TrafficScenario
    altered: Altered
    junctions: Sequence[str]
    free_kmh: Mapping[str, float]
    working: Working

    def drive(self, weights: Weights, seed: int) -> tuple[Driven, SeedRun]:
        """Run the base once under weights."""
        factors = weights.factors(self.model.zones) if weights.logs else {}
        places = weights.places(self.junctions) if weights.logs else {}
        calibration = Calibration(factors, self.free_kmh, places)
        model = calibrated(self.model, calibration, self.scenario.base)
        return drive(model, self.scenario, self.altered, self.junctions, seed, self.working)


@dataclass
class Search:
    """One fit under way: its best round, how far the next one goes, what it is to count.

    Where the engine lets through much less than the ways of the round before would, roads are full:
    more trips make a longer queue, and no longer are wanted there.
    """

    used: NDArray[np.bool_]
    counted: Floats
    wanted: Floats
    driven: Driven
    weights: Weights = field(default_factory=Weights)
    share: float = 1.0

    @property
    def off(self) -> float:
        """Return how far the best round is off at the junctions that are used."""
        return self._off(self.driven)

    def _off(self, driven: Driven) -> float:
        passed = driven.passed.sum(axis=1)[self.used].tolist()
        pairs = zip(passed, self.counted[self.used].tolist(), strict=True)
        return sum(min(geh(one, other), FAR_GEH) ** 2 for one, other in pairs)

    def next(self) -> Weights:
        """Return the weights to try."""
        aim = weighed(self.driven, self.wanted, self.used, self.weights)
        return self.weights.towards(aim, self.share)

    def tried(self, weights: Weights, driven: Driven, run: SeedRun) -> None:
        """Take what came of them."""
        would, passed = self.driven.under(weights, self.weights), driven.passed.sum(axis=1)
        is_full = (passed < (1 - FULL) * would) & (passed < self.counted)
        most = np.maximum(passed, self.driven.passed.sum(axis=1))
        self.wanted = np.where(is_full, np.minimum(self.wanted, most), self.wanted)
        if _lets_in(run) and self._off(driven) < self.off:
            self.driven, self.weights = driven, weights
        else:
            self.share /= 2


def fitted(
    counting: Counting, first: Driven, counted: Floats, parts: Sequence[NDArray[np.bool_]]
) -> list[Fitted]:
    """Return a fit to each part of the junctions; of all its rounds the one that counts best.

    `counted` is of the base's horizon, by junction; `first` what is driven without weights. Where
    weights make it worse, as they do once roads are full, the next go half as far.
    """
    progress = counting.working.progress
    fits = [Search(used, counted, counted, first) for used in parts]
    with ThreadPoolExecutor(AT_ONCE) as pool:  # threads wait for engines, which are processes
        for number in range(1, ROUNDS):
            progress(number / (ROUNDS + 1), "twin.simulate")
            trials = [each.next() for each in fits]
            runs = pool.map(counting.drive, trials, [SEED] * len(parts))
            for each, weights, (driven, run) in zip(fits, trials, runs, strict=True):
                each.tried(weights, driven, run)
        progress(ROUNDS / (ROUNDS + 1), "twin.simulate")
        anew = pool.map(counting.drive, [each.weights for each in fits], [CHECK_SEED] * len(parts))
        found = []
        for each, (driven, run) in zip(fits, anew, strict=True):
            _check(run)
            is_full = each.wanted < each.counted
            found.append(Fitted(each.weights, driven.passed.sum(axis=1), run, is_full))
    return found


def _lets_in(run: SeedRun) -> bool:
    """Tell whether a run came to its end with (nearly) all let in: who stands outside, counts."""
    counts = run["conservation"]
    return not run["isLate"] and counts["waiting"] <= WAITING * counts["asked"]


def _check(run: SeedRun) -> None:
    if run["isLate"]:
        raise WorkFailed(
            "tooLong", told("the base is so full that the engine did not come to its end")
        )


def drive(
    model: Model,
    scenario: TrafficScenario,
    altered: Altered,
    junctions: Sequence[str],
    seed: int,
    working: Working,
) -> tuple[Driven, SeedRun]:
    """Run the base of a calibrated model once; return what came by at junctions, its figures."""
    trips = base_trips(model, scenario, seed)
    folder = Path(tempfile.mkdtemp(dir=working.folder, prefix="run-"))
    case = simulation.prepare(
        folder / "case", working.folder / "net", altered, trips, model.plan,
        seed=seed, horizon_s=scenario.base.horizonMin * 60,
    )  # fmt: skip
    timeout_s = PATIENCE * model.plan.timeout_s
    running = simulation.launch(case, timeout_s=timeout_s, more=outputs.DRIVEN_OPTIONS)
    engine.finish([running], working.check)
    driven = Driven.of(
        trips, outputs.read_driven(case.folder / outputs.ROUTES_DRIVEN), junctions,
        model.net.streets, places_of(model.net.streets, junctions),
        stands_for=model.plan.demand.stands_for,
    )  # fmt: skip
    run = simulation.harvest(case, model.plan.wards, is_late=running.is_late)
    shutil.rmtree(folder)
    return driven, run


def _points(
    known: Sequence[Count],
    names: Mapping[str, str],
    first: Driven,
    whole: Fitted,
    held: Sequence[Fitted],
    to_hour: float,
) -> list[dict[str, Any]]:
    """Return what each camera counts beside what the model does: before, fitted, held back.

    `names` are of the counted junctions, in the order of the fits; `held` the fits of the folds.
    """
    number = {junction: n for n, junction in enumerate(names)}
    points = []
    for count in known:
        n = number[count.junction]
        after, unseen = whole.at[n] * to_hour, held[n % FOLDS].at[n] * to_hour
        points.append(
            {
                "junction": count.junction,
                "name": names[count.junction],
                "entity": count.entity,
                "days": count.days,
                "counted": count.vehiclesH,
                "before": round(float(first.passed[n].sum()) * to_hour, 1),
                "simulated": round(float(after), 1),
                "geh": round(geh(float(after), count.vehiclesH), 2),
                "heldBack": round(float(unseen), 1),
                "heldBackGeh": round(geh(float(unseen), count.vehiclesH), 2),
                "full": bool(whole.is_full[n]),
            }
        )
    return points


def _speeds(run: SeedRun, observed: Observed) -> list[dict[str, Any]]:
    """Return links with a speed seen and a speed driven, of the whole horizon."""
    found = []
    for link, seen in sorted(observed.speedKmh.items()):
        driven = [each for each in run["frames"]["speed"].get(link, []) if each is not None]
        if driven:
            mean = round(sum(driven) / len(driven), 1)
            found.append({"link": link, "observed": seen, "simulated": mean})
    return found
