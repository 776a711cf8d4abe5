from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.wall.room import write_city
from tests.wall.table import FullTable, Seat


@pytest.fixture
def two(tmp_path: Path) -> FullTable:
    """The full table, with a second wall like the first at another site."""
    city = write_city(tmp_path)
    text = (city / "walls" / "north.toml").read_text()
    text = text.replace('"north"', '"south"').replace('"east"', '"west"')
    (city / "walls" / "south.toml").write_text(text)
    shutil.copytree(city / "scenes" / "north", city / "scenes" / "south")
    return FullTable(tmp_path)


@pytest.fixture
def south(two: FullTable) -> tuple[Seat, Seat]:
    seats = two.player("a1", wall_id="south"), two.player("a2", wall_id="south")
    for each in seats:
        each.ready()
        each.shown()
        each.forget()
    for each in two.players():
        each.forget()
    return seats


def salvo(two: FullTable, **more: object) -> str:
    takes = [{"wallId": "north", "sceneId": "rain"}, {"wallId": "south", "sceneId": "traffic"}]
    request_id = two.web.ask("salvo.take", {"takes": takes, **more})
    two.answer_wanted(two.renderer)
    return request_id


def on_air(two: FullTable, wall_id: str) -> str | None:
    return two.state.walls[wall_id].program_showing()[0]


def test_all_walls_are_committed_at_one_instant(two: FullTable, south: tuple[Seat, Seat]) -> None:
    request_id = salvo(two)
    for each in two.players():
        each.ready()
    assert two.left.all("commit") == [], "the other wall is not ready yet"
    for each in south:
        each.ready()
    everyone = (*two.players(), *south)
    assert len({each.last("commit")["showAtMs"] for each in everyone}) == 1
    two.wait(70)
    for number, each in enumerate(everyone):
        assert two.web.answer(request_id) is None
        each.shown(late_ms=float(number))
    result = two.web.result(request_id)
    assert [each["wallId"] for each in result["walls"]] == ["north", "south"]
    assert result["skewMs"] == 3.0
    assert [each["skewMs"] for each in result["walls"]] == [1.0, 1.0]
    assert (on_air(two, "north"), on_air(two, "south")) == ("rain", "traffic")


def test_the_clock_known_worst_sets_the_lead_of_all(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    south[1].heartbeat(two.showing("overview"), uncertainty_ms=50.0)
    salvo(two)
    for each in (*two.players(), *south):
        each.ready()
    assert two.left.last("commit")["showAtMs"] == two.now_ms + 3 * 100 + 50


def test_what_aborts_one_wall_aborts_all(two: FullTable, south: tuple[Seat, Seat]) -> None:
    request_id = salvo(two, policy="all")
    for each in two.players():
        each.ready()
    south[0].ready("failed")
    south[1].ready()
    assert two.web.error(request_id)["code"] == "policyNotMet"
    for each in (*two.players(), *south):
        assert each.all("commit") == []
        assert each.all("abort")
    assert (on_air(two, "north"), on_air(two, "south")) == ("overview", "overview")


def test_at_the_deadline_best_effort_goes_on_with_whoever_is_ready(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    request_id = salvo(two)
    two.left.ready()
    two.wait(1_001)
    assert two.left.all("commit")
    assert south[0].all("commit")
    two.wait(3_000)
    assert two.web.result(request_id)["committed"]


def test_a_newer_take_of_one_wall_supersedes_the_salvo(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    request_id = salvo(two)
    two.take("overview")
    assert two.web.error(request_id)["code"] == "superseded"
    assert south[0].all("abort")
    two.follow()
    assert (on_air(two, "north"), on_air(two, "south")) == ("overview", "overview")


@pytest.mark.parametrize(
    ("takes", "code"),
    [
        ([("north", "rain"), ("south", "snow")], "unknownScene"),
        ([("north", "rain"), ("east", "rain")], "unknownWall"),
        ([("north", "rain"), ("north", "traffic")], "invalidArgs"),
        ([], "invalidArgs"),
    ],
)
def test_a_wrong_salvo_is_refused_whole(
    two: FullTable, south: tuple[Seat, Seat], takes: list[tuple[str, str]], code: str
) -> None:
    args = {"takes": [{"wallId": wall, "sceneId": scene} for wall, scene in takes]}
    assert two.web.error(two.web.ask("salvo.take", args))["code"] == code
    assert two.left.types() == []


def test_a_locked_wall_or_one_without_control_refuses_the_salvo(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.web.ask("wall.lock", {"wallId": "south"}, {"userId": "chi", "role": "operator"})
    assert two.web.error(salvo(two))["code"] == "locked"
    takes = [{"wallId": "north", "sceneId": "rain"}]
    leader = {"userId": "dung", "role": "viewer"}
    request_id = two.web.ask("salvo.take", {"takes": takes}, leader)
    assert two.web.error(request_id)["code"] == "forbidden"
