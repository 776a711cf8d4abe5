"""Walls of another site on the pages: as it tells them, as it was last heard, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy

import pytest

from callbacks.desk import Desk, put
from tests.pages.browse import Client, as_text, nodes
from tests.pages.conftest import SECRET
from tests.pages.stand_in import NOW_MS, make_desk
from tests.pages.test_automation import _keys, _part, words
from wall.errors import ServiceError

OTHER = "/operator?wall=ngo-quyen"
PEERS = {"ngo-quyen": ("ws://127.0.0.1:9/ws",)}
NAME = "9 Ngô Quyền (Thành ủy)"


@pytest.fixture
def reach(settings) -> Iterator[Desk]:
    """A desk at Lê Lai, where Ngô Quyền is another site's."""
    more = {"site": "le-lai", "wall_peers": PEERS, "service_token": SECRET}
    opened = make_desk(type(settings).model_validate({"data_dir": settings.data_dir, **more}))
    opened.link.bodies["ngo-quyen"]["peer"] = {"connected": True, "asOfAtMs": NOW_MS}
    yield opened
    opened.close()


@pytest.fixture
def cut(link):
    """The line between the sites is cut since 40 s."""
    link.bodies["ngo-quyen"]["peer"] = {"connected": False, "asOfAtMs": NOW_MS - 40_000}


def _picture(tree, view: str = "program") -> str:
    """Return what stands where the picture of a wall is: a frame's address, or words."""
    for each in nodes(tree):
        key = each["props"].get("id")
        if isinstance(key, dict) and key.get("part") == "wall-drawn" and key["view"] == view:
            return words(each)
    frames = [each["props"]["src"] for each in nodes(tree) if each["type"] == "Iframe"]
    return next(each for each in frames if "ngo-quyen" in each and view in each)


def test_another_sites_wall_is_told_as_that_site_tells_it(operator, link):
    tree = operator.page(OTHER)
    assert "2/3 màn kết nối" in words(tree)
    assert "Giao thông" in words(_part(tree, "monitor-program"))
    assert ("wall.state", {"wallId": "ngo-quyen"}) in [each[:2] for each in link.asked]
    take = next(each for each in nodes(tree) if each["props"].get("id") == "operator-take")
    assert not take["props"]["disabled"]


def test_without_its_live_picture_a_drawing_stands_there_and_says_so(operator):
    tree = operator.page(OTHER)
    assert "Hình vẽ: từ đây không xem trực tiếp được" in _picture(tree)
    assert "Hình vẽ: từ đây không xem trực tiếp được" in _picture(tree, "preview")
    assert len([each for each in nodes(tree) if each["type"] == "Iframe"]) == 0
    room = operator.page("/")
    assert len([each for each in nodes(room) if each["type"] == "Iframe"]) == 1
    assert NAME in words(_part(room, "site-mark"))


def test_a_cut_line_is_said_with_since_when_and_what_was_last_heard(operator, cut):
    room = words(operator.page("/"))
    assert f"Mất đường nối tới {NAME} từ 21:12:40" in room
    assert "Lần cuối nghe được: “Giao thông”" in room
    tree = operator.page(OTHER)
    assert "từ đây chưa điều khiển được" in words(_part(tree, "op-away"))
    assert "mất kết nối" not in words(_part(tree, "op-outputs"))  # nobody knows
    take = next(each for each in nodes(tree) if each["props"].get("id") == "operator-take")
    assert take["props"]["disabled"]
    assert _keys(_part(tree, "op-tools")) == []
    own = words(_part(operator.page("/operator?wall=le-lai"), "op-panel"))
    assert "Mất đường nối" not in own


def test_a_cut_line_is_not_waited_for(operator, link, cut):
    operator.page("/")
    assert [args for op, args, _ in link.asked if op == "wall.state"] == [{"wallId": "le-lai"}]


def test_a_site_that_was_never_heard_is_said_to_be_so(operator, link):
    del link.bodies["ngo-quyen"]
    assert f"Chưa nghe được {NAME}" in words(operator.page("/"))
    assert "Từ đây không xem trực tiếp được" in _picture(operator.page(OTHER))


def test_our_own_controller_away_is_another_thing(operator, link):
    link.refuses["*"] = ServiceError("unavailable", "away")
    told = words(operator.page("/"))
    assert told.count("Không liên lạc được bộ điều khiển") == 2
    assert "đường nối" not in told


