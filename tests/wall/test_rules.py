from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.keeping import kept_of
from tests.wall.room import make_settings, write_city
from tests.wall.table import ADMINISTRATOR, OPERATOR, FullTable, Seat, Table
from wall.server import assemble
from wall.store import Kept

RULE: dict[str, Any] = {
    "ruleId": "heavy-rain",
    "name": {"vi": "Mưa lớn", "en": "Heavy rain"},
    "owner": "thoat-nuoc",
    "aggregate": "rain",
    "number": "max_mm_h",
    "condition": "above",
    "threshold": 50,
    "clearAt": 30,
    "dwellS": 60,
    "cooldownS": 600,
    "vetoS": 120,
    "wallIds": ["north"],
    "sceneId": "rain",
    "enabled": True,
}
ENGINE = {"userId": "rule:heavy-rain", "role": "operator"}
VIEWER = {"userId": "v", "role": "viewer"}
SEED = """
id = "{id}"
name = {{ vi = "Mưa", en = "Rain" }}
owner = "thoat-nuoc"
aggregate = "rain"
number = "max_mm_h"
condition = "{condition}"
threshold = 50
clear_at = {clear_at}
dwell_s = 60
veto_s = 120
walls = ["{wall}"]
scene = "{scene}"
"""


@pytest.fixture
def feed(full: FullTable) -> Seat:
    full.web.say("subscribe", topics=["rules"])
    full.web.result(full.web.ask("rule.put", {"rule": RULE}))
    return full.service("feed")


def report(feed: Seat, phase: str, **more: Any) -> dict[str, Any]:
    args = {"ruleId": "heavy-rain", "phase": phase, "sinceAtMs": feed.table.now_ms, **more}
    return feed.answer(feed.ask("rule.report", args, ENGINE)) or {}


def propose(feed: Seat, for_ms: float = 120_000) -> None:
    until_ms = feed.table.now_ms + for_ms
    assert report(feed, "proposed", untilAtMs=until_ms, value=61.5, asOfAtMs=1.0)["ok"]


def take_alarm(full: FullTable, feed: Seat, **more: Any) -> str:
    args = {"wallId": "north", "sceneId": "rain", "layer": "alarm", "hold": True, **more}
    request_id = feed.ask("wall.take", args, ENGINE)
    full.answer_wanted(full.renderer)
    return request_id


def fire(full: FullTable, feed: Seat) -> None:
    assert report(feed, "firing", value=61.5, takenWallIds=["north"])["ok"]
    request_id = take_alarm(full, feed)
    full.follow()
    assert feed.result(request_id)["committed"]


def listed(full: FullTable) -> dict[str, Any]:
    (rule,) = full.web.result(full.web.ask("rule.list", {}, VIEWER))["rules"]
    return dict(rule)


def on_air(full: FullTable) -> str:
    program = full.north.program()
    assert program is not None
    return f"{program[0]} {program[1].arrangement.scene.scene_id}"


def test_a_rule_is_put_listed_and_deleted(full: FullTable, feed: Seat) -> None:
    rule = listed(full)
    state = rule.pop("state")
    assert rule == {**RULE, "isPut": True}
    assert (state["phase"], state["sinceAtMs"], state["value"]) == ("quiet", 0, None)
    assert full.web.last("event")["data"]["rule"]["ruleId"] == "heavy-rain"
    report(feed, "dwelling")
    full.web.result(full.web.ask("rule.delete", {"ruleId": "heavy-rain"}))
    assert full.web.last("event")["data"] == {"ruleId": "heavy-rain", "rule": None}
    assert full.web.result(full.web.ask("rule.list", {}))["rules"] == []
    assert full.state.rule_states == {}
    for op in ("rule.delete", "rule.veto"):
        error = full.web.error(full.web.ask(op, {"ruleId": "heavy-rain"}))
        assert error["code"] == "unknownRule"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"clearAt": 51}, "invalidArgs"),
        ({"condition": "below", "clearAt": 49}, "invalidArgs"),
        ({"condition": "beside"}, "invalidArgs"),
        ({"threshold": 1e300}, "invalidArgs"),
        ({"threshold": "50"}, "invalidArgs"),
        ({"dwellS": -1}, "invalidArgs"),
        ({"wallIds": []}, "invalidArgs"),
        ({"ruleId": "../etc"}, "invalidArgs"),
        ({"name": {"vi": "x"}}, "invalidArgs"),
        ({"wallIds": ["north", "south"]}, "unknownWall"),
        ({"sceneId": "none"}, "unknownScene"),
    ],
)
def test_a_wrong_rule_is_refused_whole(full: FullTable, change: dict[str, Any], code: str) -> None:
    error = full.web.error(full.web.ask("rule.put", {"rule": {**RULE, **change}}))
    assert error["code"] == code
    assert full.web.result(full.web.ask("rule.list", {}))["rules"] == []


