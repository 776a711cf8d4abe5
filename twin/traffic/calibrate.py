"""Calibration: the trips between places are weighed until the twin counts what cameras count.

The work of the kind "twin.traffic.calibrate". Every fourth junction with a count is held back: the
fit there says what the twin is worth where nobody counts. Ways come from the engine's own run, so
they are found anew after each weighing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.optimize import lsq_linear

from data_access.envelope import Text
from jobs.working import WorkFailed, Working
from twin.result import Fit
from twin.seen import SeenModel
from twin.traffic import altering, engine, outputs, simulation
from twin.traffic.calibration import Calibration
from twin.traffic.demand import Trip, pair_key
from twin.traffic.network import kept_folder
from twin.traffic.run import Model, base_trips, open_model
from twin.traffic.scenario import Base, TrafficScenario

GOOD_GEH = 5.0
USED_SHARE, HELD_SHARE = 85.0, 50.0  # % of junctions below GOOD_GEH, from which it is calibrated
HELD_EVERY = 4
LEAST_COUNTS = 4
ROUNDS = 4
PRIOR = 0.08  # how much a pair's trips are held to what they were, beside the counts
STEP = (0.3, 3.0)  # a pair changes by so much in one round
FACTORS = (0.02, 20.0)
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


def geh(modelled: float, counted: float) -> float:
    """Return the GEH of two hourly volumes: sqrt(2 (m - c)^2 / (m + c)); 0 where both are 0."""
    total = modelled + counted
    return math.sqrt(2 * (modelled - counted) ** 2 / total) if total > 0 else 0.0


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return factors, free speeds and the fit: what twin/traffic/calibration.py reads."""
    try:
        asked = Asked.model_validate(inputs)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise WorkFailed("input", f"{where}: {first['msg']}") from error
    base, observed = asked.base, asked.observed
    scenario = TrafficScenario(base=base)
    working.progress(0.0, "twin.network")
    model = open_model(scenario, None, working)
    known = [each for each in observed.counts if each.junction in model.net.streets.junctions]
    if len(known) < LEAST_COUNTS:
        reason = f"{len(known)} junctions have counts; at least {LEAST_COUNTS} are needed"
        raise WorkFailed("input", reason)
    known = sorted(known, key=lambda each: (each.junction, each.entity))
    held = [n % HELD_EVERY == HELD_EVERY - 1 for n in range(len(known))]
    counted = np.array([each.vehiclesH for each in known]) * base.horizonMin / 60
    free_kmh = {k: v for k, v in observed.freeKmh.items() if k in model.net.streets.links}
    factors: dict[str, float] = {}
    for number in range(ROUNDS):
        working.progress(number / (ROUNDS + 1), "twin.simulate")
        trips, driven, _ = drive(
            model, scenario, factors, free_kmh, seed=SEED, number=number, working=working
        )
        if number == 0:
            before = passages(model, [each.junction for each in known], trips, driven).sum(axis=1)
        factors = _weighed(model, known, held, counted, trips, driven, factors)
    working.progress(ROUNDS / (ROUNDS + 1), "twin.simulate")
    trips, driven, run = drive(
        model, scenario, factors, free_kmh, seed=CHECK_SEED, number=ROUNDS, working=working
    )
    after = passages(model, [each.junction for each in known], trips, driven).sum(axis=1)
    to_hour = 60 / base.horizonMin
    points = [
        {
            "junction": each.junction,
            "name": model.net.streets.junctions[each.junction].name,
            "entity": each.entity,
            "days": each.days,
            "counted": each.vehiclesH,
            "before": round(float(before[n]) * to_hour, 1),
            "simulated": round(float(after[n]) * to_hour, 1),
            "geh": round(geh(float(after[n]) * to_hour, each.vehiclesH), 2),
            "held": held[n],
        }
        for n, each in enumerate(known)
    ]
    speeds = _speeds(run, observed)
    return {
        "hour": base.begins_h,
        "dayKind": base.dayKind,
        "network": base.network,
        "factors": {key: round(each, 4) for key, each in sorted(factors.items())},
        "freeKmh": dict(sorted(free_kmh.items())),
        "fit": {
            **fit_of(points, speeds, observed.origins),
            "seen": [each.told() for each in observed.seen],
        },
        "points": points,
        "speeds": speeds,
        "trips": len(trips),
        "origins": observed.origins,
        "unplaced": observed.unplaced,
        "engine": {engine.PACKAGE: engine.version()},
    }


def drive(
    model: Model,
    scenario: TrafficScenario,
    factors: Mapping[str, float],
    free_kmh: Mapping[str, float],
    *,
    seed: int,
    number: int,
    working: Working,
) -> tuple[list[Trip], dict[str, list[str]], simulation.SeedRun]:
    """Run the base once; return its trips, the edges each has driven, and its figures."""
    weighed = Model(
        model.plan, model.net, model.zones, model.stations,
        Calibration(factors, free_kmh),
    )  # fmt: skip
    shared = working.folder / f"net-{number}"
    shared.mkdir()
    altered = altering.alter(
        model.net, scenario, model.plan, shared,
        free_kmh=free_kmh, kept=kept_folder(working.settings), check=working.check,
    )  # fmt: skip
    trips = base_trips(weighed, scenario, seed)
    case = simulation.prepare(
        working.folder / f"round-{number}", shared, altered, trips, model.plan,
        seed=seed, horizon_s=scenario.base.horizonMin * 60,
    )  # fmt: skip
    running = simulation.launch(case, timeout_s=model.plan.timeout_s, more=outputs.DRIVEN_OPTIONS)
    engine.finish([running], working.check)
    if running.is_late:
        raise WorkFailed("tooLong", "the base is so full that the engine did not come to its end")
    driven = outputs.read_driven(case.folder / outputs.ROUTES_DRIVEN)
    return trips, driven, simulation.harvest(case, model.plan.wards, is_late=False)


