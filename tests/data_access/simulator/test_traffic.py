"""Simulated traffic: what flows in flows out, full roads are slow, a crash slows its feeders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from data_access.city import City, Link, Network, Node
from data_access.simulator import camera_events, cameras, crashes, situations
from data_access.simulator.crashes import Crash, queue
from data_access.simulator.order import Order
from data_access.simulator.roads import Roads
from data_access.simulator.traffic import Traffic
from tests.data_access.simulator.conftest import SEED

NODES = [Node(id=f"n{n}", name=f"Nút {n}", lat=21.0, lon=105.8 + n / 100) for n in range(4)]
MORNING, EVENING = np.array([7.5]), np.array([17.5])


def street(one: int, other: int, km: float, lanes: int = 2, *, one_way: bool = False) -> Link:
    return Link(f"{one}-{other}-{km}", "phố", NODES[one], NODES[other], km, lanes, False, one_way)


def with_streets(city: City, *links: Link) -> City:
    network = Network({node.id: node for node in NODES}, {link.id: link for link in links})
    return replace(city, network=network)


@pytest.fixture(scope="module")
def traffic(city: City) -> Traffic:
    return Traffic.of(city, SEED)


def test_all_take_the_fastest_of_two_streets_and_none_a_way_that_is_not_there(city: City) -> None:
    roads = Roads.of(
        with_streets(city, street(0, 1, 1.0), street(0, 1, 3.0), street(1, 2, 1.0, one_way=True)),
        SEED,
    )
    trips = np.zeros((4, 4))
    trips[0, 2], trips[2, 0], trips[0, 3] = 5.0, 7.0, 9.0
    passed = roads.carried(trips, roads.hours)
    by_way = dict(zip(zip(roads.links, roads.forward.tolist(), strict=True), passed, strict=True))
    assert by_way.pop(("0-1-1.0", True)) == 5.0
    assert by_way.pop(("1-2-1.0", True)) == 5.0
    assert not any(by_way.values())


def test_what_comes_into_a_junction_and_ends_nowhere_goes_on(traffic: Traffic) -> None:
    roads, size = traffic.roads, len(traffic.roads.nodes)
    trips = np.random.default_rng(1).random((size, size))
    passed = roads.carried(trips, roads.hours)
    into, out_of = np.zeros(size), np.zeros(size)
    np.add.at(into, roads.head, passed)
    np.add.at(out_of, roads.tail, passed)
    np.fill_diagonal(trips, 0.0)
    assert into - trips.sum(axis=0) == pytest.approx(out_of - trips.sum(axis=1))


def test_no_road_carries_more_than_it_can_and_the_fullest_that(traffic: Traffic) -> None:
    full = traffic.flows_h(MORNING, is_workday=True)[0] / traffic.roads.capacity_h
    assert full.max() == pytest.approx(1.0, abs=0.02)
    assert 0.2 < np.median(full) < 0.9


def test_fuller_roads_lose_more(traffic: Traffic) -> None:
    lost = traffic.lost(MORNING, is_workday=True)[0]
    full = traffic.flows_h(MORNING, is_workday=True)[0] / traffic.roads.capacity_h
    added = lost / lost.mean() - traffic.own / traffic.own.mean()
    assert np.corrcoef(added, full)[0, 1] > 0.5


def test_roads_into_the_centre_are_slow_in_the_morning_out_of_it_in_the_evening(
    city: City, traffic: Traffic
) -> None:
    roads, centre = traffic.roads, city.centre
    far = np.array([np.hypot(n.lat - centre.lat, n.lon - centre.lon) for n in roads.nodes])
    inbound = far[roads.head] < far[roads.tail]
    morning, evening = (traffic.lost(at, is_workday=True)[0] for at in (MORNING, EVENING))
    assert morning[inbound].mean() > 1.08 * morning[~inbound].mean()
    assert 1.03 * evening[inbound].mean() < evening[~inbound].mean()


def test_a_weekend_morning_has_fewer_on_the_road(traffic: Traffic) -> None:
    workday, weekend = (traffic.flows_h(MORNING, is_workday=each).sum() for each in (True, False))
    assert weekend < 0.75 * workday


def test_cities_without_roads_or_places_have_no_traffic(city: City) -> None:
    assert len(Traffic.of(replace(city, network=Network({}, {})), SEED).roads) == 0
    nowhere = Traffic.of(with_streets(city), SEED)
    assert nowhere.lost(MORNING, is_workday=True).shape == (1, 0)
    assert crashes.crashes(nowhere, SEED, 0) == []


def test_a_queue_grows_upstream_later_and_weaker_and_clears_the_way_it_came(
    traffic: Traffic,
) -> None:
    roads = traffic.roads
    busiest = int(np.argmax(traffic.out_h))
    reached = queue(traffic, Crash(busiest, 8 * 3600.0, 3600.0, 0.3))
    assert [each.arc for each in reached].count(busiest) == 1
    assert len(reached) > 1
    by_arc = {each.arc: each for each in reached}
    for each in reached[1:]:
        feeds = [a for a in by_arc if roads.tail[a] == roads.head[each.arc]]
        nearest = min((by_arc[a] for a in feeds), key=lambda other: other.from_s)
        assert nearest.from_s < each.from_s < each.to_s < nearest.to_s
        assert nearest.left < each.left < 1


def test_a_short_crash_reaches_nobody_else(traffic: Traffic) -> None:
    busiest = int(np.argmax(traffic.out_h))
    assert [each.arc for each in queue(traffic, Crash(busiest, 0.0, 30.0, 0.3))] == [busiest]


def test_cameras_count_less_behind_a_crash_and_as_much_as_roads_carry(
    order: Callable[..., Order], traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = order("transport.cameras")
    node = cameras.junctions(one)[1]
    into = np.flatnonzero([traffic.roads.nodes[n].id == node.id for n in traffic.roads.head])
    crash = Crash(int(into[0]), 7 * 3600.0, 3600.0, 0.3)
    monkeypatch.setattr(cameras.crashes, "crashes", lambda *_: [crash])
    blocked = cameras.seen(one, traffic, one.today - timedelta(days=3))
    monkeypatch.setattr(cameras.crashes, "crashes", lambda *_: [])
    usual = cameras.seen(one, traffic, one.today - timedelta(days=3))
    at = 7 * 4 + 1
    carried = traffic.flows_h(np.array([7.375]), is_workday=True)[0][into].sum()
    assert usual.vehicles_h[at, 1] == pytest.approx(carried)
    assert blocked.vehicles_h[at, 1] < usual.vehicles_h[at, 1] - 0.3 * traffic.out_h[into[0]] * 0.8
    assert blocked.lost[at, 1] > usual.lost[at, 1]
    assert blocked.vehicles_h[4 * 4] == pytest.approx(usual.vehicles_h[4 * 4])


def test_counts_of_workdays_differ_by_as_much_as_measured_ones(order: Callable[..., Order]) -> None:
    found: dict[str, list[float]] = {}
    for row in cameras.rows(order("transport.cameras")):
        if row["at"].hour == 12 and row["at"].weekday() < 5:
            found.setdefault(row["entity"], []).append(row["vehicles_h"])
    spread = [np.std(each, ddof=1) / np.mean(each) for each in found.values()]
    assert 0.03 < np.median(spread) < 0.10  # I-94 and PeMS


def test_reports_tell_of_the_crashes_that_speeds_feel(
    order: Callable[..., Order], traffic: Traffic
) -> None:
    one = order("transport.situations")
    days = [one.today + timedelta(days=n) for n in range(7)]
    told = [each for day in days for each in situations.accidents(one, traffic, day)]
    felt = [each for day in days for each in crashes.crashes(traffic, SEED, day.weekday())]
    assert len(told) == len(felt) > 7
    assert {each.begins.hour for each in told} == {int(each.begin_s // 3600) for each in felt}
    seen = [row for row in camera_events.rows(order("transport.camera_events"))
            if row["category"] == "crash"]  # fmt: skip
    assert 0 < len(seen) < 2 * len(felt)
