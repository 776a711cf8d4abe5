"""Commands of the operator's page: right, audited, carried out, and said in words."""

from __future__ import annotations

import re

import pytest

from tests.pages.browse import Client, as_text, nodes, words
from wall.errors import ServiceError

SEEN = {"sceneId": "traffic", "revision": "r-traffic", "preview": "flood"}
PAGE = {
    "operator-wall.data": "le-lai",
    "operator-seen.data": SEEN,
    "operator-hold.value": False,
    "operator-done.data": 3,
}


def _press(client: Client, key: str, **more):
    return client.call("operator-result.children", {f"{key}.n_clicks": 1, **PAGE, **more})


def _preview(client: Client, scene: str, **more):
    key = {"part": "operator-scene", "scene": scene, "count": 1}
    return client.call("operator-result.children", {"operator-pressed.data": key, **PAGE, **more})


def test_taking_takes_what_was_prepared_if_what_was_seen_is_still_on_air(operator, link):
    answer = _press(operator, "operator-take")
    op, args, actor = next(each for each in link.asked if each[0] != "wall.state")
    assert op == "wall.take"
    assert args == {
        "wallId": "le-lai",
        "sceneId": "flood",
        "hold": False,
        "deadlineMs": 1_000,
        "expect": {"sceneId": "traffic", "revision": "r-traffic"},
    }
    assert actor == {"userId": "operator", "role": "operator", "siteId": "le-lai"}
    told = as_text(answer)
    assert "6/8 màn đúng lúc, lệch 1,2\u00a0ms, sau 132\u00a0ms" in told
    assert "b3: trễ 84\u00a0ms" in told
    assert "b4: mất kết nối" in told
    assert answer.get_json()["response"]["operator-done"]["data"] == 4


def test_a_held_take_says_so(operator, link):
    _press(operator, "operator-take", **{"operator-hold.value": True})
    assert next(args for op, args, _ in link.asked if op == "wall.take")["hold"] is True


def test_a_command_leaves_what_was_asked_and_what_came_of_it(operator, reach):
    _press(operator, "operator-take")
    outcome, asked = reach.audit.recent(action="wall.take")
    assert (asked["outcome"], outcome["outcome"]) == ("asked", "ok")
    assert outcome["answers"] == asked["sequence"]
    assert (asked["actor"], asked["target"]) == ("operator", "wall/le-lai")
    assert asked["detail"]["sceneId"] == "flood"
    assert outcome["detail"]["skewMs"] == 1.2
    assert reach.audit.broken_at() is None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("conflict", "vừa bị người khác đổi"),
        ("unavailable", "Không liên lạc được bộ điều khiển"),
        ("aboveCeiling", "mật hơn mức cho phép"),
        ("policyNotMet", "hình cũ được giữ nguyên"),
        ("somethingNew", "Không thực hiện được (somethingNew)"),
    ],
)
def test_a_refusal_is_said_in_words_and_audited(operator, link, reach, code, says):
    link.refuses["wall.take"] = ServiceError(code, "in English, for the log")
    answer = as_text(_press(operator, "operator-take"))
    assert says in answer
    assert "in English" not in answer
    newest = reach.audit.recent(action="wall.take")[0]
    assert (newest["outcome"], newest["code"]) == ("failed", code)


def test_outputs_that_kept_a_policy_from_being_met_are_named(operator, link):
    body = {"outputs": [{"outputId": "a1", "status": "ready"},
                        {"outputId": "a2", "status": "failed"}]}  # fmt: skip
    link.refuses["wall.take"] = ServiceError("policyNotMet", "no", body)
    answer = as_text(_press(operator, "operator-take"))
    assert "a2: lỗi" in answer
    assert "a1" not in answer


def test_nothing_prepared_is_nothing_to_take(operator, link):
    answer = _press(operator, "operator-take", **{"operator-seen.data": SEEN | {"preview": None}})
    assert "hãy chuẩn bị một cảnh trước" in as_text(answer)
    assert link.commands() == []


def test_a_scene_is_prepared(operator, link):
    answer = _preview(operator, "flood")
    assert link.asked[-1][:2] == ("wall.preview", {"wallId": "le-lai", "sceneId": "flood"})
    assert "đã sẵn sàng trên 7/7 màn" in as_text(answer)


def test_the_manual_layer_is_extended_and_cleared(operator, link):
    assert "Đã giữ thêm đến 21:43" in as_text(_press(operator, "operator-extend"))
    assert "Đã gỡ cảnh thủ công" in as_text(_press(operator, "operator-clear"))
    assert link.commands() == ["wall.extend", "wall.clear"]


@pytest.mark.parametrize("user", ["viewer", "presenter"])
def test_who_may_not_command_is_refused_before_the_controller_is_asked(server, link, reach, user):
    answer = _press(Client(server).sign_in(user), "operator-take")
    assert "Vai trò của bạn không được làm việc này." in as_text(answer)
    assert link.commands() == []
    row = reach.audit.recent(action="wall.take")[0]
    assert (row["actor"], row["outcome"], row["code"]) == (user, "refused", "forbidden")


