"""A wall in an exercise: chosen like a scene, framed by who shows it, and what is real over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.keeping import kept_of
from tests.wall.table import FullTable, Seat, Table
from tests.wall.test_exercises import START, do, report
from tests.wall.test_rules import ENGINE, RULE

REALM = "exercise:flood"
VIEWER = {"userId": "v", "role": "viewer"}


@pytest.fixture
def drill(full: FullTable) -> Seat:
    """The feed, an exercise it plays, and displays that know how to frame it."""
    for each in ("a1", "a2"):
        seat = full.player(each, framesRealms=True)
        seat.ready()
        seat.shown()
        if each == "a1":
            full.left = seat
        else:
            full.right = seat
    feed = full.service("feed")
    do(full, "start", **(START | {"speed": 60}))
    report(feed, "running")
    full.wait(3_000)
    for each in full.players():
        each.heartbeat(full.showing("overview"))
        each.forget()
    return feed


def choose(full: FullTable, realm: str = REALM, **more: Any) -> dict[str, Any]:
    """Bring the wall into a realm all the way."""
    request_id = full.web.ask("wall.realm", {"wallId": "north", "realm": realm, **more})
    full.answer_wanted(full.renderer)
    full.follow()
    return full.web.result(request_id)


def state(full: FullTable) -> dict[str, Any]:
    found: dict[str, Any] = full.web.result(full.web.ask("wall.state", {"wallId": "north"}))
    return found


def error(full: FullTable, op: str, actor: Any = None, **args: Any) -> str:
    code: str = full.web.error(full.web.ask(op, {"wallId": "north", **args}, actor))["code"]
    return code


def test_a_wall_is_brought_into_an_exercise_on_all_outputs_at_one_instant(
    full: FullTable, drill: Seat
) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    before = state(full)["program"]
    result = choose(full)
    assert [each["status"] for each in result["outputs"]] == ["shown", "shown"]
    left, right = (each.last("commit") for each in full.players())
    assert left["showAtMs"] == right["showAtMs"]
    prepare = full.left.last("prepare")
    assert prepare["realm"]["realm"] == REALM
    assert (prepare["realm"]["exerciseId"], prepare["realm"]["clock"]["speed"]) == ("flood", 60)
    after = state(full)
    assert after["realm"] == after["program"]["realm"] == REALM
    assert after["program"]["sceneId"] == before["sceneId"]
    assert after["program"]["revision"] != before["revision"]
    told = full.web.last("event")
    assert (told["name"], told["data"]["realm"]) == ("realm", REALM)


def test_every_render_is_of_the_realm(full: FullTable, drill: Seat) -> None:
    choose(full)
    wanted = full.renderer.last("wanted")["renders"]
    shown = {each["renderId"] for each in full.left.last("prepare")["tiles"]}
    assert {each["realm"] for each in wanted if each["renderId"] in shown} == {REALM}
    back = choose(full, "live")
    assert back["committed"]
    assert "realm" not in full.left.last("prepare")
    assert state(full)["realm"] == "live"


def test_what_live_would_show_stays_rendered_for_the_way_back(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.wait(10 * 60_000)
    full.left.forget()
    full.web.ask("wall.realm", {"wallId": "north", "realm": "live"})
    assert full.left.last("prepare")["sceneId"] == "overview"  # nobody had to render anything


def test_scenes_layers_and_previews_follow(full: FullTable, drill: Seat) -> None:
    full.preview("rain")
    for each in full.players():
        each.staged()
    choose(full)
    full.answer_wanted(full.renderer)
    stage = full.left.last("stage")
    assert (stage["sceneId"], stage["realm"]["realm"]) == ("rain", REALM)
    for each in full.players():
        each.staged()
    taken = full.taken("traffic")
    assert taken["committed"]
    assert full.left.last("prepare")["realm"]["realm"] == REALM
    full.web.ask("wall.clear", {"wallId": "north", "layer": "manual"})
    full.answer_wanted(full.renderer)
    full.follow()
    assert full.left.last("prepare")["realm"]["realm"] == REALM
    assert state(full)["preview"]["revision"] == stage["revision"]


def test_a_take_that_expected_the_live_picture_is_refused(full: FullTable, drill: Seat) -> None:
    program = state(full)["program"]
    seen = {"sceneId": program["sceneId"], "revision": program["revision"]}
    choose(full)
    assert error(full, "wall.take", sceneId="rain", expect=seen) == "conflict"


def test_what_time_it_is_there_is_told_again_when_it_is_set(full: FullTable, drill: Seat) -> None:
    choose(full)
    do(full, "pause", exerciseId="flood", on=True)
    told = full.left.last("realm")
    assert (told["realm"], told["clock"]["speed"]) == (REALM, 0)
    full.left.forget()
    choose(full, "live")
    do(full, "pause", exerciseId="flood", on=False)
    assert full.left.all("realm") == []


def test_a_display_that_does_not_frame_it_is_sent_words_alone(full: FullTable, drill: Seat) -> None:
    full.left = full.player("a1")
    asked = full.web.ask("wall.realm", {"wallId": "north", "realm": REALM})
    refused = full.web.error(asked)
    assert refused["code"] == "cannotFrame"
    assert refused["outputs"] == [{"outputId": "a1", "status": "unframed"}]
    told = {each["outputId"]: each["framesRealms"] for each in state(full)["outputs"]}
    assert told == {"a1": False, "a2": True}
    full.leave(full.left)
    choose(full)
    full.left = full.player("a1")
    full.wait(3_000)
    for seat, is_words in ((full.left, True), (full.right, False)):
        for tile in seat.last("prepare")["tiles"]:
            assert ("tile-withheld" in str(tile["content"])) == is_words
    full.left.forget()
    full.right.forget()
    for each in full.renderer.last("wanted")["renders"]:
        if each["realm"] == REALM:
            full.give(full.renderer, each["renderId"], version=9)
    assert full.left.all("content") == []
    assert full.right.all("content")
    render_id = next(iter(full.state.clients[full.left.client_id].program))
    full.left.say("need", renderIds=[render_id])
    assert "tile-withheld" in str(full.left.last("content"))


def test_it_is_kept_over_a_restart(full: FullTable, drill: Seat, tmp_path: Path) -> None:
    choose(full)
    after = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms)
    assert after.north.realm == REALM
    program = after.north.program()
    assert program is not None
    assert program[1].arrangement.realm == REALM
    seat = after.player("a1", framesRealms=True, showing={"sceneId": "overview", "revision": "x"})
    after.wait(2_500)
    assert seat.last("prepare")["realm"]["exerciseId"] == "flood"


def test_a_display_that_missed_the_change_is_brought_there(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.wait(3_000)
    full.left.forget()
    full.left.heartbeat(full.showing("overview") | {"revision": "of-live"})
    assert full.left.last("prepare")["realm"]["realm"] == REALM


def test_a_wall_whose_exercise_ends_is_brought_back_to_live(full: FullTable, drill: Seat) -> None:
    choose(full)
    do(full, "end", exerciseId="flood")
    full.answer_wanted(full.renderer)
    full.follow()
    assert state(full)["realm"] == "live"
    assert "realm" not in full.left.last("prepare")
    assert "." not in state(full)["program"]["revision"]


def test_the_way_back_is_made_up_for_when_a_take_comes_between(
    full: FullTable, drill: Seat
) -> None:
    choose(full)
    do(full, "end", exerciseId="flood")
    full.taken("rain")
    assert full.left.last("prepare")["realm"] == {"realm": REALM}  # only its name is left
    full.answer_wanted(full.renderer)
    full.follow()
    assert state(full)["realm"] == "live"
    assert state(full)["program"]["sceneId"] == "rain"


def test_an_alarm_lies_over_an_exercise_and_says_so(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.taken("traffic", hold=True)
    full.web.result(full.web.ask("rule.put", {"rule": RULE}))
    args = {"wallId": "north", "sceneId": "rain", "layer": "alarm", "hold": True}
    drill.ask("wall.take", args, ENGINE)
    full.answer_wanted(full.renderer)
    full.follow()
    found = state(full)
    assert (found["program"]["layer"], found["program"]["realm"]) == ("alarm", "live")
    assert found["realm"] == REALM
    assert "realm" not in full.left.last("prepare")
    banner = full.left.last("overlay")
    assert banner["text"]["vi"].startswith("KHÔNG PHẢI DIỄN TẬP: ")
    assert banner["text"]["en"].startswith("NOT AN EXERCISE: ")
    drill.ask("wall.clear", {"wallId": "north", "layer": "alarm"}, ENGINE)
    full.answer_wanted(full.renderer)
    full.follow()
    assert full.left.last("prepare")["realm"]["realm"] == REALM
    assert full.left.last("overlay")["kind"] == "clear"
    assert state(full)["program"]["sceneId"] == "traffic"


def test_an_emergency_takes_the_wall_back_to_live_for_good(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.taken("rain", layer="emergency")
    found = state(full)
    assert (found["realm"], found["program"]["layer"]) == ("live", "emergency")
    assert "realm" not in full.left.last("prepare")
    assert error(full, "wall.realm", realm=REALM) == "conflict"
    full.web.ask("wall.clear", {"wallId": "north", "layer": "emergency"})
    full.answer_wanted(full.renderer)
    full.follow()
    assert "realm" not in full.left.last("prepare")
    assert state(full)["program"]["realm"] == "live"


def test_a_salvo_with_an_emergency_does_so_too(full: FullTable, drill: Seat) -> None:
    choose(full)
    takes = [{"wallId": "north", "sceneId": "rain"}]
    full.web.ask("salvo.take", {"takes": takes, "layer": "emergency"})
    full.answer_wanted(full.renderer)
    full.follow()
    assert state(full)["realm"] == "live"


def test_under_an_alarm_the_realm_is_changed_unseen(full: FullTable, drill: Seat) -> None:
    full.taken("rain", layer="alarm")
    result = full.web.result(full.web.ask("wall.realm", {"wallId": "north", "realm": REALM}))
    assert (result["committed"], result["showAtMs"]) == (True, None)
    found = state(full)
    assert (found["realm"], found["program"]["realm"]) == (REALM, "live")


def test_the_same_realm_again_changes_nothing(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.left.forget()
    full.web.result(full.web.ask("wall.realm", {"wallId": "north", "realm": REALM}))
    assert full.left.types() == []


def test_who_may_not_and_what_is_no_realm(full: FullTable, drill: Seat) -> None:
    assert error(full, "wall.realm", VIEWER, realm=REALM) == "forbidden"
    assert error(full, "wall.realm", ENGINE, realm=REALM) == "forbidden"
    assert error(full, "wall.realm", realm="exercise:none") == "unknownRealm"
    assert error(full, "wall.realm", realm="known:20260921T0214Z") == "unknownRealm"
    other = {"userId": "other", "role": "operator"}
    full.web.result(full.web.ask("wall.lock", {"wallId": "north"}, other))
    assert error(full, "wall.realm", realm=REALM) == "locked"
    assert state(full)["realm"] == "live"


def test_the_proof_tells_the_realm(full: FullTable, drill: Seat) -> None:
    choose(full)
    full.wait(61_000)
    assert full.north.proof.picture.program is not None
    assert full.north.proof.picture.program["realm"] == REALM


def test_a_list_goes_on_in_the_realm(full: FullTable, drill: Seat) -> None:
    entries = [{"sceneId": each, "dwellS": 10} for each in ("rain", "traffic")]
    name = {"vi": "x", "en": "x"}
    body = {"playlistId": "p", "name": name, "entries": entries, "loop": True}
    full.web.result(full.web.ask("playlist.put", {"wallId": "north", "playlist": body}))
    choose(full)
    full.web.ask("playlist.start", {"wallId": "north", "playlistId": "p"})
    full.answer_wanted(full.renderer)
    full.follow()
    choose(full, "live")
    full.wait(10_000)
    full.answer_wanted(full.renderer)
    full.follow()
    prepare = full.left.last("prepare")
    assert (prepare["sceneId"], "realm" in prepare) == ("traffic", False)


def test_nothing_of_live_is_said_to_be_exercised(full: FullTable) -> None:
    assert state(full)["realm"] == "live"
    assert all("realm" not in each for each in full.left.all("prepare"))
