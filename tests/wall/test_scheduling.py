"""The layer `scheduled` as the clock says, through restarts, people and jumps of the clock."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.wall.keeping import kept_of
from tests.wall.room import make_settings, write_city
from tests.wall.table import START_MS, FullTable, Seat, Table
from wall.server import assemble
from wall.store import Kept

NORTH = {"wallId": "north"}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR_MS = 3_600_000.0
OTHER = {"userId": "chi", "role": "operator", "siteId": "east"}
FILE = """
id = "{id}"
name = {{ vi = "Giao ban", en = "Briefing" }}
{target}
from_time = "07:30"
to_time = "08:00"
weekdays = [1, 2, 3, 4, 5]
holidays = "except"
"""


def clock_time(ms: float) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, ZONE).strftime("%H:%M")


def body(schedule_id: str, scene_id: str, from_h: float, to_h: float, **more: Any) -> Any:
    """A schedule that begins and ends so many hours after the table's start, every day."""
    return {
        "scheduleId": schedule_id,
        "name": {"vi": "x", "en": "x"},
        "sceneId": scene_id,
        "fromTime": clock_time(START_MS + from_h * HOUR_MS),
        "toTime": clock_time(START_MS + to_h * HOUR_MS),
        **more,
    }


def put(full: FullTable, *args: Any, **more: Any) -> None:
    schedule = body(*args, **more)
    full.web.result(full.web.ask("schedule.put", {**NORTH, "schedule": schedule}))
    follow(full)


def follow(full: FullTable) -> None:
    if full.north.pending is not None:
        full.answer_wanted(full.renderer)
        full.follow()


def go_to(full: FullTable, hours: float) -> None:
    """Go to so many hours after the table's start."""
    full.wait(START_MS + hours * HOUR_MS - full.now_ms)
    follow(full)


def on_air(table: Table) -> str:
    program = table.north.program()
    assert program is not None
    return f"{program[0]} {program[1].arrangement.scene.scene_id}"


def listed(table: Table, web: Seat) -> dict[str, Any]:
    result: dict[str, Any] = web.result(web.ask("schedule.list", NORTH))
    return result


def clear(full: FullTable) -> None:
    full.web.ask("wall.clear", {**NORTH, "layer": "scheduled"})
    follow(full)


def test_the_layer_is_set_when_a_window_begins_and_cleared_when_it_ends(full: FullTable) -> None:
    put(full, "morning", "rain", 1, 2)
    go_to(full, 0.9)
    assert on_air(full) == "base overview"
    go_to(full, 1.1)
    assert on_air(full) == "scheduled rain"
    assert full.north.layers["scheduled"].by == "schedule:morning"
    go_to(full, 2.1)
    assert on_air(full) == "base overview"
    go_to(full, 25.1)
    assert on_air(full) == "scheduled rain"


def test_a_schedule_put_within_its_window_is_on_air_at_once_and_goes_with_it(
    full: FullTable,
) -> None:
    put(full, "now", "rain", -1, 2)
    assert on_air(full) == "scheduled rain"
    put(full, "now", "traffic", -1, 2)
    assert on_air(full) == "scheduled traffic"
    put(full, "now", "traffic", -1, 2, enabled=False)
    assert on_air(full) == "base overview"
    put(full, "now", "traffic", -1, 2)
    full.web.result(full.web.ask("schedule.delete", {**NORTH, "scheduleId": "now"}))
    follow(full)
    assert on_air(full) == "base overview"


def test_what_begins_soon_is_rendered_ahead(full: FullTable) -> None:
    put(full, "morning", "rain", 1, 2)
    rain = full.render_id("rain", "left")
    begins_ms = listed(full, full.web)["next"]["startAtMs"]
    full.wait(begins_ms - full.now_ms - 61_000)
    assert rain not in full.state.renders.wanted
    full.wait(2_000)
    assert rain in full.state.renders.wanted


def test_a_persons_clear_holds_until_the_window_ends(full: FullTable) -> None:
    put(full, "morning", "rain", -1, 2)
    clear(full)
    for hours in (0.5, 1.0, 1.5):
        go_to(full, hours)
        assert on_air(full) == "base overview"
    go_to(full, 23.1)
    assert on_air(full) == "scheduled rain"


def test_a_clear_holds_though_another_window_came_between(full: FullTable) -> None:
    put(full, "long", "rain", -1, 6)
    clear(full)
    put(full, "short", "traffic", 1, 2)
    go_to(full, 1.1)
    assert on_air(full) == "scheduled traffic"
    go_to(full, 2.1)
    assert on_air(full) == "base overview"


def test_what_a_person_put_on_the_layer_stays_until_the_next_window(full: FullTable) -> None:
    put(full, "morning", "rain", -1, 2)
    full.taken("traffic", layer="scheduled")
    go_to(full, 2.1)
    assert on_air(full) == "scheduled traffic"
    go_to(full, 23.1)
    assert on_air(full) == "scheduled rain"


