"""What people speak of: words under a topic's name where there are any, and the rest counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles import sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

AGGREGATE = "voices.topics"
SILENT = {"area": None, "phrases": None, "quote": None}


def drawn(height_px: int = 760, **changed: Any) -> html.Section:
    envelope = sample.everything()[AGGREGATE]
    table = envelope.payload["tables"]["topics"]
    rows = [{**row, **changed} for row in table["rows"]]
    tables = {**envelope.payload["tables"], "topics": {**table, "rows": rows}}
    given = replace(envelope, payload={**envelope.payload, "tables": tables})
    frame = Frame(width_px=1920, height_px=height_px, unit_px=76)
    return build("topics", {"aggregate": AGGREGATE}, frame, {AGGREGATE: given}, context())


def test_no_line_under_a_name_stands_empty() -> None:
    for height_px in range(500, 2000, 50):
        tree = drawn(height_px, **SILENT, status="warning")
        for topic in having(tree, "t-topic"):
            lines = having(topic, "t-topic-about") + having(topic, "t-topic-quote")
            assert all(words([line]).strip() for line in lines)
            assert len(lines) <= 1


def test_the_room_of_empty_lines_goes_to_the_word_of_the_next_hot_topics() -> None:
    tree = drawn(1400, **SILENT, status="warning")
    assert len(having(tree, "t-topic-about")) == 3


def test_topics_that_are_left_out_of_a_low_tile_are_counted_in_words_in_its_head() -> None:
    tree = drawn(330, **SILENT, status="normal")
    assert not having(tree, "t-more")
    assert "còn " in words(having(tree, "tile-unit"))
