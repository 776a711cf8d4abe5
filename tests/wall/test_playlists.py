from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.keeping import kept_of
from tests.wall.room import make_settings, write_city
from tests.wall.table import FullTable, Table
from wall.playlists import Playlist, Turn
from wall.server import assemble
from wall.store import Kept

NORTH = {"wallId": "north"}
OTHER = {"userId": "chi", "role": "operator", "siteId": "east"}
FILE = """
id = "{id}"
name = {{ vi = "Ca sáng", en = "Morning" }}
loop = false
[[entry]]
scene = "rain"
dwell_s = {dwell}
[[entry]]
scene = "traffic"
dwell_s = 5
"""


def playlist(*scenes: str, dwell_s: float = 10, **more: Any) -> dict[str, Any]:
    entries = [{"sceneId": each, "dwellS": dwell_s} for each in scenes]
    name = {"vi": "Lượt", "en": "Tour"}
    return {"playlistId": "tour", "name": name, "entries": entries, **more}


def put(full: FullTable, *scenes: str, **more: Any) -> None:
    args = {**NORTH, "playlist": playlist(*scenes, **more)}
    full.web.result(full.web.ask("playlist.put", args))


def start(full: FullTable, *scenes: str, layer: str = "scheduled", **more: Any) -> None:
    put(full, *scenes, **more)
    request_id = full.web.ask("playlist.start", {**NORTH, "playlistId": "tour", "layer": layer})
    full.answer_wanted(full.renderer)
    full.follow()
    assert full.web.result(request_id)["committed"]


def on_air(full: Table) -> str:
    program = full.north.program()
    assert program is not None
    return f"{program[0]} {program[1].arrangement.scene.scene_id}"


def run(full: Table, web: Any = None) -> dict[str, Any] | None:
    web = web or full.web  # type: ignore[attr-defined]
    body = web.result(web.ask("wall.state", NORTH))
    return body["playlists"][0] if body["playlists"] else None


def pass_turn(full: FullTable, ms: float = 10_000) -> None:
    """Let a turn go by and its step come to the glass."""
    full.wait(ms)
    full.answer_wanted(full.renderer)
    full.follow()


def test_a_list_shows_each_scene_for_its_time_and_begins_again(full: FullTable) -> None:
    start(full, "rain", "traffic")
    seen = [on_air(full)]
    for _ in range(3):
        pass_turn(full)
        seen.append(on_air(full))
    assert seen == [f"scheduled {each}" for each in ("rain", "traffic", "rain", "traffic")]
    told = run(full)
    assert told is not None
    assert (told["playlistId"], told["index"], told["sceneId"]) == ("tour", 1, "traffic")
    assert full.now_ms < told["nextAtMs"] <= full.now_ms + 10_000


