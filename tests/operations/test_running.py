"""Rules at the desk: what the controller hears and what comes on its walls, whatever fails."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.alarms import Order, plan
from tests.operations.a_rule import MINUTE, T0
from tests.operations.rule_room import CLEARED, TAKEN, Room, second


def test_a_crossing_is_told_phase_by_phase_taken_on_its_walls_and_cleared() -> None:
    room = Room()
    assert room.look(0, 10) == "quiet"
    assert room.look(1, 25) == "dwelling"
    assert room.controller.states["jam"]["untilAtMs"] == T0 + 11 * MINUTE
    assert room.look(10) == "proposed"
    assert room.done == []
    assert room.look(2) == "firing"
    assert room.done == TAKEN
    assert room.controller.states["jam"] == {
        "ruleId": "jam",
        "phase": "firing",
        "sinceAtMs": T0 + 13 * MINUTE,
        "value": 25.0,
        "asOfAtMs": T0 + MINUTE,
        "origin": "simulated",
        "takenWallIds": ["north", "south"],
    }
    room.look(5, 30)
    assert room.done == TAKEN
    assert room.look(1, 15) == "cooling"
    assert room.done == TAKEN + CLEARED
    assert room.look(30) == "quiet"
    assert room.controller.phases == [
        "dwelling",
        "proposed",
        "firing",
        "cooling",
        "quiet",
    ]


def test_a_veto_keeps_the_scene_off_the_walls() -> None:
    room = Room()
    room.look(0, 25)
    room.look(10)
    room.controller.veto(room.now_ms)
    room.desk.ask_again()
    assert room.look(2) == "vetoed"
    assert room.look(60, 90) == "vetoed"
    assert room.look(0, 10) == "cooling"
    assert room.look(30, 25) == "dwelling"
    assert room.done == []


def test_a_veto_of_what_fires_clears_it_at_once() -> None:
    room = Room()
    room.fire()
    room.controller.veto(room.now_ms)
    room.desk.ask_again()
    assert room.look(0) == "vetoed"
    assert room.done == TAKEN + CLEARED


def test_a_veto_that_the_feed_has_not_heard_of_wins_over_its_report() -> None:
    room = Room()
    room.look(0, 25)
    room.look(10)
    room.controller.veto(room.now_ms)  # nobody tells the desk
    room.look(2)
    assert room.look(0) == "vetoed"
    assert room.done == []
    assert room.look(1, 30) == "vetoed"


def test_without_the_controller_states_wait_and_nothing_fires_that_nobody_could_veto() -> None:
    room = Room()
    room.look(0, 25)
    room.controller.away = True
    room.look(10, 25)
    room.look(10, 25)
    assert room.controller.states["jam"]["phase"] == "dwelling"
    room.controller.away = False
    assert room.look(0) == "proposed"
    assert room.controller.states["jam"]["sinceAtMs"] == room.now_ms  # the window begins now
    assert room.look(1.9) == "proposed"
    assert room.look(0.1) == "firing"
    assert room.done == TAKEN
    room.controller.away = True
    room.look(3, 5)
    room.look(31, 5)
    room.controller.away = False
    assert room.look(0) == "quiet"
    assert room.controller.phases == [
        "dwelling",
        "proposed",
        "firing",
        "cooling",
        "quiet",
    ]
    assert room.done == TAKEN + CLEARED


def test_a_feed_killed_while_it_dwells_does_not_forget_the_dwell() -> None:
    room = Room()
    room.look(0, 25)
    room.look(6, 25)
    room.start()
    assert room.look(3.9) == "dwelling"
    assert room.look(0.1) == "proposed"
    room.start()
    assert room.look(2) == "firing"


def test_a_firing_is_not_repeated_by_a_restart() -> None:
    room = Room()
    room.fire()
    room.start()
    room.look(1, 30)
    assert room.done == TAKEN
    assert room.look(1, 3) == "cooling"
    room.start()
    assert room.look(1, 30) == "cooling"
    assert room.done == TAKEN + CLEARED


@pytest.mark.parametrize("lost", range(1, 8))
def test_answers_that_are_lost_at_the_firing_take_nothing_twice(lost: int) -> None:
    room = Room()
    room.look(0, 25)
    room.look(10)
    room.controller.lost = lost
    room.look(2)
    for _ in range(lost + 2):
        room.start()
        room.look(0)
    assert room.done == TAKEN
    assert room.controller.states["jam"]["takenWallIds"] == ["north", "south"]


def test_what_a_person_cleared_is_not_taken_again() -> None:
    room = Room()
    room.fire()
    room.controller.alarms["north"] = None
    room.look(1, 30)
    room.start()
    room.look(1, 30)
    room.desk.ask_again()
    room.look(0)
    assert room.done == TAKEN
    room.look(1, 3)
    assert room.done == [*TAKEN, CLEARED[1]]


def test_what_is_on_the_alarm_layer_by_another_hand_is_left_there() -> None:
    room = Room()
    room.fire()
    room.controller.alarms["north"] = {"sceneId": "flood", "by": "binh"}
    room.look(1, 3)
    assert room.holders == ["binh", None]


def test_walls_of_another_site_are_left_to_its_own_rules() -> None:
    theirs = {"sceneId": "flood", "by": "rule:theirs"}
    wall = {"wallId": "far", "peer": {"connected": True}, "layers": {"alarm": theirs}}
    assert plan([], [wall], {}) == []
    assert plan([], [{"wallId": "near", "layers": {"alarm": theirs}}], {}) == [
        Order("clear", "near", "theirs")
    ]


def test_a_refused_wall_is_tried_again_and_holds_up_no_other() -> None:
    room = Room()
    room.controller.refusing = {"north": "aboveCeiling"}
    room.fire()
    assert room.done == [("wall.take", "south", "rule:jam")]
    assert room.controller.states["jam"]["takenWallIds"] == ["south"]
    room.start()
    room.controller.refusing = {}
    room.look(0)
    assert room.done == [("wall.take", "south", "rule:jam"), ("wall.take", "north", "rule:jam")]


def test_walls_that_all_refuse_are_tried_again_together() -> None:
    room = Room()
    room.controller.refusing = {"wall.take": "locked", "salvo.take": "locked"}
    room.fire()
    assert room.done == []
    assert room.controller.states["jam"]["takenWallIds"] == []
    room.start()
    room.controller.refusing = {}
    room.look(0)
    assert room.done == TAKEN


def test_a_rule_deleted_while_it_fires_leaves_the_layer() -> None:
    room = Room()
    room.fire()
    del room.controller.rules["jam"]
    room.desk.ask_again()
    room.look(0)
    assert room.done == TAKEN + CLEARED


def test_a_rule_deleted_while_the_feed_is_dead_leaves_the_layer() -> None:
    room = Room()
    room.fire()
    del room.controller.rules["jam"], room.controller.states["jam"]
    room.start()
    assert room.done == TAKEN + CLEARED


def test_an_edit_while_it_fires_moves_the_scene_and_the_walls() -> None:
    room = Room()
    room.fire()
    room.controller.rules["jam"] |= {"sceneId": "rain", "wallIds": ["south"]}
    room.desk.ask_again()
    room.look(0)
    assert room.controller.alarms == {
        "north": None,
        "south": {"sceneId": "rain", "by": "rule:jam"},
    }
    room.controller.rules["jam"] |= {"threshold": 50, "clearAt": 40}
    room.desk.ask_again()
    room.look(0)
    assert room.look(0) == "cooling"
    assert room.holders == [None, None]


def test_switching_a_rule_off_clears_its_alarm() -> None:
    room = Room()
    room.fire()
    room.controller.rules["jam"]["enabled"] = False
    room.desk.ask_again()
    room.look(0)
    assert room.look(0) == "cooling"
    assert room.holders == [None, None]


def test_a_rule_that_cannot_be_read_is_left_out_alone() -> None:
    room = Room()
    room.controller.rules |= {
        "odd": second(ruleId="odd", threshold="much"),
        "none": second(ruleId="none", threshold=None),
    }
    room.desk.ask_again()
    room.fire()
    assert room.done == TAKEN


def test_an_aggregate_that_is_being_filled_is_not_seen() -> None:
    room = Room()
    room.look(0, 25)
    kept = dict(room.shown)
    room.shown.clear()
    assert room.look(11) == "dwelling"
    room.shown |= kept
    assert room.look(0) == "proposed"


def test_a_dwell_tells_its_progress_but_not_with_every_number() -> None:
    room = Room()
    room.look(0, 25)
    asked = len(room.controller.asked)
    for _ in range(20):
        room.look(1 / 60, 26)
    assert room.controller.asked[asked:].count("rule.report") == 4
    assert room.controller.states["jam"]["value"] == 26


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.sampled_from([0.0, 17.0, 25.0, 60.0])),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 2.0, 10.0, 31.0])),
        st.tuples(st.just("kill"), st.just(0.0)),
        st.tuples(st.just("away"), st.sampled_from([0.0, 1.0])),
        st.tuples(st.just("lose"), st.integers(1, 5).map(float)),
        st.tuples(st.just("veto"), st.just(0.0)),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_fails_a_firing_is_taken_once_a_wall_and_always_cleared(
    steps: list[tuple[str, float]],
) -> None:
    room = Room()
    states = room.controller.states
    for what, how in steps:
        if what == "look":
            room.look(0.1, how)
        elif what == "wait":
            room.look(how)
        elif what == "kill":
            room.start()
        elif what == "away":
            room.controller.away = bool(how)
        elif what == "lose":
            room.controller.lost = int(how)
        elif states.get("jam", {"phase": "quiet"})["phase"] in ("proposed", "firing"):
            room.controller.veto(room.now_ms)
    room.controller.away, room.controller.lost = False, 0
    room.start()
    room.look(0.1, 0.0)
    room.look(0)
    for wall in ("north", "south"):
        doings = [op.partition(".")[2] for op, where, _ in room.done if where == wall]
        assert all(a != b for a, b in pairwise(doings))
        takes = doings.count("take")
        assert takes <= room.controller.phases.count("firing")
    assert room.holders == [None, None]
    assert states.get("jam", {"phase": "quiet"})["phase"] in ("quiet", "cooling")
