"""The bottlenecks say where their figures come from: all at once, or each by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from dash import html

from data_access.envelope import Envelope
from layouts.tiles.kind import Frame, TileContext
from layouts.tiles.registry import build
from layouts.tiles.tree import plain
from tests.layouts.tiles.sample import everything

NAME = "city.bottlenecks"
CONTEXT = TileContext({"vi": "Hà Nội", "en": "Hanoi"}, "Asia/Ho_Chi_Minh", {}, {})
FRAME = Frame(width_px=1920, height_px=2000, unit_px=64)


def envelope(**origins: str) -> Envelope:
    sample = everything()[NAME]
    numbers: dict[str, Any] = {
        name: {**number, "origin": origins[name]} if name in origins else number
        for name, number in sample.payload["numbers"].items()
    }
    return replace(sample, payload={"numbers": numbers})


def drawn(given: Envelope, frame: Frame = FRAME) -> html.Section:
    return build("bottlenecks", {}, frame, {NAME: given}, CONTEXT)


def found(node: Any, class_name: str) -> list[str]:
    """Return the words of each element of a class."""
    made: list[str] = []

    def words(each: Any) -> str:
        if isinstance(each, list):
            return " ".join(map(words, each))
        if isinstance(each, dict):
            return words(each["props"].get("children"))
        return str(each or "")

    def walk(each: Any) -> None:
        if isinstance(each, list):
            for child in each:
                walk(child)
        elif isinstance(each, dict):
            if class_name in str(each["props"].get("className", "")).split():
                made.append(words(each["props"].get("children")))
            walk(each["props"].get("children"))

    walk(plain(node))
    return made


MIXED = {"flooding": "simulated", "congestion": "replay", "air": "live", "urban_order": "replay"}


def test_figures_of_several_origins_are_each_marked_and_the_tile_is_not() -> None:
    section = drawn(envelope(**MIXED))
    assert found(section, "tile-origin") == []
    assert [
        [word for word in ("Mô phỏng", "Phát lại", "Trực tiếp") if word in row]
        for row in found(section, "bottleneck-words")
    ] == [["Mô phỏng"], ["Phát lại"], [], [], ["Phát lại"]]
    assert plain(section)["props"]["data-origin"] == "simulated"


def test_figures_of_one_origin_are_marked_once_for_all() -> None:
    section = drawn(envelope(**dict.fromkeys(MIXED, "simulated")))
    (mark,) = found(section, "tile-origin")
    assert mark == "Mô phỏng"
    assert not any("Mô phỏng" in row for row in found(section, "bottleneck-words"))


def test_an_origin_nobody_gave_a_figure_of_marks_nothing() -> None:
    given = envelope(**dict.fromkeys(MIXED, "replay"))  # food safety is simulated, without a number
    (mark,) = found(drawn(given), "tile-origin")
    assert mark == "Phát lại"


@pytest.mark.parametrize("height_px", [500, 700, 1000, 2000])
def test_no_row_is_too_low_for_its_mark(height_px: float) -> None:
    rows = found(drawn(envelope(**MIXED), replace(FRAME, height_px=height_px)), "bottleneck-words")
    assert "Mô phỏng" in rows[0]