def test_keys_that_are_drawn_anew_call_nothing_by_that(operator):
    # Dash would drop the answer to the call under way.
    rules = operator.get("/_dash-dependencies").get_json()
    inputs = {str(each["id"]) for rule in rules for each in rule["inputs"]}
    assert not [each for each in inputs if "operator-scene" in each]
    assert "operator-pressed" in inputs


def test_an_event_draws_the_state_anew(operator, link):
    link.bodies["le-lai"]["preview"] = None
    link.bodies["le-lai"]["layers"].pop("manual")
    answer = operator.call(
        "operator-tabs.children", {"wall-event.data": {"count": 1}, "operator-wall.data": "le-lai"}
    )
    drawn = answer.get_json()["response"]
    assert "Chưa chuẩn bị cảnh nào" in words(drawn["operator-preview-head"]["children"])
    assert "phím số" in words(drawn["operator-empty"]["children"])
    assert drawn["operator-take"]["disabled"] is True
    assert drawn["operator-clear"]["disabled"] is True
    assert drawn["operator-seen"]["data"]["preview"] is None


def test_a_controller_away_leaves_the_page_standing(operator, link):
    link.refuses["*"] = ServiceError("unavailable", "away")
    tree = operator.page("/operator")
    assert words(tree).count("Không liên lạc được bộ điều khiển") >= 2
    assert "Màn hình vẫn giữ hình đang có." in words(tree)
    assert "Màn hình này chưa có cảnh nào." not in words(tree)
    assert "mất kết nối" not in words(tree)  # nobody knows
    take = next(each for each in nodes(tree) if each["props"].get("id") == "operator-take")
    assert take["props"]["disabled"] is True
    assert len([op for op, _, _ in link.asked if op == "wall.state"]) == 1  # waited for once


def test_what_is_wrong_stands_on_its_own_part_of_the_picture(operator):
    marks = [
        (words(each).split(), each["props"]["style"]["left"])
        for each in nodes(operator.page("/operator?wall=le-lai"))
        if "trouble-mark" in str(each["props"].get("className"))
    ]
    assert [(said[:2], left[:4]) for said, left in marks] == [
        (["b3", "trễ"], "50.0"),
        (["b4", "mất"], "75.0"),
    ]


def test_the_page_keeps_what_was_done_on_this_wall_only(operator):
    _press(operator, "operator-take")
    assert "Chưa có ai chuyển cảnh." in words(operator.page("/operator?wall=ngo-quyen"))
    told = words(operator.page("/operator?wall=le-lai"))
    assert "Chưa có ai chuyển cảnh." not in told
    assert "Cảnh thủ công · Trực điều hành (dùng thử) · từ" in told  # a name, not an account


def test_the_wall_of_the_address_is_shown(operator):
    assert "Bàn điều khiển Màn hình phòng họp" in str(operator.page("/operator?wall=ngo-quyen"))
    assert "Bàn điều khiển Màn hình ghép Lê Lai" in str(operator.page("/operator?wall=nowhere"))


def test_the_room_tells_who_took_what(operator):
    assert "Chưa có ai chuyển cảnh." in words(operator.page("/"))
    _press(operator, "operator-take")
    told = re.sub(" +", " ", words(operator.page("/")))
    assert "Trực điều hành (dùng thử) đưa “cảnh đã chuẩn bị” lên Màn hình ghép Lê Lai" in told
    assert "lệch 1,2\u00a0ms" in told


def test_the_room_is_drawn_anew_at_an_event(operator):
    ids = [{"part": "room-head", "wall": wall} for wall in ("le-lai", "ngo-quyen")]
    heads = [{"id": each, "property": "id", "value": each} for each in ids]
    answer = operator.call(
        "room-deeds.children",
        {"wall-event.data": {"count": 1}, '{"part":"room-head","wall":["ALL"]}.id': heads},
    )
    assert answer.status_code == 200, answer.text
    assert "Đang phát" in as_text(answer)


def test_what_is_said_to_be_ready_is_what_the_next_take_takes(operator, link):
    before = SEEN | {"preview": "rain"}
    answer = _preview(operator, "flood", **{"operator-seen.data": before}).get_json()["response"]
    assert "đã sẵn sàng" in words(answer["operator-result"]["children"])
    (change,) = answer["operator-seen"]["data"]["operations"]  # of what the page knows by then
    assert (change["location"], change["params"]) == (["preview"], {"value": "flood"})


def test_what_speaks_against_a_scene_names_the_outputs_and_tiles(operator, link, monkeypatch):
    why = [
        {"code": "offline", "outputId": "a1"},
        {"code": "notRendered", "tileId": "map"},
        {"code": "offline", "outputId": "b1"},
        {"code": "somethingNew", "tileId": "strip"},
    ]
    answered = {"sceneId": "flood", "staged": 6, "of": 6, "fitToShow": False, "why": why}
    monkeypatch.setattr(link, "request", lambda op, args, actor=None: answered)
    told = as_text(_preview(operator, "flood"))
    assert "Chưa nên phát: không nối: a1, b1" in told
    assert "Chưa nên phát: ô chưa dựng xong: map" in told
    assert "Chưa nên phát: somethingNew: strip" in told