def test_a_higher_window_gives_the_layer_back_when_it_ends(full: FullTable) -> None:
    put(full, "long", "rain", -1, 6)
    put(full, "short", "traffic", 1, 2, priority=5)
    seen = []
    for hours in (0.5, 1.1, 2.1, 6.1):
        go_to(full, hours)
        seen.append(on_air(full).split()[1])
    assert seen == ["rain", "traffic", "rain", "overview"]


def test_windows_that_follow_each_other_with_one_scene_need_no_switch(full: FullTable) -> None:
    put(full, "all-day", "rain", 0, 0)
    full.left.forget()
    go_to(full, 49)
    assert full.left.all("prepare") == []
    assert on_air(full) == "scheduled rain"


def test_a_schedule_plays_a_list(full: FullTable) -> None:
    entries = [{"sceneId": each, "dwellS": 60} for each in ("rain", "traffic")]
    tour = {"playlistId": "tour", "name": {"vi": "x", "en": "x"}, "entries": entries}
    full.web.result(full.web.ask("playlist.put", {**NORTH, "playlist": tour}))
    put(full, "morning", "rain", -1, 2, sceneId=None, playlistId="tour")
    assert on_air(full) == "scheduled rain"
    full.wait(60_000)
    follow(full)
    assert on_air(full) == "scheduled traffic"
    go_to(full, 2.1)
    assert on_air(full) == "base overview"


def test_a_list_taken_away_in_its_window_leaves_on_air_what_it_shows(
    full: FullTable, tmp_path: Path
) -> None:
    entries = [{"sceneId": "rain", "dwellS": 60}]
    tour = {"playlistId": "tour", "name": {"vi": "x", "en": "x"}, "entries": entries}
    full.web.result(full.web.ask("playlist.put", {**NORTH, "playlist": tour}))
    put(full, "morning", "rain", -1, 2, sceneId=None, playlistId="tour")
    full.web.result(full.web.ask("playlist.delete", {**NORTH, "playlistId": "tour"}))
    assert on_air(full) == "scheduled rain"
    again = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms)
    assert on_air(again) == "scheduled rain"
    put(full, "evening", "traffic", 8, 9)  # the plan is made anew
    assert on_air(full) == "scheduled rain"
    go_to(full, 2.1)
    assert on_air(full) == "base overview"


def test_below_a_manual_scene_the_layer_follows_unseen(full: FullTable) -> None:
    full.taken("traffic", hold=True)
    put(full, "morning", "rain", 1, 2)
    full.left.forget()
    go_to(full, 1.1)
    assert full.north.layers["scheduled"].arrangement.scene.scene_id == "rain"
    go_to(full, 2.1)
    assert "scheduled" not in full.north.layers
    assert full.left.all("prepare") == []


def test_an_operators_take_at_the_edge_is_not_superseded(full: FullTable) -> None:
    put(full, "morning", "rain", 1, 2)
    begins_ms = listed(full, full.web)["next"]["startAtMs"]
    full.wait(begins_ms - full.now_ms - 10)
    request_id = full.take("traffic")
    full.wait(20)
    full.follow()
    assert full.web.result(request_id)["committed"]
    assert on_air(full) == "manual traffic"
    assert full.north.layers["scheduled"].arrangement.scene.scene_id == "rain"


def test_a_scene_that_is_gone_or_too_high_leaves_the_layer_to_others_and_is_said(
    full: FullTable,
) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    put(full, "high", "traffic", 1, 2)
    go_to(full, 0.99)
    full.answer_wanted(full.renderer)
    full.give(full.renderer, full.render_id("traffic", "left"), level="restricted", version=3)
    go_to(full, 1.5)
    assert on_air(full) == "base overview"
    (said,) = [each for each in full.web.all("event") if each["name"] == "schedule"]
    assert (said["data"]["code"], said["data"]["window"]["scheduleId"]) == ("aboveCeiling", "high")


def test_too_high_turns_out_only_when_it_is_rendered(full: FullTable) -> None:
    schedule = body("high", "traffic", -1, 2)
    full.web.result(full.web.ask("schedule.put", {**NORTH, "schedule": schedule}))
    for tile in ("left", "right", "over"):
        full.give(full.renderer, full.render_id("traffic", tile), level="restricted")
    assert on_air(full) == "base overview"
    assert full.north.pending is None
    go_to(full, 1)
    assert on_air(full) == "base overview"


def test_after_a_restart_in_a_window_the_layer_is_right(full: FullTable, tmp_path: Path) -> None:
    put(full, "morning", "rain", 1, 2)
    kept = kept_of(full)
    late = Table(tmp_path, kept=kept, now_ms=START_MS + 1.5 * HOUR_MS)
    late.wait(2_000)
    assert on_air(late) == "scheduled rain"
    go_to(full, 1.1)
    over = Table(tmp_path, kept=kept_of(full), now_ms=START_MS + 3 * HOUR_MS)
    over.wait(2_000)
    assert on_air(over) == "base overview"
    same = Table(tmp_path, kept=kept_of(full), now_ms=START_MS + 1.5 * HOUR_MS)
    assert on_air(same) == "scheduled rain"
    assert same.north.pending is None
    clear(full)
    cleared = Table(tmp_path, kept=kept_of(full), now_ms=START_MS + 1.5 * HOUR_MS)
    cleared.wait(60_000)
    assert on_air(cleared) == "base overview"


