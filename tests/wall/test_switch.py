from __future__ import annotations

from typing import Any

import pytest

from tests.wall.table import FullTable, Seat, Table
from wall.effects import WallRecord


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {each["outputId"]: each["status"] for each in result["outputs"]}


def test_a_take_prepares_commits_and_answers_when_all_have_shown(full: FullTable) -> None:
    request_id = full.take("rain")
    for seat in full.players():
        assert seat.last("prepare")["sceneId"] == "rain"
        assert "commit" not in seat.types()[-1]
    full.left.ready()
    assert full.left.last("prepare")["switchId"] != full.left.last("commit")["switchId"]
    full.right.ready()
    left, right = full.left.last("commit"), full.right.last("commit")
    assert left == right
    assert left["transition"] == {"kind": "cut", "durationMs": 0}
    full.left.shown(1)
    assert full.web.answer(request_id) is None
    full.right.shown(4)
    result = full.web.result(request_id)
    assert result["committed"] is True
    assert result["showAtMs"] == left["showAtMs"]
    assert statuses(result) == {"a1": "shown", "a2": "shown"}
    assert result["skewMs"] == pytest.approx(3)
    assert result["latencyMs"] == pytest.approx(left["showAtMs"] + 4 - full.now_ms)
    assert full.north.program_showing()[0] == "rain"


def test_commit_and_prepare_are_the_same_bytes_for_who_gets_the_same(full: FullTable) -> None:
    views = [full.player(None, view="program") for _ in range(3)]
    full.take("rain")
    assert len({each.raw[-1] for each in views}) == 1
    full.left.ready()
    full.right.ready()
    assert len({each.raw[-1] for each in (*views, *full.players())}) == 1


def test_the_instant_leaves_room_for_the_worst_link(full: FullTable) -> None:
    full.left.heartbeat(full.showing("overview"), uncertainty_ms=30)
    full.take("rain")
    full.left.ready()
    full.right.ready()
    assert full.left.last("commit")["showAtMs"] == pytest.approx(full.now_ms + 3 * 60 + 30)


def test_a_clock_better_known_than_its_link_is_quick_makes_the_instant_no_nearer(
    full: FullTable,
) -> None:
    clock = {"offsetMs": 0, "uncertaintyMs": 2, "roundTripMs": 40}
    full.left.say("heartbeat", showing=full.showing("overview"), clock=clock)
    full.take("rain")
    full.left.ready()
    full.right.ready()
    assert full.left.last("commit")["showAtMs"] == pytest.approx(full.now_ms + 3 * 40 + 2)


def test_before_a_client_told_its_clock_ten_milliseconds_are_assumed(full: FullTable) -> None:
    full.left.heartbeat(full.showing("overview"))
    full.leave(full.right)
    newcomer = full.player("a2")
    full.take("rain")
    full.left.ready()
    newcomer.ready()
    assert newcomer.last("commit")["showAtMs"] == pytest.approx(full.now_ms + 65)


def test_at_the_deadline_it_goes_on_with_whoever_is_ready(full: FullTable) -> None:
    request_id = full.take("rain", deadlineMs=400)
    full.left.ready()
    full.wait(399)
    assert len(full.left.all("commit")) == 1
    full.wait(2)
    assert full.left.last("commit")["switchId"] == full.right.last("commit")["switchId"]
    full.wait(70)
    full.left.shown()
    full.right.ready()
    full.right.shown(late_ms=500)
    result = full.web.result(request_id)
    assert statuses(result) == {"a1": "shown", "a2": "late"}
    assert result["skewMs"] == 0
    assert result["latencyMs"] > 500


