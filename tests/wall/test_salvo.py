from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.wall.room import write_city
from tests.wall.table import FullTable, Seat
from wall.effects import WallRecord
from wall.layers import LayerName


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


def layers(two: FullTable, wall_id: str) -> dict[str, str]:
    found = two.state.walls[wall_id].layers
    return {name: each.arrangement.scene.scene_id for name, each in found.items()}


def play(two: FullTable, south: tuple[Seat, Seat]) -> None:
    for each in (*two.players(), *south):
        each.ready()
    two.wait(70)
    for each in (*two.players(), *south):
        if each.all("commit"):
            each.shown()


@pytest.mark.parametrize(("layer", "is_kept"), [("alarm", True), ("manual", False)])
def test_it_takes_whichever_layer_a_take_does_and_holds_it(
    two: FullTable, south: tuple[Seat, Seat], layer: LayerName, is_kept: bool
) -> None:
    request_id = salvo(two, layer=layer)
    play(two, south)
    assert two.web.result(request_id)["committed"]
    assert (two.state.walls["north"].layers[layer].until_at_ms is None) is is_kept
    assert layers(two, "south")[layer] == "traffic"
    held = salvo(two, layer=layer, hold=True)
    play(two, south)
    assert two.web.result(held)["committed"]
    assert two.state.walls["north"].layers[layer].until_at_ms is None


def test_a_wall_that_shows_something_higher_keeps_its_part_at_the_same_instant(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.taken("rain")
    for each in two.players():
        each.forget()
    request_id = salvo(two, layer="alarm")
    assert "alarm" not in layers(two, "north"), "the other wall is not ready yet"
    for each in south:
        each.ready()
    assert layers(two, "north")["alarm"] == "rain"
    assert two.web.answer(request_id) is None
    two.wait(70)
    for each in south:
        each.shown()
    north, other = two.web.result(request_id)["walls"]
    assert (north["committed"], north["showAtMs"], north["outputs"]) == (True, None, [])
    assert (other["wallId"], len(other["outputs"])) == ("south", 2)
    assert two.left.all("prepare") == []
    record = [
        each for each in two.changes if isinstance(each, WallRecord) and each.wall_id == "north"
    ][-1]
    assert "alarm" in record.body["layers"]


def test_a_salvo_that_is_seen_nowhere_is_kept_at_once(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    taken = salvo(two, layer="emergency")
    play(two, south)
    assert two.web.result(taken)["committed"]
    result = two.web.result(salvo(two, layer="alarm"))
    assert [each["showAtMs"] for each in result["walls"]] == [None, None]
    assert result["skewMs"] is None
    assert layers(two, "north")["alarm"] == "rain"


def test_a_newer_take_of_a_layer_that_was_only_to_be_kept_supersedes_the_salvo(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.taken("rain")
    request_id = salvo(two, layer="alarm")
    two.web.result(two.take("overview", layer="alarm"))
    before = layers(two, "north")
    for each in south:
        each.ready()
    assert two.web.error(request_id)["code"] == "superseded"
    assert layers(two, "north") == before
    assert south[0].all("commit") == []


def test_a_wall_that_comes_to_show_what_it_was_only_to_keep_switches_by_itself(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.taken("traffic")
    request_id = salvo(two, layer="alarm")
    two.web.ask("wall.clear", {"wallId": "north", "layer": "manual"})
    two.follow()
    for each in two.players():
        each.forget()
    for each in south:
        each.ready()
    two.answer_wanted(two.renderer)
    play(two, south)
    north, other = two.web.result(request_id)["walls"]
    assert (on_air(two, "north"), on_air(two, "south")) == ("rain", "traffic")
    assert {each["status"] for each in north["outputs"]} == {"shown"}
    assert (north.get("apart"), other.get("apart")) == (True, None)


def test_a_part_that_is_only_kept_is_judged_by_the_walls_ceiling_too(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.taken("rain")
    two.taken("traffic")
    two.give(two.renderer, two.render_id("overview", "left"), version=9, level="restricted")
    takes = [{"wallId": "north", "sceneId": "overview"}, {"wallId": "south", "sceneId": "rain"}]
    request_id = two.web.ask("salvo.take", {"takes": takes, "layer": "alarm"})
    assert two.web.error(request_id)["code"] == "aboveCeiling"
    assert "alarm" not in layers(two, "south")


RULE = {
    "ruleId": "flood",
    "name": {"vi": "Ngập", "en": "Flood"},
    "owner": "thoat-nuoc",
    "aggregate": "rain",
    "number": "max_mm_h",
    "condition": "above",
    "threshold": 50,
    "wallIds": ["north", "south"],
    "sceneId": "rain",
}
ENGINE = {"userId": "rule:flood", "role": "operator"}


def fired(two: FullTable, takes: list[str], layer: str = "alarm") -> str:
    named = [{"wallId": each, "sceneId": "rain"} for each in takes]
    args = {"takes": named, "layer": layer, "hold": True}
    request_id = two.web.ask("salvo.take", args, ENGINE)
    two.answer_wanted(two.renderer)
    return request_id


def test_a_rule_may_fire_on_its_walls_together_whoever_holds_them(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.web.result(two.web.ask("rule.put", {"rule": RULE}))
    two.web.ask("wall.lock", {"wallId": "south"}, {"userId": "chi", "role": "operator"})
    request_id = fired(two, ["north", "south"])
    play(two, south)
    assert two.web.result(request_id)["committed"]
    assert layers(two, "north")["alarm"] == layers(two, "south")["alarm"] == "rain"
    assert two.state.walls["south"].layers["alarm"].by == "rule:flood"


def test_a_rule_may_fire_on_no_other_wall_or_layer_and_not_once_vetoed(
    two: FullTable, south: tuple[Seat, Seat]
) -> None:
    two.web.result(two.web.ask("rule.put", {"rule": {**RULE, "wallIds": ["north"]}}))
    assert two.web.error(fired(two, ["north", "south"]))["code"] == "conflict"
    assert two.web.error(fired(two, ["north"], layer="manual"))["code"] == "forbidden"
    two.web.result(two.web.ask("rule.put", {"rule": RULE}))
    feed = two.service("feed")
    said = {"ruleId": "flood", "phase": "firing", "sinceAtMs": two.now_ms}
    feed.result(feed.ask("rule.report", said))
    request_id = fired(two, ["north", "south"])
    two.web.result(two.web.ask("rule.veto", {"ruleId": "flood"}))
    assert two.web.error(request_id)["code"] == "conflict"
    assert (on_air(two, "north"), on_air(two, "south")) == ("overview", "overview")
