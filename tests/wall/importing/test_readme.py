"""README's way from xrandr to a lit wall, walked as it is written there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import app
from tests.conftest import ROOT
from tests.wall.importing.test_xrandr import lit, xrandr
from wall.geometry import read_walls
from wall.geometry.tables import BezelMmTable, GridFile, PlacedPanelTable
from wall.scene import read_scenes

CHAPTER = (
    (ROOT / "README.md").read_text().split("## A wall from what you have\n")[1].split("\n## ")[0]
)
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", CHAPTER, re.DOTALL)
PANEL, SCENE, GLASS = (text for kind, text in BLOCKS if kind == "toml")


def test_its_commands_and_its_scene_light_a_wall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "city" / "walls").mkdir(parents=True)
    (tmp_path / "city" / "scenes" / "lobby").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    on_the_display, here = BLOCKS[0][1].splitlines()
    assert on_the_display.startswith("xrandr --verbose > ")
    Path(on_the_display.split(" > ")[1]).write_text(
        xrandr(lit("DP-1", "1920x1080+0+0"), lit("DP-2", "1920x1080+1920+0"))
    )
    python, entry, *arguments = here.split()
    assert (python, entry) == (".venv/bin/python", "app.py")
    assert app.main(arguments) == 0
    Path("city/scenes/lobby/overview.toml").write_text(SCENE)
    drafted = Path("city/walls/lobby.toml")
    drafted.write_text(GLASS.split("[trim_px]", maxsplit=1)[0] + drafted.read_text())
    walls, problems = read_walls(Path("city/walls"))
    scenes, more = read_scenes(Path("city/scenes"), walls)
    assert [*problems, *more] == []
    assert walls["lobby"].night is not None
    assert list(scenes["lobby"]) == ["overview"]


def test_the_panel_it_shows_is_one(tmp_path: Path) -> None:
    (panel,) = tomllib.loads(PANEL)["panel"]
    assert PlacedPanelTable.model_validate(panel).rotation == 90


def test_what_it_says_of_glass_is_of_a_wall_file() -> None:
    assert tomllib.loads(GLASS).keys() <= GridFile.model_fields.keys()


def test_the_keys_it_names_are_those_of_a_wall_file() -> None:
    known = {*GridFile.model_fields, *PlacedPanelTable.model_fields, *BezelMmTable.model_fields}
    table = "\n".join(line for line in CHAPTER.splitlines() if line.startswith("| `"))
    named = {name for cell in re.findall(r"^\| ([^|]*)", table, re.MULTILINE)
             for name in re.findall(r"`(\w+)`", cell)}  # fmt: skip
    assert named
    assert named <= known
