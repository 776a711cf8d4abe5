"""The room's and the installer's tools on the operator's page: as they stand, and commanded."""

from __future__ import annotations

import pytest

from tests.pages.browse import Client, as_text, nodes
from tests.pages.stand_in import NOW_MS
from tests.pages.test_automation import LE_LAI, _keys, _part, _press, words
from tests.pages.test_operator import PAGE
from wall.errors import ServiceError

MASK = {
    "maskId": "visitors",
    "ceiling": {"level": "public", "compartments": ["health"]},
    "by": "operator",
    "sinceAtMs": NOW_MS - 60_000,
    "untilAtMs": None,
}


@pytest.fixture
def body(link):
    return link.bodies["le-lai"]


@pytest.fixture
def administrator(server):
    return Client(server).sign_in("administrator")


def _tools(client: Client):
    return _part(client.page(LE_LAI), "op-tools")


def _asked(link) -> list[tuple[str, dict]]:
    return [(op, args) for op, args, _ in link.asked if op in link.commands()]


def _placed(client: Client, place: str):
    values = {"operator-place.value": place, "operator-wall.data": "le-lai"}
    answer = client.call("operator-tabs.children", values).get_json()["response"]
    return answer["operator-align"]["children"]


@pytest.mark.parametrize(
    ("do", "about", "op", "args"),
    [
        ("wall.night", "on", "wall.night", {"mode": "on"}),
        ("wall.night", "auto", "wall.night", {"mode": "auto"}),
        ("wall.orbit", "off", "wall.orbit", {"on": False}),
        ("wall.freeze", "on", "wall.freeze", {"on": True}),
        ("wall.unmask", "visitors", "wall.unmask", {"maskId": "visitors"}),
        (
            "wall.mask",
            "public",
            "wall.mask",
            {"maskId": "above-public", "ceiling": {"level": "public", "compartments": []}},
        ),
        ("wall.follow", "ngo-quyen", "wall.follow", {"of": "ngo-quyen"}),
        ("wall.follow", "", "wall.follow", {"of": None}),
        ("wall.reload", "a2", "wall.reload", {"reason": "asked", "outputId": "a2"}),
        ("overlay.identify", "", "wall.overlay", {"kind": "identify"}),
        (
            "overlay.pattern",
            "a2|grid,flash",
            "wall.overlay",
            {"kind": "testPattern", "parts": ["grid", "flash"], "outputId": "a2"},
        ),
        ("overlay.clear", "a2|Lưới", "wall.overlay", {"kind": "clear", "outputId": "a2"}),
        ("overlay.clear", "", "wall.overlay", {"kind": "clear"}),
        ("wall.trim", "a2|-3|1", "wall.trim", {"outputId": "a2", "trimPx": {"x": -3, "y": 1}}),
        ("wall.trim", "a2", "wall.trim", {"outputId": "a2"}),
    ],
)
def test_a_key_does_what_it_says(operator, link, reach, do, about, op, args):
    answer = _press(operator, do, about)
    assert _asked(link) == [(op, {"wallId": "le-lai", **args})]
    assert "is-refused" not in as_text(answer)
    assert reach.audit.recent(action=op)[0]["outcome"] == "ok"


@pytest.mark.parametrize(
    ("do", "about"),
    [
        ("wall.night", "dusk"),
        ("wall.mask", "secret"),
        ("wall.trim", "a2|x|1"),
        ("wall.trim", "a2|1"),
        ("wall.trim", "a2|99999|0"),
        ("overlay.pattern", "a2|ink"),
    ],
)
def test_a_key_that_was_tampered_with_is_refused(operator, link, do, about):
    assert "Lệnh thiếu hoặc sai nội dung." in as_text(_press(operator, do, about))


def test_each_output_that_was_not_reached_is_named(operator):
    told = as_text(_press(operator, "overlay.identify"))
    assert "Đang ghi tên màn: 7 màn" in told
    assert "b4: chưa nối, sẽ theo khi nối lại" in told
    assert "a1" not in told