def test_a_wall_that_only_the_other_site_knows_is_there_too(operator, link):
    body = deepcopy(link.bodies["ngo-quyen"])
    link.switches["hall"] = []
    link.bodies["hall"] = {**body, "wallId": "hall", "name": {"vi": "Hội trường", "en": "Hall"}}
    assert "Hội trường" in words(operator.page("/"))
    tree = operator.page("/operator?wall=hall")
    assert "Giao thông" in words(_part(tree, "monitor-program"))
    link.bodies.pop("hall")
    heads = [{"part": "room-head", "wall": "hall"}]
    shown = [{"id": each, "property": "id", "value": each} for each in heads]
    values = {"wall-event.data": {"count": 1}, '{"part":"room-head","wall":["ALL"]}.id': shown}
    assert operator.call("room-deeds.children", values).get_json()["response"] == {}
    values = {"wall-event.data": {"count": 1}, "operator-wall.data": "hall"}
    assert operator.call("operator-tabs.children", values).get_json()["response"] == {}


def test_a_wall_follows_those_of_other_sites_and_is_released(operator, link):
    tools = _part(operator.page("/operator?wall=le-lai"), "op-tools")
    assert "Đang phát “Giao thông”" in words(tools)
    assert [each for each in _keys(tools) if each[0] == "wall.follow"] == [
        ("wall.follow", "ngo-quyen")
    ]
    following = {"of": "ngo-quyen", "by": "operator", "sinceAtMs": NOW_MS - 60_000}
    link.bodies["le-lai"]["following"] = following
    tools = _part(operator.page("/operator?wall=le-lai"), "op-tools")
    assert "Đang theo Màn hình phòng họp Ngô Quyền Chưa hiện cảnh bên đó" in words(tools)
    link.bodies["le-lai"]["layers"]["manual"]["by"] = "follow:ngo-quyen"
    tools = _part(operator.page("/operator?wall=le-lai"), "op-tools")
    assert "Trực điều hành (dùng thử) · từ 21:12" in words(tools)
    assert [each for each in _keys(tools) if each[0] == "wall.follow"] == [("wall.follow", "")]


def test_a_wall_of_another_site_that_is_not_heard_cannot_be_followed(operator, cut):
    tools = _part(operator.page("/operator?wall=le-lai"), "op-tools")
    assert "wall.follow" not in {do for do, _ in _keys(tools)}


def test_rules_of_another_sites_wall_are_not_told_from_here(operator, link):
    told = words(_part(operator.page(OTHER), "op-automation"))
    assert "do cơ sở của nó chạy" in told
    assert "Chưa có quy tắc" not in told


def test_the_drawing_follows_what_is_on_air_there(operator, link):
    link.bodies["ngo-quyen"]["program"]["sceneId"] = "flood"
    drawn = [{"part": "wall-drawn", "wall": "ngo-quyen", "view": "program"}]
    shown = [{"id": each, "property": "id", "value": each} for each in drawn]
    values = {
        "wall-event.data": {"count": 1},
        "operator-wall.data": "ngo-quyen",
        '{"part":"wall-drawn","view":["ALL"],"wall":["ALL"]}.id': shown,
    }
    answer = operator.call("operator-tabs.children", values).get_json()["response"]
    key = json.dumps(drawn[0], separators=(",", ":"), sort_keys=True)
    assert "Hình vẽ: từ đây không xem trực tiếp được" in words(answer[key]["children"])


def test_a_leader_does_not_send_to_a_wall_that_is_not_heard(server, cut, link):
    leader = Client(server).sign_in("leader")
    answer = leader.call(
        "console-body.children",
        {
            "console-place.hash": "#/send",
            "console-size.data": {"width": 1900, "height": 1000},
        },
    )
    told = as_text(answer)
    assert "từ đây chưa điều khiển được" in told
    assert link.commands() == []


@pytest.fixture
def seen(reach, server) -> Client:
    """An operator's browser where pages reach the controllers of Ngô Quyền."""
    links = {"wall_peer_links": PEERS, "site": "le-lai", "wall_peers": PEERS}
    more = type(reach.settings).model_validate({"data_dir": reach.settings.data_dir, **links})
    object.__setattr__(reach, "settings", more)
    put(server, reach)
    return Client(server).sign_in("operator")


def test_where_pages_reach_its_controllers_its_walls_are_seen_live(seen):
    assert _picture(seen.page(OTHER)) == "/wall/ngo-quyen/view/program"
