"""The switch history of the operator's page: percentiles, a dot a switch, the last in words."""

from __future__ import annotations

import pytest

from layouts.pages.switch_history import DOTS, LISTED, scale_top
from tests.pages.browse import nodes, words
from tests.pages.stand_in import switch_entry
from wall.errors import ServiceError
from wall.history import History

PAGE = "/operator?wall=le-lai"


def _part(tree, name):
    return next(each for each in nodes(tree) if name in str(each["props"].get("className")).split())


def _dots(tree):
    """Return the dots of the skew, oldest first."""
    course = _part(tree, "op-course")
    return [each for each in nodes(course) if "dot" in str(each["props"].get("className")).split()]


def _history(operator):
    return _part(operator.page(PAGE), "op-view-history")


def test_percentiles_are_those_of_all_switches_that_are_kept(operator, link):
    link.switches["le-lai"] = kept = [switch_entry(index) for index in range(400)]
    told = words(_history(operator))
    assert "400 lần" in told
    for share in ("p50", "p95", "p99"):
        figure = f"{History(kept).summary()['skewMs'][share]:.1f}".replace(".", ",")
        assert f"{share} {figure}\u00a0ms" in told


def test_there_is_a_dot_a_switch_and_its_shape_says_how_it_went(operator, link):
    states = [each["props"]["className"].split()[1] for each in _dots(_history(operator))]
    newest_first = states[::-1][:5]
    assert newest_first == ["is-shown", "is-late", "is-offline", "is-failed", "is-shown"]
    assert len(states) == len(link.switches["le-lai"])


def test_what_was_promised_is_drawn_where_it_was(operator, link):
    without = [each for each in link.switches["le-lai"] if each["promisedSkewMs"] is None]
    marks = [
        each
        for each in nodes(_part(_history(operator), "op-course"))
        if each["props"].get("className") == "promise"
    ]
    assert len(marks) == len(link.switches["le-lai"]) - len(without)
    assert {each["props"]["style"]["bottom"] for each in marks} == {"91.00%"}  # 18.2 of 20 ms


def test_a_switch_nobody_showed_has_no_invented_number(operator, link):
    link.switches["le-lai"] = [
        switch_entry(0) | {"skewMs": None, "latencyMs": None, "shown": 0, "failed": ["a1"]}
    ]
    tree = _history(operator)
    (dot,) = _dots(tree)
    assert dot["props"]["className"] == "dot is-failed is-unknown"
    told = words(tree)
    assert "p50 – p95 – p99 –" in told
    assert "– · –" in told
    assert "0/1 đúng lúc · a1 lỗi" in told


def test_the_last_switches_say_who_which_scene_which_layer_and_what_came_of_it(operator):
    rows = [
        words(each)
        for each in nodes(_history(operator))
        if each["props"].get("className") == "op-switch-row"
    ]
    assert len(rows) == LISTED
    assert "Giao thông" in rows[0]
    assert "Cảnh thủ công · Trực điều hành (dùng thử)" in rows[0]
    assert "8/8 đúng lúc" in rows[0]
    assert "Cảnh theo lịch · bộ điều khiển" in rows[1]
    assert "7/8 đúng lúc · b3 trễ" in rows[1]
    assert "6/8 đúng lúc · a2, a3 lỗi" in rows[3]


def test_a_wall_that_was_never_switched_says_so(operator, link):
    link.switches["le-lai"] = []
    assert words(_history(operator)) == "Chưa có lần chuyển cảnh nào được đo."


@pytest.mark.parametrize("op", ["*", "wall.history"])
def test_a_history_nobody_can_be_asked_for_is_not_an_empty_one(operator, link, op):
    link.refuses[op] = ServiceError("unavailable", "away")
    assert words(_history(operator)) == "Lịch sử hiện lại khi có bộ điều khiển."


def test_no_more_is_asked_for_than_is_drawn(operator, link):
    operator.page(PAGE)
    asked = next(args for op, args, _ in link.asked if op == "wall.history")
    assert asked == {"wallId": "le-lai", "limit": DOTS}


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.1), ([0.4, 1.2], 2), ([18.2], 20), ([213], 250), ([20], 20)]
)
def test_the_scale_ends_at_a_round_figure(values, top):
    assert scale_top(values) == pytest.approx(top)