def test_a_tool_for_one_output_speaks_of_that_one(operator):
    told = as_text(_press(operator, "wall.reload", "b4"))
    assert "b4: chưa nối" in told
    assert "sẽ theo" not in told  # a reload is not kept for later
    assert "b4" not in as_text(_press(operator, "wall.reload", "a1"))


def test_a_mask_says_how_soon_it_was_on_glass_and_who_did_not_confirm(operator):
    told = as_text(_press(operator, "wall.mask", "public"))
    assert "Đã che: 6 màn, lâu nhất 47\u00a0ms" in told
    assert "a1: chưa xác nhận" in told
    assert "b4: chưa nối" in told


@pytest.mark.parametrize(
    ("do", "about", "code", "says"),
    [
        ("wall.night", "on", "conflict", "không đặt giờ đêm"),
        ("wall.orbit", "on", "conflict", "không cho dịch hình"),
        ("wall.trim", "a1|1|0", "forbidden", "Vai trò của bạn không được làm việc này."),
        ("wall.reload", "z9", "unknownOutput", "Không có màn này."),
    ],
)
def test_a_refusal_says_what_it_means_here(operator, link, do, about, code, says):
    link.refuses[do] = ServiceError(code, "in English, for the log")
    assert says in as_text(_press(operator, do, about))


def test_night_says_what_it_is_now_and_which_key_is_down(operator, body):
    told = words(_tools(operator))
    assert "Đang là ngày · đêm 22:00–05:30, sáng 75%, trắng 4.000\u00a0K" in told
    body["night"]["mode"] = "on"
    tools = _tools(operator)
    assert "Đang là đêm" in words(tools)
    pressed = [
        each["props"]["id"]["about"]
        for each in nodes(tools)
        if each["props"].get("aria-pressed") == "true" and each["props"]["id"]["do"] == "wall.night"
    ]
    assert pressed == ["on"]


def test_what_the_walls_file_does_not_allow_has_no_key(operator, body):
    wall = "/operator?wall=ngo-quyen"
    tools = _part(operator.page(wall), "op-tools")
    told, keys = words(tools), {do for do, _ in _keys(tools)}
    assert ("Tệp của màn hình này không đặt giờ đêm." in told) == ("wall.night" not in keys)
    body["night"] = None
    assert "wall.night" not in {do for do, _ in _keys(_tools(operator))}


def test_an_orbit_that_is_off_can_be_let_go_again(operator, body):
    body["orbitPx"] = 0
    tools = _tools(operator)
    assert "Đang tắt; tệp của màn hình cho dịch 3\u00a0px" in words(tools)
    assert ("wall.orbit", "on") in _keys(tools)


def test_a_held_picture_is_said_and_let_go(operator, body):
    assert ("wall.freeze", "on") in _keys(_tools(operator))
    body["frozen"] = True
    tools = _tools(operator)
    assert "Đang giữ: số liệu mới chưa hiện" in words(tools)
    assert ("wall.freeze", "off") in _keys(tools)


def test_each_mask_says_who_and_until_when_and_has_a_key_to_lift_it(operator, body):
    until = {**MASK, "maskId": "short", "untilAtMs": NOW_MS + 90_000}
    body["masks"] = [MASK, until]
    tools = _tools(operator)
    told = words(tools)
    assert "Che trên mức công khai, kèm y tế Trực điều hành (dùng thử) · từ 21:12" in told
    assert "đến khi bỏ che" in told
    assert _part(tools, "ioc-countdown")["props"]["data-until-ms"] == NOW_MS + 90_000
    lifted = [about for do, about in _keys(tools) if do == "wall.unmask"]
    assert lifted == ["visitors", "short"]


def test_only_levels_below_the_walls_own_ceiling_can_be_covered(operator, body):
    assert [about for do, about in _keys(_tools(operator)) if do == "wall.mask"] == ["public"]
    body["ceiling"] = {"level": "restricted", "compartments": []}
    levels = [about for do, about in _keys(_tools(operator)) if do == "wall.mask"]
    assert levels == ["public", "internal"]
    body["masks"] = [{**MASK, "maskId": "above-public"}]
    assert [about for do, about in _keys(_tools(operator)) if do == "wall.mask"] == ["internal"]