def test_what_comes_next_is_rendered_ahead(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.answer_wanted(full.renderer)
    full.wait(9_900)
    full.left.forget()
    full.wait(100)
    prepare = full.left.last("prepare")
    assert prepare["sceneId"] == "traffic"
    assert {tile["version"] for tile in prepare["tiles"]} == {1}


def test_below_a_manual_scene_a_list_goes_on_unseen(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.taken("overview", hold=True)
    full.left.forget()
    full.wait(10_000)
    assert full.left.all("prepare") == []
    told = run(full)
    assert told is not None
    assert (told["index"], on_air(full)) == (1, "manual overview")


def test_paused_it_waits_and_goes_on_with_what_was_left(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.wait(4_000)
    paused = full.web.result(full.web.ask("playlist.pause", {**NORTH, "on": True}))
    assert (paused["paused"], paused["nextAtMs"], paused["sceneId"]) == (True, None, "rain")
    assert 5_000 < paused["leftMs"] < 6_000
    full.wait(3_600_000)
    assert on_air(full) == "scheduled rain"
    going = full.web.result(full.web.ask("playlist.pause", {**NORTH, "on": False}))
    assert going["nextAtMs"] == full.now_ms + paused["leftMs"]
    pass_turn(full, 6_000)
    assert on_air(full) == "scheduled traffic"


def test_skipping_goes_to_the_next_or_to_the_one_named(full: FullTable) -> None:
    start(full, "rain", "traffic", "overview")
    request_id = full.web.ask("playlist.skip", NORTH)
    full.answer_wanted(full.renderer)
    full.follow()
    assert full.web.result(request_id)["committed"]
    assert on_air(full) == "scheduled traffic"
    full.web.ask("playlist.pause", {**NORTH, "on": True})
    full.web.ask("playlist.skip", {**NORTH, "index": 0})
    full.follow()
    told = run(full)
    assert told is not None
    assert (told["index"], told["paused"], told["leftMs"]) == (0, True, 10_000)
    error = full.web.error(full.web.ask("playlist.skip", {**NORTH, "index": 3}))
    assert error["code"] == "invalidArgs"


def test_stopping_clears_the_layer(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.web.ask("playlist.stop", NORTH)
    full.follow()
    assert on_air(full) == "base overview"
    assert run(full) is None
    for op, more in (("stop", {}), ("skip", {}), ("pause", {"on": True})):
        error = full.web.error(full.web.ask(f"playlist.{op}", {**NORTH, **more}))
        assert error["code"] == "conflict", op


def test_any_other_take_of_its_layer_ends_it(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.taken("overview", layer="scheduled")
    assert run(full) is None
    full.wait(60_000)
    assert on_air(full) == "scheduled overview"


def test_on_the_manual_layer_it_ends_with_the_layers_time(full: FullTable) -> None:
    start(full, "rain", "traffic", layer="manual", dwell_s=600)
    pass_turn(full, 600_000)
    assert on_air(full) == "manual traffic"
    full.wait(20 * 60_000)
    full.answer_wanted(full.renderer)
    full.follow()
    assert on_air(full) == "base overview"


def test_an_extension_while_a_step_is_prepared_is_not_lost(full: FullTable) -> None:
    start(full, "rain", "traffic", layer="manual", dwell_s=600)
    full.wait(600_000)
    assert full.north.pending is not None
    until_ms = full.web.result(full.web.ask("wall.extend", NORTH))["untilAtMs"]
    full.answer_wanted(full.renderer)
    full.follow()
    assert on_air(full) == "manual traffic"
    assert full.north.layers["manual"].until_at_ms == until_ms


def test_pausing_while_a_step_is_prepared_keeps_the_scene(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.wait(10_000)
    full.answer_wanted(full.renderer)
    assert full.north.pending is not None
    full.web.result(full.web.ask("playlist.pause", {**NORTH, "on": True}))
    assert full.left.last("abort")["code"] == "superseded"
    full.wait(60_000)
    assert on_air(full) == "scheduled rain"


def test_a_persons_take_supersedes_a_step_which_is_made_up_for(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.wait(10_000)
    request_id = full.take("overview", hold=True)
    full.follow()
    assert full.web.result(request_id)["committed"]
    told = run(full)
    assert told is not None
    assert (told["index"], on_air(full)) == (1, "manual overview")


def test_a_scene_that_is_gone_is_passed_over_and_said(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    start(full, "rain", "gone", "traffic")
    pass_turn(full)
    assert on_air(full) == "scheduled traffic"
    told = run(full)
    assert told is not None
    assert told["skipped"] == [{"sceneId": "gone", "code": "unknownScene"}]
    (said,) = [each for each in full.web.all("event") if each["name"] == "playlist"]
    assert said["data"]["skipped"] == told["skipped"]


def test_a_scene_above_the_ceiling_is_passed_over_even_when_that_turns_out_late(
    full: FullTable,
) -> None:
    put(full, "rain", "traffic")
    request_id = full.web.ask("playlist.start", {**NORTH, "playlistId": "tour"})
    high = full.render_id("rain", "left")
    full.give(full.renderer, high, level="restricted")
    full.answer_wanted_except(full.renderer, high)
    full.answer_wanted_except(full.renderer, high)
    full.follow()
    assert full.web.result(request_id)["committed"]
    assert on_air(full) == "scheduled traffic"
    told = run(full)
    assert told is not None
    assert told["skipped"] == [{"sceneId": "rain", "code": "aboveCeiling"}]


def test_with_nothing_left_to_show_it_ends_and_says_so(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    start(full, "rain", "gone")
    for tile in ("left", "right", "over"):
        full.give(full.renderer, full.render_id("rain", tile), version=2, level="restricted")
    full.wait(10_000)
    assert run(full) is None
    said = [each for each in full.web.all("event") if each["name"] == "playlist"][-1]["data"]
    assert said["playlist"] is None
    assert {each["sceneId"] for each in said["skipped"]} == {"gone", "rain"}
    error = full.web.error(full.web.ask("playlist.start", {**NORTH, "playlistId": "tour"}))
    assert error["code"] == "conflict"
    assert "rain (aboveCeiling)" in error["message"]


def test_a_list_of_one_stays_without_a_switch(full: FullTable) -> None:
    start(full, "rain")
    full.left.forget()
    full.wait(35_000)
    assert full.left.all("prepare") == []
    assert run(full) is not None


def test_a_list_that_does_not_loop_ends_on_its_last_scene(full: FullTable) -> None:
    start(full, "rain", "traffic", loop=False)
    pass_turn(full)
    full.wait(60_000)
    assert on_air(full) == "scheduled traffic"
    assert run(full) is None


def test_deleted_while_it_runs_it_ends_at_its_next_step(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.web.result(full.web.ask("playlist.delete", {**NORTH, "playlistId": "tour"}))
    full.wait(10_000)
    assert (on_air(full), run(full)) == ("scheduled rain", None)


def test_shortened_while_it_runs_it_goes_on(full: FullTable) -> None:
    start(full, "overview", "rain", "traffic")
    full.web.ask("playlist.skip", {**NORTH, "index": 2})
    full.answer_wanted(full.renderer)
    full.follow()
    put(full, "rain", "overview")
    pass_turn(full)
    assert on_air(full) == "scheduled rain"


def test_after_a_restart_it_goes_on_where_it_was(full: FullTable, tmp_path: Path) -> None:
    start(full, "overview", "rain", "traffic", dwell_s=3600)
    pass_turn(full, 3_600_000)
    before = run(full)
    again = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms)
    web = again.service()
    assert run(again, web) == before
    assert on_air(again) == "scheduled rain"
    again.wait(3_600_000 + 2_000)
    assert on_air(again) == "scheduled traffic"


def test_a_turn_that_ended_while_nobody_ran_steps_once_after_the_start(
    full: FullTable, tmp_path: Path
) -> None:
    start(full, "overview", "rain", "traffic")
    again = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms + 3_600_000)
    again.wait(2_000)
    assert on_air(again) == "scheduled rain"


def test_a_clock_that_went_back_costs_one_turn_at_most(full: FullTable, tmp_path: Path) -> None:
    start(full, "overview", "rain")
    again = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms - 86_400_000)
    again.wait(12_000)
    assert on_air(again) == "scheduled rain"


def test_the_lock_holds_lists_against_others(full: FullTable) -> None:
    start(full, "rain", "traffic")
    full.web.result(full.web.ask("wall.lock", NORTH))
    for op, more in (
        ("start", {"playlistId": "tour"}),
        ("skip", {}),
        ("stop", {}),
        ("pause", {"on": True}),
    ):
        error = full.web.error(full.web.ask(f"playlist.{op}", {**NORTH, **more}, OTHER))
        assert error["code"] == "locked", op


@pytest.mark.parametrize(
    "wrong",
    [
        {"entries": []},
        {"entries": [{"sceneId": "rain", "dwellS": 0}]},
        {"entries": [{"sceneId": "rain", "dwellS": 10}] * 101},
        {"entries": [{"sceneId": "../x", "dwellS": 10}]},
        {"playlistId": ""},
        {"name": {"vi": "x"}},
        {"loop": 1},
        {"transition": {"kind": "wipe"}},
    ],
)
def test_a_wrong_list_is_refused_whole(full: FullTable, wrong: dict[str, Any]) -> None:
    args = {**NORTH, "playlist": {**playlist("rain"), **wrong}}
    assert full.web.error(full.web.ask("playlist.put", args))["code"] == "invalidArgs"
    listed = full.web.result(full.web.ask("playlist.list", NORTH))
    assert listed == {"playlists": [], "running": []}


def test_unknown_lists_and_turns_are_refused(full: FullTable) -> None:
    for op in ("start", "delete"):
        error = full.web.error(full.web.ask(f"playlist.{op}", {**NORTH, "playlistId": "no"}))
        assert error["code"] == "unknownPlaylist"
    put(full, "rain")
    args = {**NORTH, "playlistId": "tour", "index": 1}
    assert full.web.error(full.web.ask("playlist.start", args))["code"] == "invalidArgs"


def test_the_city_seeds_lists_and_a_wrong_one_is_left_out_and_said(tmp_path: Path) -> None:
    folder = write_city(tmp_path) / "playlists" / "north"
    folder.mkdir(parents=True)
    (folder / "tour.toml").write_text(FILE.format(id="tour", dwell=20))
    (folder / "short.toml").write_text(FILE.format(id="short", dwell=0.1))
    (folder / "other.toml").write_text(FILE.format(id="tour", dwell=20))
    settings = make_settings(tmp_path)
    kept = Kept(epoch=1, controller_id="c")
    state, problems = assemble(settings, settings.city, kept, now_ms=1.0)
    assert [each for each, _ in state.walls["north"].playlists] == ["tour"]
    assert len(problems) == 2
    assert any("short.toml: entry[0].dwell_s" in each for each in problems)


def test_the_turns_that_follow() -> None:
    turns = tuple(Turn(each, 1.0) for each in "abc")
    looped = Playlist("p", {}, turns, loop=True)
    once = Playlist("p", {}, turns, loop=False)
    assert list(looped.following(-1)) == [0, 1, 2]
    assert list(looped.following(1)) == [2, 0, 1]
    assert list(looped.following(99)) == [0, 1, 2]
    assert list(once.following(0)) == [1, 2]
    assert list(once.following(2)) == []