def test_without_hysteresis_a_rule_is_over_at_its_threshold(full: FullTable) -> None:
    rule = {key: each for key, each in RULE.items() if key != "clearAt"}
    full.web.result(full.web.ask("rule.put", {"rule": rule}))
    assert listed(full)["clearAt"] == 50


def test_only_the_feed_reports_and_only_operators_decide(full: FullTable, feed: Seat) -> None:
    args = {"ruleId": "heavy-rain", "phase": "firing", "sinceAtMs": 1.0}
    assert full.web.error(full.web.ask("rule.report", args, ADMINISTRATOR))["code"] == "forbidden"
    for op, more in (("rule.put", {"rule": RULE}), ("rule.veto", {"ruleId": "heavy-rain"})):
        leader = {"userId": "l", "role": "leader"}
        assert full.web.error(full.web.ask(op, more, leader))["code"] == "forbidden"


def test_a_report_is_kept_as_it_was_said(full: FullTable, feed: Seat) -> None:
    propose(feed)
    state = listed(full)["state"]
    assert state == {
        "phase": "proposed",
        "sinceAtMs": full.now_ms,
        "untilAtMs": full.now_ms + 120_000,
        "value": 61.5,
        "asOfAtMs": 1.0,
        "origin": None,
        "takenWallIds": [],
        "vetoedBy": None,
    }
    assert full.web.last("event")["data"]["rule"]["state"] == state


def test_a_proposal_is_said_on_its_walls_while_it_can_be_vetoed(
    full: FullTable, feed: Seat
) -> None:
    propose(feed)
    assert full.left.last("overlay") == {
        "kind": "banner",
        "text": {"vi": "Đề xuất cảnh báo: Mưa lớn", "en": "Alarm proposed: Heavy rain"},
        "countdownToAtMs": full.now_ms + 120_000,
    }
    full.wait(119_999)
    assert full.left.last("overlay")["kind"] == "banner"
    full.wait(1)
    assert full.left.last("overlay") == {"kind": "clear"}


def test_the_countdown_stands_after_the_proposal_whatever_else_is_said(
    full: FullTable, feed: Seat
) -> None:
    full.taken("traffic")
    full.take("rain", layer="alarm")
    propose(feed)
    told = full.left.last("overlay")
    assert told["text"]["en"] == "Alarm proposed: Heavy rain\nAlarm waiting: rain"
    assert told["countdownToAtMs"] == full.now_ms + 120_000


