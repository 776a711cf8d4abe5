"""Lists, windows, rules, lock and masks on the operator's page: seen by all, commanded by some."""

from __future__ import annotations

import json
import re

import pytest

from tests.pages import browse
from tests.pages.automatic import automate
from tests.pages.browse import Client, as_text, nodes
from tests.pages.stand_in import NOW_MS, envelope
from tests.pages.test_operator import PAGE
from wall.errors import ServiceError

LE_LAI = "/operator?wall=le-lai"
RAIN = {"label": {"vi": "Mưa 1 giờ", "en": "Rain in 1 h"}, "value": 61.5, "unit": "mm"}
NUMBERS = {"numbers": {"rain": {**RAIN, "decimals": 1, "status": "normal"}}}
VETO = {"do": "rule.veto", "about": "heavy-rain"}


@pytest.fixture(autouse=True)
def busy(link, reach):
    """Everything happens by itself, and the rules' number is known."""
    automate(link)
    reach.cache.write(envelope("rules.sample", payload=NUMBERS))


def _press(client: Client, do: str, about: str = ""):
    key = {"part": "operator-key", "do": do, "about": about, "count": 1}
    return client.call("operator-result.children", {"operator-pressed.data": key, **PAGE})


def words(tree) -> str:
    return re.sub(" +", " ", browse.words(tree))


def _part(tree, name):
    return next(each for each in nodes(tree) if name in str(each["props"].get("className")).split())


def _keys(tree) -> list[tuple[str, str]]:
    ids = [each["props"].get("id") for each in nodes(tree)]
    return [(each["do"], each["about"]) for each in ids if isinstance(each, dict) and "do" in each]


def test_what_plays_is_said_with_its_scene_and_when_the_next_comes(operator):
    run = _part(operator.page(LE_LAI), "auto-run")
    assert "Giờ hành chính Cảnh theo lịch 2/3 · Giao thông cảnh kế sau" in words(run)
    assert "Bỏ qua, không phát được: An ninh trật tự" in words(run)
    counted = _part(run, "ioc-countdown")
    assert counted["props"]["data-until-ms"] == NOW_MS + 31_000
    keys = [("playlist.pause", "scheduled"), ("playlist.skip", "scheduled")]
    assert _keys(run) == [*keys, ("playlist.stop", "scheduled")]


def test_a_list_that_stands_still_says_what_is_left_and_goes_on(operator, link):
    link.running["le-lai"][0] |= {"nextAtMs": None, "leftMs": 20_000.0, "paused": True}
    run = _part(operator.page(LE_LAI), "auto-run")
    assert "tạm dừng, còn 20 giây" in words(run)
    assert ("playlist.resume", "scheduled") in _keys(run)


def test_a_list_that_does_not_run_can_be_started(operator):
    started = [about for do, about in _keys(operator.page(LE_LAI)) if do == "playlist.start"]
    assert started == ["night"]


def test_the_clock_says_what_holds_and_what_comes(operator):
    told = words(_part(operator.page(LE_LAI), "op-automation"))
    assert "Ngày làm việc Giờ hành chính đến" in told
    assert "Buổi tối Toàn cảnh thành phố từ" in told


def test_a_proposed_rule_stands_over_every_view_with_what_is_left_to_veto_it(operator):
    urgent = _part(operator.page(LE_LAI), "op-urgent")
    assert "Mưa rất to · 61,5\u00a0mm đề xuất, lên màn sau" in words(urgent)
    assert "và 1 nữa" in words(urgent)
    assert _part(urgent, "ioc-countdown")["props"]["data-until-ms"] == NOW_MS + 74_000
    assert _keys(urgent) == [("rule.veto", "heavy-rain")]


def test_rules_of_this_wall_are_told_the_urgent_first_with_owner_and_number(operator):
    view = _part(operator.page(LE_LAI), "op-automation")
    told = words(view)
    order = ["Mưa rất to", "Ùn tắc kéo dài", "Không khí xấu", "Hạn", "Rét đậm"]
    assert [told.index(each) for each in order] == sorted(told.index(each) for each in order)
    assert "12,0\u00a0mm" in told
    assert "ngưỡng trên 50\u00a0mm" in told
    assert "Sở Nông nghiệp và Môi trường" in told
    assert "đã phủ quyết: Trực điều hành (dùng thử)" in told
    assert "đang tắt" in told
    assert "Nơi khác" not in told
    assert [about for do, about in _keys(view) if do == "rule.veto"] == ["heavy-rain", "jam"]


def test_a_rule_on_what_one_may_not_see_is_not_told(operator, reach):
    secret = {"level": "restricted", "compartments": ["nobody"]}
    kind = type(envelope("any").classification)
    reach.cache.write(
        envelope("rules.sample", payload=NUMBERS, classification=kind.from_json(secret))
    )
    tree = operator.page(LE_LAI)
    assert words(_part(tree, "op-urgent")) == ""
    view = words(_part(tree, "op-automation"))
    assert "Mưa rất to" not in view
    assert "Chưa có quy tắc nào" in view


def test_a_rule_whose_number_never_came_invents_none(operator, link):
    link.rules = [{**link.rules[0], "aggregate": "rules.absent"}]
    assert "– rain · ngưỡng dưới 0" in words(_part(operator.page(LE_LAI), "op-automation"))


def test_lock_and_masks_are_said(operator):
    told = words(_part(operator.page(LE_LAI), "op-guard"))
    assert "Che trên mức công khai Trực điều hành (dùng thử) · đến" in told
    assert "Khóa từ" in told
    assert "Quản trị" in told


