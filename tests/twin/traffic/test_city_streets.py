"""The city's main roads completed by an invented grid: the same every time, and in one piece."""

from __future__ import annotations

from dataclasses import replace

from data_access.city import City
from tests.conftest import ROOT
from twin.traffic.city_streets import city_streets
from twin.traffic.grid import joined
from twin.traffic.plan import TrafficPlan, read_plan
from twin.traffic.streets import Streets


def real_plan(hanoi: City) -> TrafficPlan:
    plan = read_plan(ROOT / "city", hanoi)
    assert plan is not None
    return plan


def test_every_main_road_is_there_and_every_other_street_is_marked(hanoi: City) -> None:
    streets = city_streets(hanoi, real_plan(hanoi))
    listed = {link.id for link in streets.links.values() if not link.invented}
    assert listed == set(hanoi.network.links)
    assert streets.invented
    for link in streets.links.values():
        feature = next(f for f in streets.geometry()["features"] if f["id"] == link.id)
        assert feature["properties"]["invented"] is link.invented


def test_the_network_hangs_together_in_at_least_eleven_wards(hanoi: City) -> None:
    plan = real_plan(hanoi)
    streets = city_streets(hanoi, plan)
    pairs = [(edge.start, edge.end) for edge in streets.edges.values()]
    assert joined(sorted(streets.junctions), pairs) == set(streets.junctions)
    assert len(set(plan.wards) & {edge.area for edge in streets.edges.values()}) >= 11


def test_it_is_the_same_every_time_and_reads_back(hanoi: City) -> None:
    plan = real_plan(hanoi)
    made = city_streets(hanoi, plan).encode()
    assert city_streets(hanoi, plan).encode() == made
    assert Streets.decode(made).encode() == made


def test_pieces_of_a_main_road_add_up_to_its_length(hanoi: City) -> None:
    streets = city_streets(hanoi, real_plan(hanoi))
    for link in hanoi.network.links.values():
        edges = streets.links[link.id].forward
        metres = sum(streets.edges[edge].length_m for edge in edges)
        assert abs(metres - link.length_km * 1000) < 1
        nodes = [streets.edges[edge].start for edge in edges] + [link.end.id]
        assert nodes[0] == link.start.id
        assert [streets.edges[edge].end for edge in edges] == nodes[1:]


def test_no_street_is_invented_in_a_lake(hanoi: City) -> None:
    plan = real_plan(hanoi)
    wet = city_streets(hanoi, plan)
    dry = city_streets(hanoi, replace(plan, water=()))
    lake = next(each for each in plan.water if each.id == "bay-mau")
    inside = [
        junction
        for junction in wet.junctions.values()
        if junction.invented and abs(junction.lat - lake.lat) + abs(junction.lon - lake.lon) < 0.001
    ]
    assert not inside
    assert len(wet.links) < len(dry.links)


def test_no_invented_street_is_an_arm_of_a_listed_junction(hanoi: City) -> None:
    streets = city_streets(hanoi, real_plan(hanoi))
    inner = [link for link in streets.links.values() if link.invented]
    assert not {end for link in inner for end in (link.start, link.end)} & set(hanoi.network.nodes)
