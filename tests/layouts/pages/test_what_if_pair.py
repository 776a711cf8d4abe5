"""Which run is held against which: read from an address with care."""

from __future__ import annotations

import pytest

from layouts.pages.what_if_pair import pair_name, read_pair


@pytest.mark.parametrize("pair", [(1, 0), (0, 1), (2, None)])
def test_a_pair_comes_back_as_it_went(pair: tuple[int, int | None]) -> None:
    assert read_pair(pair_name(pair), 3) == pair


@pytest.mark.parametrize("given", [None, "", "B", "B-B", "C-A", "-A", "AB-A", "A-", "A-AB", 7])
def test_what_is_no_pair_of_these_runs_is_none(given: object) -> None:
    assert read_pair(given, 2) is None
