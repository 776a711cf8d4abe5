"""The course of six scores: whose each line is, and that no words lie on each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from data_access.promises import CRITERIA
from layouts.pages.score_course import APART, Course, course
from layouts.tiles.chart import SERIES, STATUS

HOUR_MS = 3_600_000.0
NAMES = {each: each.upper() for each in CRITERIA}


def drawn(scores: dict[str, float], criterion: str = CRITERIA[0]) -> dict[str, Any]:
    lines = {
        each: [(0.0, scores[each]), (HOUR_MS, scores[each])] if each in scores else []
        for each in CRITERIA
    }
    found = Course(lines, 0.0, HOUR_MS)
    return course(
        found, criterion, floor=95.0, least="sàn 95%", names=NAMES, language="vi", timezone="UTC"
    )


def test_every_line_says_at_its_end_whose_it_is_and_what_stands_there() -> None:
    shown = drawn({"accurate": 11.6, "shared": 60.0})["layout"]["annotations"]
    said = {each["text"]: each["font"]["color"] for each in shown}
    assert said["<b>ACCURATE 11,6%</b>"] == SERIES[0]
    assert said["sàn 95%"] == STATUS["warning"]
    assert "SHARED 60,0%" in said
    assert len(said) == 3  # what was never measured has no words


@pytest.mark.parametrize("score", [100.0, 95.0, 50.0, 0.0])
def test_words_of_lines_that_lie_on_each_other_stand_apart(score: float) -> None:
    layout = drawn(dict.fromkeys(CRITERIA, score))["layout"]
    bottom, top = layout["yaxis"]["range"]
    at = [each["y"] for each in layout["annotations"]]
    assert len(at) == len(CRITERIA) + 1
    assert all(upper - lower > (top - bottom) * APART * 0.99 for upper, lower in pairwise(at))
    assert max(at) <= top
    assert min(at) >= bottom - (top - bottom) * APART


def test_words_that_have_room_stand_at_their_lines() -> None:
    shown = drawn({"accurate": 11.6, "shared": 60.0})["layout"]["annotations"]
    assert sorted(each["y"] for each in shown) == [11.6, 60.0, 95.0]
