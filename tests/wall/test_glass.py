from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.room import WALL, write_city
from tests.wall.table import ADMINISTRATOR, FullTable, Table
from wall.effects import WallRecord
from wall.errors import ConfigurationError
from wall.geometry import Wall, load_wall, load_walls
from wall.store import Kept

TRIM = "[trim_px]\na2 = { x = 3, y = -2 }\n"
NIGHT = 'night = { from = "22:00", to = "05:30", dim = 0.5 }\norbit_px = 3\n'
NORTH = {"wallId": "north"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    city = write_city(tmp_path)
    (city / "walls" / "north.toml").write_text(WALL + NIGHT + TRIM)
    return tmp_path


@pytest.fixture
def glassy(folder: Path) -> FullTable:
    """A table whose wall has a trim, a night and an orbit."""
    return FullTable(folder)


def ask(table: FullTable, op: str, **args: Any) -> dict[str, Any]:
    request_id = table.web.ask(op, {**NORTH, **args}, ADMINISTRATOR)
    return table.web.result(request_id)


def test_an_output_is_told_what_it_does_to_its_picture(glassy: FullTable) -> None:
    told = glassy.player("a2").last("identified")["glass"]
    assert told["trimPx"] == {"x": 3, "y": -2}
    assert told["orbitPx"] == 3
    assert told["night"] == {
        "from": "22:00",
        "to": "05:30",
        "dim": 0.5,
        "whiteK": 4000,
        "fadeMin": 20,
        "timezone": "Asia/Ho_Chi_Minh",
        "mode": "auto",
    }
    assert "glass" not in glassy.player(None, view="program").last("identified")


def test_a_trim_reaches_its_output_alone_and_falls_back_to_the_files(glassy: FullTable) -> None:
    result = ask(glassy, "wall.trim", outputId="a2", trimPx={"x": -5, "y": 0})
    assert result == {"outputId": "a2", "trimPx": {"x": -5, "y": 0}, "outputs": ["a2"]}
    assert glassy.right.last("glass")["trimPx"] == {"x": -5, "y": 0}
    assert glassy.left.all("glass") == []
    outputs = glassy.web.result(glassy.web.ask("walls.list", {}))["walls"][0]["outputs"]
    assert [each["trimPx"] for each in outputs] == [{"x": 0, "y": 0}, {"x": -5, "y": 0}]
    ask(glassy, "wall.trim", outputId="a2")
    assert glassy.right.last("glass")["trimPx"] == {"x": 3, "y": -2}


def test_a_trim_leaves_the_picture_where_it_is_on_air(glassy: FullTable) -> None:
    glassy.right.forget()
    ask(glassy, "wall.trim", outputId="a2", trimPx={"x": 7, "y": 7})
    assert glassy.right.types() == ["glass"]
    assert glassy.taken("rain")["committed"]


def test_night_and_orbit_are_switched_for_all_outputs(glassy: FullTable) -> None:
    assert ask(glassy, "wall.night", mode="on")["night"]["mode"] == "on"
    assert ask(glassy, "wall.orbit", on=False) == {"orbitPx": 0, "outputs": ["a1", "a2"]}
    for seat in glassy.players():
        told = seat.last("glass")
        assert (told["night"]["mode"], told["orbitPx"]) == ("on", 0)
    assert ask(glassy, "wall.orbit", on=True)["orbitPx"] == 3


def test_what_was_put_outlives_a_restart(glassy: FullTable, folder: Path) -> None:
    ask(glassy, "wall.trim", outputId="a1", trimPx={"x": 1, "y": 2})
    ask(glassy, "wall.night", mode="off")
    ask(glassy, "wall.orbit", on=False)
    kept = [each for each in glassy.changes if isinstance(each, WallRecord)][-1]
    walls = {"north": kept.body}
    again = Table(folder, kept=Kept(epoch=9, controller_id="wall-test", walls=walls))
    told = again.player("a1").last("identified")["glass"]
    assert told["trimPx"] == {"x": 1, "y": 2}
    assert (told["night"]["mode"], told["orbitPx"]) == ("off", 0)


def test_a_record_from_before_there_was_glass_is_read(glassy: FullTable, folder: Path) -> None:
    ask(glassy, "wall.orbit", on=False)
    kept = [each for each in glassy.changes if isinstance(each, WallRecord)][-1]
    old = {name: each for name, each in kept.body.items() if name != "glass"}
    again = Table(folder, kept=Kept(epoch=9, controller_id="wall-test", walls={"north": old}))
    assert again.player("a2").last("identified")["glass"]["orbitPx"] == 3


@pytest.mark.parametrize(
    ("op", "args", "code"),
    [
        ("wall.trim", {"outputId": "z9", "trimPx": {"x": 1, "y": 1}}, "unknownOutput"),
        ("wall.trim", {"outputId": "a1", "trimPx": {"x": 4000, "y": 1}}, "invalidArgs"),
        ("wall.trim", {"outputId": "a1", "trimPx": {"x": 0.5, "y": 1}}, "invalidArgs"),
        ("wall.night", {"mode": "dusk"}, "invalidArgs"),
        ("wall.night", {"mode": "on"}, "conflict"),
        ("wall.orbit", {"on": True}, "conflict"),
    ],
)
def test_what_cannot_be_is_refused(
    full: FullTable, op: str, args: dict[str, Any], code: str
) -> None:
    request_id = full.web.ask(op, {**NORTH, **args}, ADMINISTRATOR)
    assert full.web.error(request_id)["code"] == code


def test_trims_are_an_administrators(full: FullTable) -> None:
    args = {**NORTH, "outputId": "a1", "trimPx": {"x": 1, "y": 1}}
    assert full.web.error(full.web.ask("wall.trim", args))["code"] == "forbidden"


def test_a_test_pattern_tells_where_all_outputs_are(full: FullTable) -> None:
    args = {**NORTH, "kind": "testPattern", "parts": ["grid", "flash"]}
    full.web.result(full.web.ask("wall.overlay", args))
    told = full.left.last("overlay")
    assert told["parts"] == ["grid", "flash"]
    assert [each["outputId"] for each in told["outputs"]] == ["a1", "a2"]
    assert full.player("a2").last("overlay") == told


def test_nights_are_by_the_clock_of_the_city(folder: Path) -> None:
    city = folder / "city"
    walls = city / "walls"
    (city / "city.toml").write_text('timezone = "America/Sao_Paulo"\n')
    assert _zone_of(load_walls(walls)["north"]) == "America/Sao_Paulo"
    own = NIGHT.replace("dim = 0.5", 'dim = 0.5, timezone = "Asia/Tokyo"')
    (walls / "north.toml").write_text(WALL + own)
    assert _zone_of(load_walls(walls)["north"]) == "Asia/Tokyo"


def _zone_of(wall: Wall) -> str | None:
    return wall.night and wall.night.timezone


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[trim_px]\nz9 = { x = 1, y = 0 }\n", "trim_px.z9"),
        ("[trim_px]\na1 = { x = 999, y = 0 }\n", "trim_px.a1.x"),
        ('night = { from = "22:00", to = "22:00" }\n', "night"),
        ('night = { from = "25:00", to = "22:00" }\n', "night.from"),
        ('night = { from = "22:00", to = "5:00" }\n', "night.to"),
        (
            'night = { from = "22:00", to = "05:00", timezone = "Asia/Atlantis" }\n',
            "night.timezone",
        ),
        ("orbit_px = 99\n", "orbit_px"),
    ],
)
def test_a_wall_file_that_says_it_wrongly_is_refused(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "north.toml"
    path.write_text(WALL + text)
    with pytest.raises(ConfigurationError) as caught:
        load_wall(path)
    assert caught.value.key == key
