"""The marks by which a tap finds the figure it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data_access.figure import figure_at
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import nodes

FRAME = Frame(width_px=1920, height_px=1080, unit_px=40)
TILES: list[tuple[str, str, dict[str, Any]]] = [
    ("kpi", "environment.rain", {"numbers": ["max_day", "median_day", "gauges_wet"]}),
    ("table", "environment.air", {"table": "stations"}),
    ("bars", "economy.prices", {"table": "goods", "figure": "yoy", "order": "high"}),
    ("trend", "environment.rain", {"series": "daily"}),
]


def marks(tree: Any, name: str) -> list[str]:
    return [node["props"][name] for node in nodes(tree) if name in node["props"]]


@pytest.mark.parametrize(("kind", "aggregate", "options"), TILES)
def test_r57_every_mark_of_a_tile_leads_to_a_figure(kind, aggregate, options) -> None:
    envelope = everything()[aggregate]
    tree = build(kind, {"aggregate": aggregate, **options}, FRAME, {aggregate: envelope}, context())
    found = marks(tree, "data-figure")
    assert found or kind == "trend"
    for mark in [*found, *marks(tree, "data-about")]:
        name, _, address = mark.partition(":")
        assert name == aggregate
        assert figure_at(envelope.payload, address) is not None, mark
    assert len(marks(tree, "data-about")) == 1


def test_r57_each_bottleneck_leads_to_its_own_figure() -> None:
    name = "city.bottlenecks"
    tree = build("bottlenecks", {}, FRAME, {name: everything()[name]}, context())
    assert marks(tree, "data-figure") == [
        f"{name}:numbers/{each}" for each in everything()[name].payload["numbers"]
    ]


def test_what_is_not_live_says_so_on_its_tile() -> None:
    known = replace(everything()["environment.rain"], realm="known:20260921T0214Z")
    options = {"aggregate": known.aggregate, "numbers": ["max_day"]}
    tree = build("kpi", options, FRAME, {known.aggregate: known}, context())
    assert marks(tree, "data-realm") == [known.realm]
