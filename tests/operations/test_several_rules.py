"""Several rules that want the same walls."""

from __future__ import annotations

from tests.operations.rule_room import Room, second


def test_of_two_that_fire_the_later_has_the_layer_and_the_first_comes_back() -> None:
    room = Room()
    room.controller.rules["crawl"] = second(threshold=40.0, clearAt=40.0)
    room.start()
    room.fire()
    room.look(1, 50)
    room.look(10)
    room.look(2)
    assert room.holders == ["rule:crawl", "rule:jam"]
    room.look(1, 30)
    assert room.holders == ["rule:jam", "rule:jam"]
    assert room.controller.alarms["north"] == {"sceneId": "traffic", "by": "rule:jam"}
    # Nothing else was seen between.
    assert [each[0] for each in room.done] == ["salvo.take"] * 2 + ["wall.take"] * 2


def test_below_a_vetoed_alarm_the_one_before_comes_back_but_not_below_a_cleared_one() -> None:
    for is_vetoed in (True, False):
        room = Room()
        room.controller.rules["crawl"] = second()
        room.controller.rules["crawl"]["vetoS"] = 300
        room.start()
        room.fire()
        room.look(3, 25)
        assert room.holders == ["rule:crawl", "rule:jam"]
        room.controller.alarms["north"] = None  # the controller does so with the veto
        if is_vetoed:
            room.controller.veto(room.now_ms, "crawl")
        room.desk.ask_again()
        room.look(0)
        room.look(0)
        assert room.holders == ["rule:jam" if is_vetoed else None, "rule:jam"]


def test_two_that_fire_at_once_take_a_wall_once() -> None:
    room = Room()
    room.controller.rules["crawl"] = second()
    room.start()
    room.fire()
    assert [each[1] for each in room.done] == ["north", "south"]
