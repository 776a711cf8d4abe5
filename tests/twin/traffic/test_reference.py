"""Known answers through our wrapper: free flow on one road, and what a signal lets through.

The headways and what follows of them are the engine's published model:
https://sumo.dlr.de/docs/Simulation/Meso.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.twin.traffic.small import EAST, LAT, LON, nothing, plan_of, street, town
from twin.traffic import altering, engine, outputs, simulation
from twin.traffic.demand import Trip
from twin.traffic.grid import Plane
from twin.traffic.network import make_net
from twin.traffic.scenario import read_scenario
from twin.traffic.streets import Edge, Junction, Link, Streets

LENGTH_M, SPEED_MS = 1000.0, 45 / 3.6
# What SUMO 1.28.0's microscopic model lets through from each arm of the full junction below.
MICROSCOPIC = 853
HEADWAY_S = 1.13 + 7.5 / SPEED_MS  # tauff, and the time a vehicle of 7.5 m takes to pass


def crossroad(*, signal: bool) -> Streets:
    """Return a road W-M-E of 1 km on each side, crossed at M by another."""
    plane = Plane(LAT, LON)
    spots = {"W": (-1000, 0), "M": (0, 0), "E": (1000, 0), "S": (0, -1000), "N": (0, 1000)}
    junctions = {
        name: Junction(name, name, *plane.place(at), signal and name == "M")
        for name, at in spots.items()
    }
    links: dict[str, Link] = {}
    edges: dict[str, Edge] = {}
    for one, other in (("W", "M"), ("M", "E"), ("S", "M"), ("M", "N")):
        street(one, other, junctions, links, edges, 1, EAST, LENGTH_M)
    return Streets("crossroad", junctions, links, edges)


def drive(
    streets: Streets, folder: Path, trips: list[Trip], *measures: dict[str, Any]
) -> tuple[list[outputs.TripEnd], int]:
    """Return how each trip went in half an hour, and the seconds of green for the road."""
    plan = plan_of(cycle_s=60)
    net = make_net(streets, folder / "kept", cycle_s=60, check=nothing)
    shared = folder / "shared"
    shared.mkdir()
    altered = altering.alter(
        net,
        read_scenario({"measures": list(measures)}),
        plan,
        shared,
        free_kmh={},
        kept=folder / "kept",
        check=nothing,
    )
    case = simulation.prepare(folder / "case", shared, altered, trips, plan, seed=1, horizon_s=1800)
    running = simulation.launch(case, timeout_s=60)
    engine.finish([running], nothing)
    green = 0
    for signal in altered.plans.values():
        stops = altering.movements(altering.parsed(net.path), signal.junction, "W-M", "M-E")
        green = sum(p.duration_s for p in signal.phases if p.state[stops[0]] in "Gg")
    return outputs.read_trips(case.folder / outputs.TRIPS), green


def test_a_road_without_traffic_takes_its_length_over_its_speed(tmp_path: Path) -> None:
    trips = [Trip(f"t{n}", 20.0 * n, "W-M", "M-E", "car", EAST, EAST) for n in range(60)]
    ends, _ = drive(crossroad(signal=False), tmp_path, trips)
    times = [end.duration_s for end in ends if end.is_done]
    assert len(times) == 60
    assert times == [2 * LENGTH_M / SPEED_MS] * 60


def test_a_signal_lets_through_its_share_of_the_saturation_flow(tmp_path: Path) -> None:
    # Two seconds apart is more than the green lets through: there is always a queue.
    trips = [Trip(f"t{n}", 2.0 * n, "W-M", "M-E", "car", EAST, EAST) for n in range(900)]
    ends, green_s = drive(crossroad(signal=True), tmp_path, trips)
    assert 0 < green_s < 60
    flow_h = 3600 / HEADWAY_S * green_s / 60
    first_s = 2 * LENGTH_M / SPEED_MS
    expected = flow_h * (1800 - first_s) / 3600
    assert sum(end.is_done for end in ends) == pytest.approx(expected, rel=0.07)
    assert sum(not end.is_done for end in ends) > 100


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_share_of_capacity_is_that_share_of_the_flow(share: float, tmp_path: Path) -> None:
    # No signal: the road itself lets through a vehicle a headway.
    trips = [Trip(f"t{n}", 1.0 * n, "W-M", "M-E", "car", EAST, EAST) for n in range(1800)]
    less = {"kind": "reduce", "links": ["W-M"], "capacityShare": share}
    ends, _ = drive(crossroad(signal=False), tmp_path, trips, less)
    expected = share * (1800 - 2 * LENGTH_M / SPEED_MS) / HEADWAY_S
    assert sum(end.is_done for end in ends) == pytest.approx(expected, rel=0.05)


def test_a_motorcycle_takes_its_share_of_a_cars_room(tmp_path: Path) -> None:
    through = {}
    for kind, apart_s in (("car", 1.0), ("motorcycle", 0.6)):
        folder = tmp_path / kind
        folder.mkdir()
        count = round(1800 / apart_s)
        trips = [
            Trip(f"t{n}", round(apart_s * n, 1), "W-M", "M-E", kind, EAST, EAST)
            for n in range(count)
        ]
        ends, _ = drive(crossroad(signal=True), folder, trips)
        through[kind] = sum(end.is_done for end in ends)
    assert through["motorcycle"] / through["car"] == pytest.approx(1 / 0.3, rel=0.15)


def test_a_green_wave_lets_its_column_through_and_the_opposite_does_not(tmp_path: Path) -> None:
    corridor = [f"J{i}1" for i in range(1, 5)]
    streets, plan = town(6, 3), plan_of(cycle_s=80)
    net = make_net(streets, tmp_path / "kept", cycle_s=80, check=nothing)
    trips = [Trip(f"t{n}", 3.0 * n, "J01-J11", "J41-J51", "car", EAST, EAST) for n in range(300)]
    loss_s = {}
    for name, order in (("none", []), ("along", corridor), ("against", corridor[::-1])):
        shared = tmp_path / name
        shared.mkdir()
        wave = [{"kind": "greenWave", "corridor": order, "speedKmh": 45}] if order else []
        altered = altering.alter(
            net, read_scenario({"measures": wave}), plan, shared,
            free_kmh={}, kept=tmp_path / "kept", check=nothing,
        )  # fmt: skip
        case = simulation.prepare(
            shared / "case", shared, altered, trips, plan, seed=1, horizon_s=1800
        )
        engine.finish([simulation.launch(case, timeout_s=60)], nothing)
        ends = outputs.read_trips(case.folder / outputs.TRIPS)
        loss_s[name] = sum(end.loss_s for end in ends) / len(ends)
    assert loss_s["along"] < loss_s["none"] / 2
    assert loss_s["against"] > loss_s["none"]


def test_a_full_junction_lets_through_much_of_what_the_microscopic_model_does(
    tmp_path: Path,
) -> None:
    streets, plan = town(3, 3, lanes=3), plan_of(cycle_s=90)
    net = make_net(streets, tmp_path / "kept", cycle_s=90, check=nothing)
    arms = ("J01", "J12", "J21", "J10")  # west, north, east, south of J11: left is the next one
    into = {arm: f"{arm}-J11" if arm < "J11" else f"-J11-{arm}" for arm in arms}
    out = {arm: f"-{arm}-J11" if arm < "J11" else f"J11-{arm}" for arm in arms}
    turns = (2, 2, 1, 3)  # of four vehicles two go straight on, one left, one right
    trips = []
    for at, arm in enumerate(arms):
        for n in range(1400):
            way = into[arm], out[arms[(at + turns[n % 4]) % 4]]
            trips.append(Trip(f"{arm}-{n}", 1.25 * n, *way, "car", EAST, EAST))
    shared = tmp_path / "shared"
    shared.mkdir()
    altered = altering.alter(
        net, read_scenario({}), plan, shared,
        free_kmh={}, kept=tmp_path / "kept", check=nothing,
    )  # fmt: skip
    case = simulation.prepare(
        tmp_path / "case", shared, altered, trips, plan, seed=1, horizon_s=1800
    )
    engine.finish([simulation.launch(case, timeout_s=60)], nothing)
    ends = outputs.read_trips(case.folder / outputs.TRIPS)
    through = [sum(e.is_done and e.id.startswith(arm) for e in ends) for arm in arms]
    assert min(through) > 0.65 * MICROSCOPIC
