"""How far help is: on known times, around closed edges, and where no way leads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.twin.traffic.small import nothing, plan_of
from twin.traffic import altering
from twin.traffic.altering import Altered
from twin.traffic.reach import reach, station_edges
from twin.traffic.run import Model
from twin.traffic.scenario import read_scenario
from twin.traffic.ways import Ways


def altered(model: Model, folder: Path, *closed: str) -> Altered:
    folder.mkdir()
    body = {"measures": [{"kind": "close", "links": list(closed)}]} if closed else {}
    return altering.alter(
        model.net, read_scenario(body), model.plan, folder, free_kmh={}, kept=folder, check=nothing
    )


def test_minutes_follow_the_times_and_go_round_what_is_closed(model: Model, tmp_path: Path) -> None:
    plan = plan_of()
    before = altered(model, tmp_path / "a")
    after = altered(model, tmp_path / "b", "J11-J12")
    seconds = dict.fromkeys(model.net.streets.edges, 60.0)
    found = reach(plan, before, after, [seconds], [seconds])
    fire = found["fire"]["junctions"]
    assert fire["J11"] == {"base": 0.0, "value": 0.0}
    assert fire["J12"] == {"base": 1.0, "value": 3.0}
    assert fire["J22"] == {"base": 2.0, "value": 2.0}
    assert found["hospital"]["cutOff"] == []
    slower = reach(plan, before, before, [seconds], [dict.fromkeys(seconds, 90.0)])
    assert slower["fire"]["junctions"]["J22"]["value"] == 3.0


def test_a_place_without_any_way_is_cut_off(model: Model, tmp_path: Path) -> None:
    before = altered(model, tmp_path / "a")
    after = altered(model, tmp_path / "b", "J12-J22", "J21-J22")
    found = reach(plan_of(), before, after, [{}], [{}])
    assert found["fire"]["cutOff"] == ["J22"]
    assert found["fire"]["junctions"]["J22"]["base"] == pytest.approx(0.8, abs=0.01)  # free flow


def test_a_station_leaves_at_the_nearest_junction(model: Model) -> None:
    homes = station_edges(plan_of(), model.net.streets)
    assert {model.net.streets.edges[edge].start for edge in homes.values()} == {"J11"}


def test_ways_know_what_cannot_be_driven() -> None:
    root = ElementTree.fromstring(
        "<net><edge id='a'/><edge id='b'/><edge id='c'/><edge id=':i' function='internal'/>"
        "<connection from='a' to='b'/><connection from='b' to='c'/></net>"
    )
    ways = Ways.of(root)
    assert ways.edges == ("a", "b", "c")
    pairs = [("a", "c"), ("c", "a"), ("a", "x")]
    assert ways.reachable(pairs, np.ones(3, dtype=bool)).tolist() == [True, False, False]
    assert ways.reachable(pairs, np.array([True, False, True])).tolist() == [False] * 3
    assert ways.path(["a"], ["c"], np.array([1.0, 2.0, 3.0])) == ["a", "b", "c"]
    assert ways.path(["c"], ["a"], np.ones(3)) == []
    seconds = np.array([60.0, 30.0, 30.0])
    assert ways.minutes(["a"], seconds).tolist() == [1.0, 1.5, 2.0]
    assert ways.minutes(["b"], np.array([60.0, np.inf, 30.0])).tolist() == [np.inf] * 3