def test_who_never_answers_is_waited_for_two_seconds_after_the_instant(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready()
    full.right.ready()
    full.left.shown()
    full.wait(2_050)
    assert full.web.answer(request_id) is None
    full.wait(30)
    assert statuses(full.web.result(request_id)) == {"a1": "shown", "a2": "noAnswer"}


def test_fifty_milliseconds_are_in_time_and_more_is_late(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready()
    full.right.ready()
    full.left.shown(50)
    full.right.shown(50.1)
    assert statuses(full.web.result(request_id)) == {"a1": "shown", "a2": "late"}


def test_one_that_failed_gets_abort_and_keeps_its_picture(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready("failed")
    full.right.ready()
    assert full.left.last("abort")["code"] == "failed"
    assert full.left.last("commit")["switchId"] != full.right.last("commit")["switchId"]
    full.right.shown()
    assert statuses(full.web.result(request_id)) == {"a1": "failed", "a2": "shown"}
    full.left.forget()
    full.wait(5_000)
    full.left.heartbeat(full.showing("overview"))
    assert full.left.types() == ["prepare", "commit"]


def test_repeats_change_nothing(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready("failed")
    full.left.ready("ok")
    full.right.ready()
    full.right.ready()
    full.right.shown(3)
    full.right.shown(900)
    result = full.web.result(request_id)
    assert statuses(result) == {"a1": "failed", "a2": "shown"}


def test_one_that_disconnects_is_no_longer_waited_for(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready()
    full.leave(full.right)
    commit = full.left.last("commit")
    full.left.shown()
    assert statuses(full.web.result(request_id)) == {"a1": "shown", "a2": "offline"}
    assert commit["switchId"] == full.web.result(request_id)["switchId"]


def test_one_that_disconnects_after_commit_is_offline_too(full: FullTable) -> None:
    request_id = full.take("rain")
    full.left.ready()
    full.right.ready()
    full.leave(full.right)
    full.left.shown()
    assert statuses(full.web.result(request_id)) == {"a1": "shown", "a2": "offline"}


def test_who_joins_between_prepare_and_commit_is_brought_to_the_new_scene(
    full: FullTable,
) -> None:
    full.leave(full.right)
    full.take("rain")
    newcomer = full.player("a2")
    assert newcomer.last("prepare")["sceneId"] == "overview"
    full.left.ready()
    assert newcomer.last("prepare")["sceneId"] == "rain"
    assert newcomer.last("commit")["switchId"] == newcomer.last("prepare")["switchId"]


def test_views_change_along_and_are_never_waited_for(full: FullTable) -> None:
    view = full.player(None, view="program")
    request_id = full.take("rain")
    assert view.last("prepare")["sceneId"] == "rain"
    full.left.ready()
    full.right.ready()
    assert view.last("commit") == full.left.last("commit")
    full.left.shown()
    full.right.shown()
    assert set(statuses(full.web.result(request_id))) == {"a1", "a2"}


def test_a_failed_view_disturbs_nobody(full: FullTable) -> None:
    view = full.player(None, view="program")
    full.take("rain", policy="all")
    view.ready("failed")
    full.left.ready()
    full.right.ready()
    assert view.last("abort")["code"] == "failed"
    assert full.north.program_showing()[0] == "rain"


def test_without_any_output_a_take_is_desired_state(full: FullTable) -> None:
    full.leave(full.left)
    full.leave(full.right)
    request_id = full.take("rain")
    result = full.web.result(request_id)
    assert result["committed"] is True
    assert statuses(result) == {"a1": "offline", "a2": "offline"}
    assert (result["skewMs"], result["latencyMs"]) == (None, None)
    assert full.player("a1").last("prepare")["sceneId"] == "rain"


def test_policy_all_is_refused_at_once_when_an_output_is_offline(full: FullTable) -> None:
    full.leave(full.right)
    full.left.forget()
    error = full.web.error(full.take("rain", policy="all"))
    assert error["code"] == "policyNotMet"
    assert error["switchId"]
    assert full.left.types() == []
    assert full.north.program_showing()[0] == "overview"


def test_policy_all_aborts_when_one_fails(full: FullTable) -> None:
    request_id = full.take("rain", policy="all")
    full.left.ready("failed")
    assert full.web.error(request_id)["code"] == "policyNotMet"
    assert full.right.last("abort")["code"] == "policyNotMet"
    assert full.north.program_showing()[0] == "overview"


def test_policy_all_aborts_at_the_deadline(full: FullTable) -> None:
    request_id = full.take("rain", policy="all")
    full.left.ready()
    full.wait(1_001)
    error = full.web.error(request_id)
    assert error["code"] == "policyNotMet"
    assert error["switchId"] == full.left.last("abort")["switchId"]
    full.right.ready()
    assert full.north.program_showing()[0] == "overview"


@pytest.mark.parametrize(("needed", "is_met"), [(1, True), (2, False)])
def test_quorum_counts_the_ready_outputs(full: FullTable, needed: int, is_met: bool) -> None:
    full.take("rain", policy="quorum", minOutputs=needed)
    full.left.ready()
    full.right.ready("failed")
    assert (full.north.program_showing()[0] == "rain") is is_met


def test_a_newer_take_supersedes_one_not_yet_committed(full: FullTable) -> None:
    first = full.take("rain")
    second = full.take("traffic")
    assert full.left.last("abort")["code"] == "superseded"
    error = full.web.error(first)
    assert (error["code"], error["switchId"]) == (
        "superseded",
        full.left.last("abort")["switchId"],
    )
    full.follow()
    assert full.web.result(second)["committed"]
    assert full.north.program_showing()[0] == "traffic"


def test_a_newer_take_leaves_a_committed_one_to_settle(full: FullTable) -> None:
    first = full.take("rain")
    for seat in full.players():
        seat.ready()
    commits = [seat.last("commit") for seat in full.players()]
    second = full.take("traffic")
    for seat, commit in zip(full.players(), commits, strict=True):
        seat.say("shown", switchId=commit["switchId"], shownAtMs=commit["showAtMs"], lateMs=0)
    assert statuses(full.web.result(first)) == {"a1": "shown", "a2": "shown"}
    assert full.web.answer(second) is None


def test_content_is_rendered_before_prepare_is_sent(full: FullTable) -> None:
    full.web.ask("wall.take", {"wallId": "north", "sceneId": "rain"})
    assert full.left.last("prepare")["sceneId"] == "overview"
    full.answer_wanted(full.renderer)
    assert full.left.last("prepare")["sceneId"] == "rain"


def test_when_no_render_answers_words_stand_in_its_place(full: FullTable) -> None:
    full.leave(full.renderer)
    request_id = full.web.ask("wall.take", {"wallId": "north", "sceneId": "rain"})
    full.wait(601)
    (tile,) = full.left.last("prepare")["tiles"]
    assert (tile["version"], "Đang chờ" in str(tile["content"])) == (0, True)
    full.follow()
    assert full.web.result(request_id)["committed"]


def test_content_sent_before_on_this_connection_is_left_out(full: FullTable) -> None:
    full.taken("rain")
    full.taken("overview")
    assert "content" not in full.left.last("prepare")["tiles"][0]
    newcomer = full.player("a1")
    assert "content" in newcomer.last("prepare")["tiles"][0]


@pytest.mark.parametrize(("kind", "longest_ms"), [("cut", 0), ("fade", 300), ("stagger", 1_500)])
def test_longer_transitions_are_cut(full: FullTable, kind: str, longest_ms: float) -> None:
    full.take("rain", transition={"kind": kind, "durationMs": 9_000})
    full.left.ready()
    full.right.ready()
    assert full.left.last("commit")["transition"] == {"kind": kind, "durationMs": longest_ms}


def test_desired_state_is_written_before_the_answer(full: FullTable) -> None:
    full.changes.clear()
    full.taken("rain")
    kept = [each for each in full.changes if isinstance(each, WallRecord)]
    assert kept[0].body["layers"]["manual"]["scene"]["sceneId"] == "rain"


def test_a_full_disk_is_said_instead_of_ok(full: FullTable) -> None:
    full.is_disk_full = True
    request_id = full.take("rain")
    full.follow()
    assert full.web.error(request_id)["code"] == "unavailable"


def test_the_preview_is_taken_when_no_scene_is_named(full: FullTable) -> None:
    assert full.web.error(full.take())["code"] == "unknownScene"
    full.preview("rain")
    for seat in full.players():
        seat.staged()
    full.take()
    for seat in full.players():
        prepare = seat.last("prepare")
        assert prepare["stageId"] == seat.last("stage")["stageId"]
        assert "tiles" not in prepare
    full.follow()
    assert full.north.program_showing()[0] == "rain"
    assert full.north.preview is not None


def test_who_did_not_stage_gets_tiles(full: FullTable) -> None:
    full.preview("rain")
    full.left.staged()
    full.right.staged("failed")
    full.take()
    assert "tiles" not in full.left.last("prepare")
    assert [each["tileId"] for each in full.right.last("prepare")["tiles"]] == ["right", "over"]


def test_a_stage_that_moved_to_the_glass_is_not_used_twice(full: FullTable) -> None:
    full.preview("rain")
    for seat in full.players():
        seat.staged()
    full.taken("rain")
    full.taken("overview")
    full.take("rain")
    assert "tiles" in full.left.last("prepare")


def test_expect_guards_against_what_the_caller_did_not_see(full: FullTable) -> None:
    assert full.web.error(full.take("rain", expect=full.showing("traffic")))["code"] == "conflict"
    full.taken("rain", expect=full.showing("overview"))


def test_wall_state_tells_the_last_switch_as_it_was_answered(full: FullTable) -> None:
    result = full.taken("rain")
    state = full.web.result(full.web.ask("wall.state", {"wallId": "north"}))
    assert state["lastSwitch"] == result
    on_air = {**full.showing("rain"), "layer": "manual", "realm": "live"}
    assert state["program"] == on_air
    assert state["outputs"][0]["showing"] == full.showing("rain")


def test_events_tell_takes_and_clears_as_they_were_answered(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    result = full.taken("rain")
    event = full.web.last("event")
    assert event["name"] == "taken"
    on_air = {**full.showing("rain"), "layer": "manual", "realm": "live"}
    assert event["data"] == {**result, **on_air}


def test_a_commit_reaches_a_client_that_is_not_ready_yet(table: Table) -> None:
    seat: Seat = table.player("a1")
    web = table.service()
    table.answer_wanted(table.render())
    web.ask("wall.take", {"wallId": "north", "sceneId": "overview", "deadlineMs": 100})
    table.wait(101)
    assert seat.last("commit")["switchId"] == seat.last("prepare")["switchId"]