def test_killed_while_a_window_begins_the_layer_is_set_after_the_restart(
    full: FullTable, tmp_path: Path
) -> None:
    put(full, "morning", "rain", 1, 2)
    full.wait(listed(full, full.web)["next"]["startAtMs"] - full.now_ms)
    assert full.north.pending is not None
    again = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms + 1_000)
    again.wait(2_000)
    assert on_air(again) == "scheduled rain"


def test_a_clock_that_jumps_is_survived(full: FullTable) -> None:
    put(full, "morning", "rain", 1, 2)
    for hours, seen in ((1.5, "rain"), (-3, "overview"), (25.5, "rain"), (0, "overview")):
        full.carry_out(full.hub.machine_time(START_MS + hours * HOUR_MS, full.now_ms))
        follow(full)
        assert on_air(full).split()[1] == seen
    full.left.forget()
    full.carry_out(full.hub.machine_time(START_MS + 200, full.now_ms))
    assert full.left.types() == []


def test_the_list_says_what_is_next(full: FullTable) -> None:
    put(full, "now", "rain", -1, 2)
    put(full, "later", "traffic", 3, 4, priority=7)
    told = listed(full, full.web)
    assert told["timezone"] == "Asia/Ho_Chi_Minh"
    assert told["current"]["scheduleId"] == "now"
    assert told["next"]["scheduleId"] == "later"
    later, now = told["schedules"]
    assert (now["scheduleId"], now["isActive"], now["isPut"]) == ("now", True, True)
    assert abs(now["endAtMs"] - START_MS - 2 * HOUR_MS) < 60_000
    assert (later["isActive"], later["priority"], later["endAtMs"]) == (False, 7, None)
    assert abs(later["nextStartAtMs"] - START_MS - 3 * HOUR_MS) < 60_000
    (wall,) = full.web.result(full.web.ask("walls.list", {}))["walls"]
    assert wall["schedule"] == {"current": told["current"], "next": told["next"]}


def test_schedules_of_what_is_not_there_and_under_anothers_lock_are_refused(
    full: FullTable,
) -> None:
    def code(schedule: Any, actor: Any = None) -> str:
        args = {**NORTH, "schedule": schedule}
        return str(full.web.error(full.web.ask("schedule.put", args, actor))["code"])

    assert code(body("a", "none", 1, 2)) == "unknownScene"
    assert code(body("a", "", 1, 2, sceneId=None, playlistId="none")) == "unknownPlaylist"
    assert code(body("a", "rain", 1, 2, playlistId="tour")) == "invalidArgs"
    unknown = full.web.ask("schedule.delete", {**NORTH, "scheduleId": "a"})
    assert full.web.error(unknown)["code"] == "unknownSchedule"
    full.web.result(full.web.ask("wall.lock", NORTH))
    assert code(body("a", "rain", 1, 2), OTHER) == "locked"


def test_a_schedule_whose_scene_was_deleted_yields_to_the_next_in_rank(full: FullTable) -> None:
    at = {"column": 0, "row": 0, "columns": 1, "rows": 1}
    tile = {"tileId": "t", "kind": "text", "at": at, "options": {"text": "mine"}}
    grid = {"columns": 1, "rows": 1}
    mine = {"sceneId": "mine", "name": {"vi": "x", "en": "x"}, "grid": grid, "tiles": [tile]}
    full.web.result(full.web.ask("scene.put", {**NORTH, "scene": mine}))
    put(full, "mine", "mine", 1, 2, priority=9)
    put(full, "plain", "rain", 1, 2)
    full.web.result(full.web.ask("scene.delete", {**NORTH, "sceneId": "mine"}))
    go_to(full, 1.1)
    assert on_air(full) == "scheduled rain"


def test_the_city_seeds_schedules_and_a_wrong_one_is_left_out_and_said(tmp_path: Path) -> None:
    folder = write_city(tmp_path) / "schedules" / "north"
    folder.mkdir(parents=True)
    for name, target in {
        "briefing": 'scene = "rain"',
        "none": 'scene = "none"',
        "both": 'scene = "rain"\nplaylist = "tour"',
        "listless": 'playlist = "tour"',
    }.items():
        (folder / f"{name}.toml").write_text(FILE.format(id=name, target=target))
    settings = make_settings(tmp_path)
    kept = Kept(epoch=1, controller_id="c")
    state, problems = assemble(settings, settings.city, kept, now_ms=1.0)
    assert [each for each, _ in state.walls["north"].schedules] == ["briefing"]
    assert len(problems) == 3
    for said in ("no scene 'none'", "one of a scene and a playlist", "no playlist 'tour'"):
        assert any(said in each for each in problems)
