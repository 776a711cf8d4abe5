from __future__ import annotations

from tests.wall.table import FullTable, Table


def test_a_preview_is_staged_everywhere_and_answered_when_all_said_so(full: FullTable) -> None:
    view = full.player(None, view="program")
    request_id = full.preview("rain")
    assert full.left.last("stage")["sceneId"] == "rain"
    assert [tile["tileId"] for tile in full.left.last("stage")["tiles"]] == ["left"]
    assert len(view.last("stage")["tiles"]) == 3
    full.left.staged()
    assert full.web.answer(request_id) is None
    full.right.staged()
    stage_id = full.left.last("stage")["stageId"]
    assert full.web.result(request_id) == {
        **full.showing("rain"),
        "stageId": stage_id,
        "tiles": 3,
        "staged": 2,
        "of": 2,
        "fitToShow": True,
        "why": [],
    }
    assert full.north.program_showing()[0] == "overview"


def test_a_preview_is_answered_after_two_seconds_at_the_latest(full: FullTable) -> None:
    request_id = full.preview("rain")
    full.left.staged()
    full.wait(1_999)
    assert full.web.answer(request_id) is None
    full.wait(2)
    result = full.web.result(request_id)
    assert (result["staged"], result["of"], result["fitToShow"]) == (1, 2, False)
    assert result["why"] == [{"code": "notStaged", "outputId": "a2"}]


def test_what_makes_a_scene_unfit_is_said(full: FullTable) -> None:
    full.leave(full.right)
    request_id = full.web.ask("wall.preview", {"wallId": "north", "sceneId": "rain"})
    full.give(full.renderer, full.render_id("rain", "left"))
    full.give(full.renderer, full.render_id("rain", "over"), why=["textTooSmall"])
    full.wait(1_300)
    full.left.staged("failed")
    assert full.web.result(request_id)["why"] == [
        {"code": "notRendered", "tileId": "right"},
        {"code": "textTooSmall", "tileId": "over"},
        {"code": "stageFailed", "outputId": "a1", "reason": "failed"},
        {"code": "offline", "outputId": "a2"},
    ]


def test_an_unfit_scene_may_still_be_taken(full: FullTable) -> None:
    full.preview("rain")
    full.left.staged("failed")
    full.right.staged("failed")
    assert full.taken("rain")["committed"]


def test_a_newer_preview_supersedes_one_not_yet_answered(full: FullTable) -> None:
    first = full.preview("rain")
    second = full.preview("traffic")
    assert full.web.error(first)["code"] == "superseded"
    for seat in full.players():
        seat.staged()
    assert full.web.result(second)["staged"] == 2


def test_an_answer_to_an_older_stage_does_not_count(full: FullTable) -> None:
    full.preview("rain")
    old = full.left.last("stage")["stageId"]
    request_id = full.preview("traffic")
    full.left.say("staged", stageId=old, status="ok")
    full.right.staged()
    assert full.web.answer(request_id) is None


def test_one_that_disconnects_is_no_longer_waited_for(full: FullTable) -> None:
    request_id = full.preview("rain")
    full.left.staged()
    full.leave(full.right)
    result = full.web.result(request_id)
    assert (result["staged"], result["of"]) == (1, 2)


def test_the_stage_is_told_to_who_listens_also_when_it_comes_late(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    full.preview("rain")
    full.left.staged()
    full.wait(2_001)
    event = full.web.last("event")
    assert (event["name"], event["data"]["staged"], event["data"]["of"]) == ("staged", 1, 2)
    full.right.staged()
    assert full.web.last("event")["data"]["staged"] == 2


def test_the_preview_stays_after_a_take(full: FullTable) -> None:
    full.preview("rain")
    for seat in full.players():
        seat.staged()
    full.taken("rain")
    state = full.web.result(full.web.ask("wall.state", {"wallId": "north"}))
    assert state["preview"] == {
        **full.showing("rain"),
        "by": "binh",
        "sinceAtMs": state["preview"]["sinceAtMs"],
    }


def test_a_preview_above_the_ceiling_is_refused_and_the_one_before_stays(full: FullTable) -> None:
    full.preview("rain")
    for seat in full.players():
        seat.staged()
    full.left.forget()
    request_id = full.web.ask("wall.preview", {"wallId": "north", "sceneId": "traffic"})
    full.answer_wanted(full.renderer, level="restricted", version=2)
    error = full.web.error(request_id)
    assert (error["code"], error["tiles"]) == ("aboveCeiling", ["left", "right", "over"])
    assert full.north.preview is not None
    assert full.north.preview.arrangement.scene.scene_id == "rain"
    assert "stage" not in full.left.types()
    # What is known now is refused at once.
    again = full.web.ask("wall.preview", {"wallId": "north", "sceneId": "traffic"})
    assert full.web.error(again)["code"] == "aboveCeiling"
    assert full.web.error(full.take("traffic"))["code"] == "aboveCeiling"


def test_a_preview_without_outputs_is_answered_at_once(table: Table) -> None:
    web, render = table.service(), table.render()
    request_id = web.ask("wall.preview", {"wallId": "north", "sceneId": "rain"})
    table.answer_wanted(render)
    result = web.result(request_id)
    assert (result["staged"], result["of"]) == (0, 0)
