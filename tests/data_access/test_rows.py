"""Observations held compactly lose nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from data_access.model import OBSERVATION_COLUMNS
from data_access.rows import Rows, SeriesKey
from tests.data_access.store.rows import frame, observed, rows


def unpacked(held: Rows) -> list[tuple]:
    return [
        (*held.keys[held.code[at]], int(held.at_us[at]), held.value[at], int(held.quality[at]))
        for at in range(len(held))
    ]


def test_a_frame_is_kept_whole() -> None:
    held = rows(
        observed("a", 0, 40.5),
        observed("b", 5, 41.0, area=None, quality="suspect"),
        observed("a", 5, 42.0, indicator="flow"),
    )
    assert held.keys == (
        SeriesKey("speed_kmh", "a", "00070"),
        SeriesKey("speed_kmh", "b", None),
        SeriesKey("flow", "a", "00070"),
    )
    assert held.value.tolist() == [40.5, 41.0, 42.0]
    assert held.quality.tolist() == [0, 1, 0]
    assert held.at_us[1] - held.at_us[0] == 300_000_000


@pytest.mark.parametrize(
    "reference",
    ["a.csv:12", "a.csv", "a.csv:007", "a:+1", "a:", ":5", "a:b:0", "a:1:99999999999", "x:²"],
)
def test_a_reference_comes_back_as_it_was(reference: str) -> None:
    assert rows(observed("a", 0, 1.0, source_ref=reference)).reference(0) == reference


def test_parts_are_joined_under_one_set_of_keys() -> None:
    first = rows(observed("a", 0, 1.0), observed("b", 0, 2.0))
    second = rows(observed("b", 5, 3.0), observed("c", 5, 4.0, source_ref="other.csv:9"))
    joined = Rows.join([first, second])
    assert unpacked(joined) == unpacked(first) + unpacked(second)
    assert [joined.reference(at) for at in (0, 3)] == ["speeds.csv:2", "other.csv:9"]
    assert [key.entity for key in joined.keys] == ["a", "b", "c"]


def test_nothing_is_nothing() -> None:
    empty = pd.DataFrame(columns=list(OBSERVATION_COLUMNS)).astype(
        {"observed_at": "datetime64[us, UTC]", "value": "float64"}
    )
    assert len(Rows.of(empty)) == 0
    assert len(Rows.join([])) == 0
    assert len(Rows.join([Rows.of(empty), rows(observed("a", 0, 1.0))])) == 1


def test_categories_are_read_like_text() -> None:
    table = frame([observed("a", 0, 1.0), observed("b", 0, 2.0, area=None)])
    categories = table.astype(dict.fromkeys(("indicator", "entity", "area", "quality"), "category"))
    assert unpacked(Rows.of(categories)) == unpacked(Rows.of(table))


def test_rows_are_selected_and_moved() -> None:
    held = rows(observed("a", 0, 1.0), observed("a", 5, 2.0), observed("a", 10, 3.0))
    late = held.take(np.array([2, 1]))
    assert late.value.tolist() == [3.0, 2.0]
    moved = late.at(late.at_us + 60_000_000)
    assert moved.at_us[0] == (datetime(2026, 11, 2, 3, 11, tzinfo=UTC).timestamp()) * 1_000_000
