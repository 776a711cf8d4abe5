"""Ceilings of sites and outputs, below their walls' and as binding; and of conferences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.room import make_settings, write_city
from tests.wall.table import START_MS, FullTable, Table
from wall.geometry import read_walls
from wall.server import assemble
from wall.store import Kept

OUTPUTS = """
[[output]]
id = "a1"
at = { column = 0, row = 0, columns = 1, rows = 1 }
[[output]]
id = "a2"
at = { column = 1, row = 0, columns = 1, rows = 1 }
ceiling = { level = "public" }
"""


@pytest.fixture
def foyer(tmp_path: Path) -> FullTable:
    """A wall whose right panel is seen from the foyer."""
    wall = write_city(tmp_path) / "walls" / "north.toml"
    wall.write_text(wall.read_text() + OUTPUTS)
    return FullTable(tmp_path)


def taking(table: FullTable, internal: str) -> str:
    """Ask for a take of a scene with one internal tile."""
    request_id = table.web.ask("wall.take", {"wallId": "north", "sceneId": "rain"})
    for tile_id in ("left", "right", "over"):
        level = "internal" if tile_id == internal else "public"
        table.give(table.renderer, table.render_id("rain", tile_id), level=level)
    return request_id


def words_of(found: dict[str, Any]) -> str:
    return str(found["content"])


def test_a_tile_on_an_output_of_a_lower_ceiling_is_refused_by_name(foyer: FullTable) -> None:
    error = foyer.web.error(taking(foyer, "right"))
    assert (error["code"], error["tiles"]) == ("aboveCeiling", ["right"])
    again = foyer.web.ask("wall.preview", {"wallId": "north", "sceneId": "rain"})
    assert foyer.web.error(again)["tiles"] == ["right"]


def test_on_the_other_outputs_the_walls_own_ceiling_holds(foyer: FullTable) -> None:
    request_id = taking(foyer, "left")
    foyer.follow()
    assert foyer.web.result(request_id)["committed"]


def test_what_rises_above_it_later_is_not_sent_there(foyer: FullTable) -> None:
    for tile_id in ("left", "right"):
        render_id = foyer.render_id("overview", tile_id)
        foyer.give(foyer.renderer, render_id, version=2, level="internal")
    assert "Không hiển thị" in words_of(foyer.right.last("content"))
    assert "Không hiển thị" not in words_of(foyer.left.last("content"))
    joined = foyer.player("a2").last("prepare")
    shown = {each["tileId"]: words_of(each) for each in joined["tiles"]}
    assert "Không hiển thị" in shown["right"]
    assert "Không hiển thị" not in shown["over"]


def test_an_output_is_told_its_own_ceiling(foyer: FullTable) -> None:
    assert foyer.left.last("identified")["ceiling"]["level"] == "internal"
    assert foyer.right.last("identified")["ceiling"]["level"] == "public"
    (wall,) = foyer.web.result(foyer.web.ask("walls.list", {}))["walls"]
    assert wall["ceiling"]["level"] == "internal"
    assert [each.get("ceiling", {}).get("level") for each in wall["outputs"]] == [None, "public"]


def test_a_site_lowers_the_ceiling_of_its_walls(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "city.toml").write_text('[[site]]\nid = "east"\nceiling = { level = "public" }\n')
    table = Table(tmp_path)
    assert table.north.wall.ceiling.level == "public"
    walls, _ = read_walls(city / "walls")
    assert walls["north"].ceiling.level == "internal"


def test_a_wrong_ceiling_of_a_site_is_said_and_leaves_what_everybody_may_see(
    tmp_path: Path,
) -> None:
    city = write_city(tmp_path)
    (city / "city.toml").write_text('[[site]]\nid = "east"\nceiling = { level = "secret" }\n')
    settings = make_settings(tmp_path)
    kept = Kept(epoch=1, controller_id="wall-test")
    state, problems = assemble(settings, city, kept, now_ms=START_MS)
    assert state.walls["north"].wall.ceiling.level == "public"
    assert "site[0].ceiling" in problems[0]


def conferring(table: FullTable, **more: Any) -> str:
    """Ask for a scene on the layer of conferences, of one that may see what is public."""
    conference = {"layer": "presenter", "ceiling": {"level": "public"}, **more}
    request_id = table.take("rain", **conference)
    render_id = table.render_id("rain", "left")
    table.give(table.renderer, render_id, version=2, level="internal")
    return request_id


def test_a_conference_covers_what_it_may_not_see_before_its_scene_comes_and_as_long_as_it_lasts(
    full: FullTable,
) -> None:
    full.left.forget()
    request_id = conferring(full)
    assert full.left.types().index("mask") < full.left.types().index("prepare")
    full.follow()
    assert full.web.result(request_id)["committed"]
    assert list(full.north.masks) == ["conference"]
    assert "Không hiển thị" in words_of(full.left.last("content"))
    full.web.ask("wall.clear", {"wallId": "north", "layer": "presenter"})
    assert full.north.masks  # until nothing of it is on air
    full.follow()
    assert full.left.last("unmask")["maskId"] == "conference"
    assert full.north.masks == {}


def test_a_conference_that_does_not_come_covers_nothing(full: FullTable) -> None:
    full.leave(full.right)
    assert full.web.error(conferring(full, policy="all"))["code"] == "policyNotMet"
    assert full.north.masks == {}
    request_id = conferring(full, deadlineMs=100, policy="quorum", minOutputs=2)
    assert full.north.masks
    full.wait(2_000)
    assert full.web.error(request_id)["code"] == "policyNotMet"
    assert full.north.masks == {}
    assert full.left.last("unmask")["maskId"] == "conference"


def test_a_ceiling_is_a_conferences_alone(full: FullTable) -> None:
    public = {"level": "public", "compartments": []}
    assert full.web.error(full.take("rain", ceiling=public))["code"] == "invalidArgs"
    mask = {"wallId": "north", "maskId": "conference", "ceiling": public}
    assert full.web.error(full.web.ask("wall.mask", mask))["code"] == "invalidArgs"
    assert full.north.masks == {}