def test_what_is_seen_at_once_asks_first_and_covering_does_not(operator, body):
    body["masks"] = [MASK]
    asking, not_asking = set(), set()
    for each in nodes(_tools(operator)):
        key = each["props"].get("id")
        if isinstance(key, dict) and "do" in key:
            (asking if each["props"].get("data-asks") else not_asking).add(key["do"])
    asking |= {
        each["props"]["id"]["do"]
        for each in nodes(_placed(operator, "a1"))
        if each["props"].get("data-asks")
    }
    seen = {"wall.night", "wall.orbit", "wall.freeze", "wall.unmask"}
    assert asking == {*seen, "overlay.identify", "overlay.pattern"}
    assert not_asking == {"wall.mask", "wall.reload"}


def test_the_pattern_has_a_key_for_each_part_that_leaves_the_others(operator, body):
    body["overlays"] = [{"kind": "testPattern", "outputId": None, "parts": ["grid", "text"]}]
    parts = [about for do, about in _keys(_placed(operator, "")) if do == "overlay.pattern"]
    assert parts == [
        "|text",  # without the grid
        "|grid,lines,text",
        "|grid,colours,text",
        "|grid",
        "|grid,text,flash",
        "|grid,text,counter",
    ]
    body["overlays"][0]["parts"] = ["grid"]
    assert ("overlay.clear", "|Lưới") in _keys(_placed(operator, ""))


def test_what_lies_over_the_scenes_is_said_for_each_place_and_can_be_cleared(operator, body):
    body["overlays"] = [
        {"kind": "identify", "outputId": "a1"},
        {"kind": "testPattern", "outputId": "a1"},
        {"kind": "banner", "outputId": None, "text": "Họp 10:00"},
    ]
    drawn = _placed(operator, "")
    told = words(drawn)
    assert "a1 Đang phủ: nhận diện, hình thử" in told
    assert "Cả màn hình Đang phủ: dòng chữ" in told
    assert [each for each in _keys(drawn) if each[0] == "overlay.clear"] == [
        ("overlay.clear", "a1"),
        ("overlay.clear", ""),
    ]
    ids = [str(each["props"].get("id")) for each in nodes(_placed(operator, "a1"))]
    named = [each for each in ids if each != "None"]
    assert len(named) == len(set(named))


def test_trimming_is_an_administrators_and_about_one_output(operator, administrator):
    assert "Chọn một màn ở trên" in words(_placed(administrator, ""))
    told = words(_placed(operator, "a3"))
    assert "a3: ngang +2\u00a0px, dọc 0\u00a0px · quản trị viên mới được chỉnh" in told
    trims = [about for do, about in _keys(_placed(administrator, "a3")) if do == "wall.trim"]
    assert trims == ["a3|1|0", "a3|3|0", "a3|2|-1", "a3|2|1", "a3"]


def test_without_another_site_nothing_is_said_of_following(operator):
    assert "wall.follow" not in {do for do, _ in _keys(_tools(operator))}


def test_who_may_not_command_has_no_keys(operator, body, monkeypatch):
    monkeypatch.setattr("callbacks.operator_drawing._may_command", lambda wall_id: False)
    body["masks"] = [MASK]
    tools = _tools(operator)
    assert "Che trên mức công khai" in words(tools)
    assert _keys(tools) == []


def test_a_controller_away_leaves_nothing_to_press(operator, link):
    link.refuses["*"] = ServiceError("unavailable", "away")
    assert _keys(_tools(operator)) == []


def test_an_older_controller_that_tells_less_is_read(operator, body):
    for name in ("overlays", "frozen", "following", "night", "orbitPx"):
        del body[name]
    for each in body["outputs"]:
        del each["trimPx"]
    assert "Hình đang chạy theo số liệu" in words(_tools(operator))
    assert "ngang 0\u00a0px" in words(_placed(operator, "a3"))


def test_the_tools_are_drawn_anew_at_an_event(operator, body):
    body["frozen"] = True
    values = {"wall-event.data": {"count": 1}, **PAGE, "operator-place.value": ""}
    drawn = operator.call("operator-tabs.children", values).get_json()["response"]
    assert "Đang giữ" in words(drawn["operator-tools"]["children"])