@pytest.mark.parametrize(
    ("origin", "vi", "en"),
    [
        ("simulated", "dữ liệu mô phỏng", "simulated data"),
        ("replay", "dữ liệu phát lại", "replayed data"),
    ],
)
def test_what_does_not_come_of_live_data_says_so_as_long_as_it_is_on_air(
    full: FullTable, feed: Seat, origin: str, vi: str, en: str
) -> None:
    report(feed, "proposed", untilAtMs=full.now_ms + 1_000, origin=origin)
    said = {"vi": f"Mưa lớn ({vi})", "en": f"Heavy rain ({en})"}
    assert full.left.last("overlay")["text"] == {
        "vi": f"Đề xuất cảnh báo: {said['vi']}",
        "en": f"Alarm proposed: {said['en']}",
    }
    full.wait(1_000)
    report(feed, "firing", origin=origin)
    taken = take_alarm(full, feed)
    full.follow()
    feed.result(taken)
    assert on_air(full) == "alarm rain"
    assert full.left.last("overlay") == {
        "kind": "banner",
        "text": {"vi": f"Cảnh báo: {said['vi']}", "en": f"Alarm: {said['en']}"},
    }
    report(feed, "firing", origin="live")
    assert full.left.last("overlay") == {"kind": "clear"}


def test_a_veto_ends_the_proposal_and_the_engine_cannot_take_it(
    full: FullTable, feed: Seat
) -> None:
    propose(feed)
    state = full.web.result(full.web.ask("rule.veto", {"ruleId": "heavy-rain"}))["state"]
    assert (state["phase"], state["vetoedBy"], state["value"]) == ("vetoed", "binh", 61.5)
    assert full.left.last("overlay") == {"kind": "clear"}
    assert feed.error(take_alarm(full, feed))["state"]["phase"] == "vetoed"
    assert report(feed, "firing")["error"]["code"] == "conflict"
    assert report(feed, "proposed")["error"]["state"]["vetoedBy"] == "binh"
    assert report(feed, "vetoed")["result"]["state"]["vetoedBy"] == "binh"
    assert report(feed, "cooling", untilAtMs=full.now_ms + 1)["result"]["state"]["vetoedBy"] is None
    assert on_air(full) == "base overview"
    propose(feed)


def test_nothing_to_veto_is_a_conflict(full: FullTable, feed: Seat) -> None:
    for phase in ("quiet", "cooling"):
        report(feed, phase)
        error = full.web.error(full.web.ask("rule.veto", {"ruleId": "heavy-rain"}))
        assert error["code"] == "conflict"


def test_a_veto_clears_what_the_rule_has_on_air(full: FullTable, feed: Seat) -> None:
    fire(full, feed)
    assert on_air(full) == "alarm rain"
    full.web.result(full.web.ask("rule.veto", {"ruleId": "heavy-rain"}))
    full.follow()
    assert on_air(full) == "base overview"


def test_a_veto_stops_a_take_that_is_being_prepared(full: FullTable, feed: Seat) -> None:
    report(feed, "firing")
    request_id = take_alarm(full, feed)
    full.web.result(full.web.ask("rule.veto", {"ruleId": "heavy-rain"}))
    assert feed.error(request_id)["code"] == "conflict"
    assert full.left.last("abort")["code"] == "superseded"
    assert "alarm" not in full.north.layers


def test_a_veto_during_an_operators_take_clears_after_it(full: FullTable, feed: Seat) -> None:
    fire(full, feed)
    taken = full.take("traffic")
    full.web.result(full.web.ask("rule.veto", {"ruleId": "heavy-rain"}))
    full.follow()
    assert full.web.result(taken)["committed"]
    assert on_air(full) == "manual traffic"
    assert set(full.north.layers) == {"manual", "base"}


def test_manual_outranks_the_alarm_which_is_said_by_the_rules_name(
    full: FullTable, feed: Seat
) -> None:
    full.taken("traffic")
    assert feed.result(take_alarm(full, feed))["showAtMs"] is None
    assert on_air(full) == "manual traffic"
    assert full.left.last("overlay")["text"]["vi"] == "Cảnh báo đang chờ: Mưa lớn"


