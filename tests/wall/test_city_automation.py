"""The lists, schedules and rules that the city folder brings along."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from data_access.aggregates.registry import aggregates
from tests.wall.room import make_settings
from wall.server import assemble
from wall.state import State
from wall.store import Kept

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    settings = make_settings(tmp_path_factory.mktemp("room"), city=ROOT / "city")
    state, problems = assemble(settings, settings.city, Kept(1, "c"), now_ms=1.0)
    assert problems == []
    return state


def test_every_wall_has_lists_and_schedules(state: State) -> None:
    for ws in state.walls.values():
        assert ws.playlists.seeds
        assert ws.schedules.seeds
        for _, playlist in ws.playlists:
            assert all(ws.scene(turn.scene_id) is not None for turn in playlist.turns)


def test_rules_watch_aggregates_there_are_for_agencies_there_are(state: State) -> None:
    agencies = tomllib.loads((ROOT / "city" / "agencies.toml").read_text())["agency"]
    owners = {each["id"] for each in agencies}
    rules = dict(state.rules)
    assert {"air-unhealthy", "congestion", "heavy-rain", "failed-logins"} <= rules.keys()
    for rule in rules.values():
        assert rule.aggregate in aggregates()
        assert rule.body["owner"] in owners


def test_a_controller_of_one_site_keeps_the_rules_of_its_own_walls(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "city", tmp_path / "town")
    settings = make_settings(tmp_path, city=tmp_path / "town", site="ngo-quyen")
    state, problems = assemble(settings, settings.city, Kept(1, "c"), now_ms=1.0)
    assert problems == []
    assert {rule.wall_ids for _, rule in state.rules} == {("ngo-quyen",)}
    assert {rule_id for rule_id, _ in state.rules} == {"air-unhealthy", "heavy-rain"}