def passages(
    model: Model, junctions: Sequence[str], trips: Sequence[Trip], driven: Mapping[str, list[str]]
) -> NDArray[np.float64]:
    """Return how many vehicles of each pair of zones came into each junction: (junctions, pairs).

    Those that the simulated ones stand for are counted too.
    """
    pairs = {pair: n for n, pair in enumerate(_pairs(trips))}
    rows: dict[str, list[int]] = {}
    for n, junction in enumerate(junctions):
        rows.setdefault(junction, []).append(n)
    ends = {edge.id: edge.end for edge in model.net.streets.edges.values()}
    found = np.zeros((len(junctions), len(pairs)))
    for trip in trips:
        column = pairs[pair_key(trip.origin, trip.destination)]
        for edge in driven.get(trip.id, []):
            for row in rows.get(ends.get(edge, ""), ()):
                found[row, column] += model.plan.demand.stands_for
    return found


def _pairs(trips: Sequence[Trip]) -> list[str]:
    return sorted({pair_key(trip.origin, trip.destination) for trip in trips})


def _weighed(
    model: Model,
    known: Sequence[Count],
    held: Sequence[bool],
    counted: NDArray[np.float64],
    trips: Sequence[Trip],
    driven: Mapping[str, list[str]],
    factors: Mapping[str, float],
) -> dict[str, float]:
    """Return factors under which the ways just driven would give the counts that are not held.

    Least squares of counts (as GEH weighs them) and of the change of each pair, within STEP.
    """
    passed = passages(model, [each.junction for each in known], trips, driven)
    pairs = _pairs(trips)
    used = ~np.array(held)
    weight = 1 / np.sqrt(np.maximum(counted[used], 1.0))
    sizes = np.array([0.0] * len(pairs))
    place = {pair: n for n, pair in enumerate(pairs)}
    for trip in trips:
        sizes[place[pair_key(trip.origin, trip.destination)]] += 1
    prior = PRIOR * np.sqrt(sizes)
    matrix = np.vstack([passed[used] * weight[:, None], np.diag(prior)])
    target = np.concatenate([counted[used] * weight, prior])
    change = lsq_linear(matrix, target, bounds=STEP).x
    low, high = FACTORS
    found = dict(factors)
    for pair, by in zip(pairs, change.tolist(), strict=True):
        found[pair] = min(max(found.get(pair, 1.0) * by, low), high)
    return found


def _speeds(run: simulation.SeedRun, observed: Observed) -> list[dict[str, Any]]:
    """Return links with a speed seen and a speed driven, of the whole horizon."""
    found = []
    for link, seen in sorted(observed.speedKmh.items()):
        driven = [each for each in run["frames"]["speed"].get(link, []) if each is not None]
        if driven:
            mean = round(sum(driven) / len(driven), 1)
            found.append({"link": link, "observed": seen, "simulated": mean})
    return found


def fit_of(
    points: Sequence[Mapping[str, Any]],
    speeds: Sequence[Mapping[str, Any]],
    origins: Mapping[str, str],
) -> Fit:
    """Return the fit in one word, why, and its figures; simulated counts are said to be that."""
    used = [each["geh"] for each in points if not each["held"]]
    held = [each["geh"] for each in points if each["held"]]
    shares = [100 * sum(g < GOOD_GEH for g in each) / len(each) for each in (used, held) if each]
    figures = {"gehBelow5Pct": round(shares[0], 1), "junctions": float(len(points))}
    if held:
        figures["heldBackGehBelow5Pct"] = round(shares[1], 1)
    if speeds:
        errors = [each["simulated"] - each["observed"] for each in speeds]
        figures["speedErrorKmh"] = round(sum(map(abs, errors)) / len(errors), 1)
        figures["speedBiasKmh"] = round(sum(errors) / len(errors), 1)
    said = _said(figures, simulated="simulated" in origins.values())
    if held and figures["gehBelow5Pct"] >= USED_SHARE and shares[1] >= HELD_SHARE:
        return {"state": "calibrated", "why": said, "figures": figures}
    return {"state": "uncalibrated", "why": said, "figures": figures}


def _said(figures: Mapping[str, float], *, simulated: bool) -> Text:
    used = round(figures["gehBelow5Pct"])
    held = round(figures.get("heldBackGehBelow5Pct", 0.0))
    of = {"vi": "số đếm mô phỏng", "en": "simulated counts"} if simulated else {
        "vi": "số đếm của camera", "en": "counts of cameras"}  # fmt: skip
    return {
        "vi": f"GEH dưới 5 ở {used} % nút dùng để hiệu chỉnh, {held} % nút giữ lại để kiểm tra "
        f"({of['vi']}; cần {USED_SHARE:.0f} % và {HELD_SHARE:.0f} %)",
        "en": f"GEH below 5 at {used} % of the junctions used, {held} % of those held back "
        f"({of['en']}; {USED_SHARE:.0f} % and {HELD_SHARE:.0f} % are needed)",
    }