def test_a_lock_is_let_go_by_who_holds_it_or_an_administrator(operator, server, link):
    assert _keys(_part(operator.page(LE_LAI), "op-guard")) == []
    administrator = Client(server).sign_in("administrator")
    assert _keys(_part(administrator.page(LE_LAI), "op-guard")) == [("wall.unlock", "")]
    link.bodies["le-lai"]["lock"] = None
    assert _keys(_part(operator.page(LE_LAI), "op-guard")) == [("wall.lock", "")]


@pytest.mark.parametrize(
    ("do", "about", "op", "args"),
    [
        ("playlist.start", "night", "playlist.start", {"playlistId": "night"}),
        ("playlist.pause", "scheduled", "playlist.pause", {"layer": "scheduled", "on": True}),
        ("playlist.resume", "manual", "playlist.pause", {"layer": "manual", "on": False}),
        ("playlist.skip", "scheduled", "playlist.skip", {"layer": "scheduled"}),
        ("playlist.stop", "scheduled", "playlist.stop", {"layer": "scheduled"}),
        ("wall.lock", "", "wall.lock", {}),
        ("wall.unlock", "", "wall.unlock", {}),
    ],
)
def test_a_key_does_what_it_says(operator, link, reach, do, about, op, args):
    answer = _press(operator, do, about)
    made = next(each for each in link.asked if each[0] == op)
    assert made[1] == {"wallId": "le-lai", **args}
    assert made[2]["userId"] == "operator"
    assert "is-refused" not in as_text(answer)
    assert reach.audit.recent(action=op)[0]["outcome"] == "ok"


def test_a_veto_is_audited_as_of_its_rule(operator, link, reach):
    assert "Đã phủ quyết" in as_text(_press(operator, **VETO))
    assert ("rule.veto", {"ruleId": "heavy-rain"}) in [each[:2] for each in link.asked]
    row = reach.audit.recent(action="rule.veto")[0]
    assert (row["target"], row["outcome"]) == ("rule/heavy-rain", "ok")


@pytest.mark.parametrize("user", ["viewer", "presenter", "leader"])
def test_who_may_not_command_all_walls_vetoes_nothing(server, link, user):
    answer = _press(Client(server).sign_in(user), **VETO)
    assert "Vai trò của bạn không được làm việc này." in as_text(answer)
    assert link.commands() == []


@pytest.mark.parametrize(
    ("do", "code", "says"),
    [
        ("rule.veto", "conflict", "không còn gì để phủ quyết"),
        ("rule.veto", "unknownRule", "Không còn quy tắc này"),
        ("playlist.skip", "conflict", "Danh sách này không còn chạy"),
        ("playlist.start", "unknownPlaylist", "Không còn danh sách phát này"),
        ("wall.lock", "locked", "bị khóa bởi người khác"),
    ],
)
def test_a_refusal_says_what_it_means_here(operator, link, do, code, says):
    link.refuses[do] = ServiceError(code, "in English, for the log")
    assert says in as_text(_press(operator, do, "any"))


def test_an_unknown_key_does_nothing(operator, link):
    answer = _press(operator, "scene.delete", "flood")
    assert "Bộ điều khiển không biết lệnh này." in as_text(answer)
    assert link.commands() == []


def test_a_list_below_what_is_on_air_is_not_said_to_be_seen(operator, link):
    link.bodies["le-lai"]["lastSwitch"] = {"committed": True, "showAtMs": None, "outputs": []}
    assert "một lớp cao hơn đang phát" in as_text(_press(operator, "playlist.start", "night"))


def test_who_may_not_command_sees_all_of_it_without_keys(operator, monkeypatch):
    monkeypatch.setattr("callbacks.operator_drawing._may_command", lambda wall_id: False)
    tree = operator.page(LE_LAI)
    assert "Mưa rất to" in words(_part(tree, "op-urgent"))
    assert _keys(tree) == []


def test_nothing_that_happens_by_itself_is_said_to_be_so(operator):
    told = words(_part(operator.page("/operator?wall=ngo-quyen"), "op-automation"))
    assert "Màn hình này chưa có danh sách phát." in told
    assert "Màn hình này chưa có lịch." in told


@pytest.mark.parametrize("op", ["*", "rule.list"])
def test_what_nobody_can_be_asked_for_is_not_said_to_be_nothing(operator, link, op):
    link.refuses[op] = ServiceError("unavailable", "away")
    told = words(_part(operator.page(LE_LAI), "op-automation"))
    assert "Hiện lại khi có bộ điều khiển." in told
    assert "Chưa có quy tắc" not in told


def test_a_rule_that_changed_the_wall_is_called_by_its_name(operator, link):
    body = link.bodies["le-lai"]
    body["layers"]["alarm"] = {**body["layers"]["manual"], "by": "rule:jam", "untilAtMs": None}
    body["program"] = {**body["program"], "layer": "alarm"}
    tree = operator.page(LE_LAI)
    head = next(each for each in nodes(tree) if each["props"].get("id") == "operator-program-head")
    assert "Cảnh báo tự động · Ùn tắc kéo dài" in words(head)
    assert "Cảnh báo tự động · Mưa rất to" in words(_part(tree, "op-switches"))


def test_the_page_hears_of_rules(operator):
    live = next(each for each in nodes(operator.page(LE_LAI)) if each["props"].get("id") == "live")
    assert "rules" in json.loads(live["props"]["data-topics"])
