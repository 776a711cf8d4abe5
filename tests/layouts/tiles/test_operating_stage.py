"""The stage as a line of the header strip: its number, its name, whence it is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from layouts.tiles.tree import plain
from tests.layouts.tiles import cases, sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

LINE = Frame(1920, 180, 76, "wall", "vi")
TALL = Frame(1920, 1000, 76, "wall", "vi")


def line(state: str = "fresh", **more: Any) -> Any:
    given = {
        name: None if each is None else replace(each, **more)
        for name, each in cases.envelopes(state).items()
    }
    return build("stage", {}, LINE, given, context())


def test_a_line_says_the_stage_by_number_name_and_colour() -> None:
    (step,) = having(line(origin="live"), "strip-step")
    figure = sample.everything()["city.stage"].payload["numbers"]["stage"]
    assert words(step) == figure["band"]
    assert step["props"]["style"]["backgroundColor"].startswith("#")
    said = words(line(origin="live"))
    assert f"Giai đoạn {figure['band']} - " in said
    assert not having(line(origin="live"), "tile-origin")
    assert not having(line(), "tile-head")


@pytest.mark.parametrize(("origin", "word"), [("simulated", "Mô phỏng"), ("replay", "Phát lại")])
def test_a_line_says_whence_it_is_known(origin: Any, word: str) -> None:
    assert words(having(line(origin=origin), "tile-origin")) == word


@pytest.mark.parametrize("state", ["never written", "absent", "empty"])
def test_a_line_without_a_stage_says_so(state: str) -> None:
    assert "chưa có số liệu" in words(line(state)).lower()
    assert having(line(state), "t-mark-none")
    assert not having(line(state), "strip-step")


def test_a_line_carries_what_makes_it_old() -> None:
    root = plain(line())["props"]
    stage = sample.everything()["city.stage"]
    assert root["data-stale-after-ms"] == stage.stale_after_ms
    assert having(having(line(), "tile-stale")[0], "ioc-age")


def test_a_tile_with_room_is_no_line() -> None:
    tall = build("stage", {}, TALL, sample.everything(), context())
    assert having(tall, "t-stage-steps")
    assert not having(tall, "strip-step")
