"""From seeds to the result: figures with intervals, wards, maps in time, reach, limits, details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.result import Fit, Frames, Kpi, RunResult
from twin.traffic import engine, figures
from twin.traffic.altering import Altered
from twin.traffic.imports import limits_of_import
from twin.traffic.limits import limits_of
from twin.traffic.plan import TrafficPlan
from twin.traffic.proposal import signal_plans
from twin.traffic.reach import reach
from twin.traffic.scenario import TrafficScenario
from twin.traffic.simulation import SeedRun
from twin.traffic.streets import CITY

LAYER = "twin.links"
FRAMES = {"speed": ("km/h", 1), "flow": ("xe/giờ", 0)}


def result_of(
    scenario: TrafficScenario,
    plan: TrafficPlan,
    base_net: Altered,
    value_net: Altered,
    base: Sequence[SeedRun],
    value: Sequence[SeedRun],
    *,
    fit: Fit,
    stations: Mapping[str, str],
    net_hash: str,
) -> RunResult:
    """Return the result over the seeds that both base and what-if have, in their order."""
    both = {run["seed"] for run in base} & {run["seed"] for run in value}
    base = [run for run in base if run["seed"] in both]
    value = [run for run in value if run["seed"] in both]
    streets = base_net.streets
    said = list(streets.said)
    if streets.origin != CITY:
        said = [*limits_of_import(streets, plan, len(stations)), *said]
    city_kpis = figures.kpis(
        figures.CITY, [run["city"] for run in base], [run["city"] for run in value]
    )
    conserved = [
        {"seed": one["seed"], "base": one["conservation"], "value": other["conservation"]}
        for one, other in zip(base, value, strict=True)
    ]
    details: dict[str, Any] = {
        "conservation": conserved,
        "closedEntered": sum(run["closedEntered"] for run in value),
        "horizonMin": scenario.base.horizonMin,
        "beginsHour": scenario.base.begins_h,
        "network": _network(base_net, net_hash),
        "vehicles": _vehicles(plan),
        "reach": reach(
            plan, base_net, value_net,
            [run["edgeSeconds"] for run in base], [run["edgeSeconds"] for run in value],
        ),
        "stations": {s.id: {"kind": s.kind, "name": s.name} for s in plan.station
                     if s.id in stations},
        "signalPlans": signal_plans(base_net, value_net, city_kpis),
        "engineFiles": [{"seed": one["seed"], "base": one["hash"], "value": other["hash"]}
                        for one, other in zip(base, value, strict=True)],
    }  # fmt: skip
    return {
        "kind": "traffic",
        "engine": {engine.PACKAGE: engine.version()},
        "seeds": list(scenario.base.seeds),
        "seedsDone": len(value),
        "fit": fit,
        "kpis": city_kpis,
        "areas": _areas(base, value),
        "frames": _frames(base, value),
        "geometry": {LAYER: streets.geometry()},
        "invented": list(streets.invented),
        "limits": limits_of(scenario, plan, base, value, said=said),
        "details": details,
    }


def _network(net: Altered, net_hash: str) -> dict[str, Any]:
    streets = net.streets
    return {
        "hash": net_hash,
        "origin": streets.origin,
        "attribution": streets.attribution,
        "junctions": len(streets.junctions),
        "links": len(streets.links),
        "inventedLinks": sum(link.invented for link in streets.links.values()),
        "edges": len(streets.edges),
        "signals": len(net.plans),
    }


def _vehicles(plan: TrafficPlan) -> list[dict[str, Any]]:
    return [
        {
            "kind": each.id,
            "name": each.name,
            "share": each.share,
            "carEquivalent": each.car_equivalent,
            "barredHours": list(each.barred_hours),
        }
        for each in plan.vehicle
    ]


def _areas(base: Sequence[SeedRun], value: Sequence[SeedRun]) -> dict[str, list[Kpi]]:
    codes = sorted({code for run in (*base, *value) for code in run["areas"]})
    found = {
        code: figures.kpis(
            figures.AREA,
            [run["areas"].get(code, {}) for run in base],
            [run["areas"].get(code, {}) for run in value],
        )
        for code in codes
    }
    return {code: each for code, each in found.items() if each}


def _frames(base: Sequence[SeedRun], value: Sequence[SeedRun]) -> dict[str, Frames]:
    found: dict[str, Frames] = {}
    for name, (unit, decimals) in FRAMES.items():
        before = figures.mean_frames([run["frames"][name] for run in base], decimals)
        after = figures.mean_frames([run["frames"][name] for run in value], decimals)
        intervals = len(next(iter(before.values()), []))
        minutes = [n * figures.INTERVAL_S / 60 for n in range(intervals)]
        found[name] = {
            "layer": LAYER,
            "unit": unit,
            "decimals": decimals,
            "minutes": minutes,
            "base": before,
            "value": after,
        }
    return found