def test_a_rule_may_change_its_own_alarm_and_nothing_else(full: FullTable, feed: Seat) -> None:
    assert feed.error(take_alarm(full, feed, layer="manual"))["code"] == "forbidden"
    full.taken("rain", layer="alarm")
    clear = {"wallId": "north", "layer": "alarm"}
    assert feed.error(feed.ask("wall.clear", clear, ENGINE))["code"] == "conflict"
    stranger = {**ENGINE, "userId": "rule:none"}
    args = {"wallId": "north", "sceneId": "rain", "layer": "alarm"}
    assert feed.error(feed.ask("wall.take", args, stranger))["code"] == "unknownRule"
    request_id = feed.ask("wall.take", args, ENGINE)
    full.follow()
    assert feed.result(request_id)["committed"]
    request_id = feed.ask("wall.clear", clear, ENGINE)
    full.follow()
    assert feed.result(request_id)["committed"]


def test_no_lock_holds_an_alarm(full: FullTable, feed: Seat) -> None:
    full.web.result(full.web.ask("wall.lock", {"wallId": "north"}, OPERATOR))
    fire(full, feed)
    assert on_air(full) == "alarm rain"


def test_rules_and_their_states_are_kept_over_a_restart(
    full: FullTable, feed: Seat, tmp_path: Path
) -> None:
    propose(feed)
    again = Table(tmp_path, kept=kept_of(full))
    assert again.player("a1").last("overlay")["countdownToAtMs"] == full.now_ms + 120_000
    web = again.service()
    (rule,) = web.result(web.ask("rule.list", {}))["rules"]
    assert (rule["state"]["phase"], rule["state"]["value"]) == ("proposed", 61.5)


def test_killed_between_a_veto_and_its_clear_the_alarm_goes_after_the_restart(
    full: FullTable, feed: Seat, tmp_path: Path
) -> None:
    fire(full, feed)
    full.web.ask("rule.veto", {"ruleId": "heavy-rain"})
    kept = kept_of(full)
    assert "alarm" in kept.walls["north"]["layers"]
    again = Table(tmp_path, kept=kept)
    again.wait(5_000)
    assert set(again.north.layers) == {"base"}


def test_the_city_seeds_rules_and_a_wrong_one_is_left_out_and_said(tmp_path: Path) -> None:
    folder = write_city(tmp_path) / "rules"
    folder.mkdir()
    right = {"condition": "above", "clear_at": 30, "wall": "north", "scene": "rain"}
    for name, wrong in {
        "good": {},
        "turned": {"condition": "below"},
        "nowhere": {"wall": "south"},
        "sceneless": {"scene": "none"},
    }.items():
        (folder / f"{name}.toml").write_text(SEED.format(id=name, **{**right, **wrong}))
    (folder / "other.toml").write_text(SEED.format(id="good", **right))
    (folder / "broken.toml").write_text("id = ")
    settings = make_settings(tmp_path)
    kept = Kept(epoch=1, controller_id="c")
    state, problems = assemble(settings, settings.city, kept, now_ms=1.0)
    assert [rule_id for rule_id, _ in state.rules] == ["good"]
    for name, said in {
        "turned": "clearAt",
        "nowhere": "no wall 'south'",
        "sceneless": "no scene 'none'",
        "other": "expected the file's name 'other'",
        "broken": "is not TOML",
    }.items():
        assert any(f"{name}.toml" in each and said in each for each in problems), name


def test_a_put_rule_hides_the_citys_until_it_is_deleted(tmp_path: Path) -> None:
    folder = write_city(tmp_path) / "rules"
    folder.mkdir()
    right = {"condition": "above", "clear_at": 30, "wall": "north", "scene": "rain"}
    (folder / "heavy-rain.toml").write_text(SEED.format(id="heavy-rain", **right))
    full = FullTable(tmp_path)
    assert listed(full)["isPut"] is False
    assert full.web.error(full.web.ask("rule.delete", {"ruleId": "heavy-rain"}))["code"] == (
        "conflict"
    )
    full.web.result(full.web.ask("rule.put", {"rule": RULE}))
    assert listed(full)["isPut"] is True
    full.web.result(full.web.ask("rule.delete", {"ruleId": "heavy-rain"}))
    assert listed(full)["isPut"] is False
    assert "rules" not in full.left.types()
