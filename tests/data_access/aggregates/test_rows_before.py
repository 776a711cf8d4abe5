"""What is read row by row of a time before now is there in a past that is asked, too."""

from __future__ import annotations

import inspect
import sys

import pytest

from data_access.aggregates.registry import aggregates, rows_before

READS_ROWS = (".recent(", "snapshot.values(")


@pytest.mark.parametrize("name", aggregates())
def test_an_aggregate_that_reads_single_rows_says_for_how_long(name: str) -> None:
    build = aggregates()[name].build
    source = inspect.getsource(sys.modules[build.__module__])
    reads = any(words in source for words in READS_ROWS)
    others = [each for each in aggregates().values() if each.build.__module__ == build.__module__]
    assert any(each.rows_h for each in others) is reads


def test_the_hotline_has_its_days_before_in_a_past() -> None:
    assert rows_before()["feedback.calls"] >= 7 * 24
    assert rows_before()["health.capacity"] >= 96
