"""Small counts: hidden, and not to be worked out from all that is shown beside them."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from data_access.masking import masked

BELOW = 5


def worlds(counts: dict[str, int]) -> list[dict[str, int]]:
    """Return every world that shows the same: the same counts, the same total, none of nought."""
    found = masked(counts, BELOW)
    hidden = sorted(found.names)
    left = sum(counts[name] for name in hidden)
    guesses = product(range(1, left + 1), repeat=len(hidden))
    return [
        dict(zip(hidden, guess, strict=True))
        for guess in guesses
        if found.is_total or sum(guess) == left
    ]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_no_small_count_can_be_told_from_any_other(values: list[int]) -> None:
    counts = {str(at): value for at, value in enumerate(values)}
    found = masked(counts, BELOW)
    small = {name for name, count in counts.items() if 0 < count < BELOW}
    assert small <= found.names
    if found.is_total or len(found.names) > 4 or sum(counts[n] for n in found.names) > 16:
        return
    for name in small:
        assert {world[name] for world in worlds(counts)} >= set(range(1, BELOW))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_at_most_one_more_is_hidden_and_nought_never_is(values: list[int]) -> None:
    counts = {str(at): value for at, value in enumerate(values)}
    found = masked(counts, BELOW)
    assert sum(counts[name] >= BELOW for name in found.names) <= 1
    assert all(counts[name] for name in found.names)
    assert not masked(counts, 0).names


def test_the_smallest_of_the_others_goes_with_a_single_one() -> None:
    found = masked({"a": 3, "b": 40, "c": 8, "d": 0}, BELOW)
    assert (found.names, found.is_total) == ({"a", "c"}, False)


def test_where_the_others_must_be_told_of_the_total_is_hidden() -> None:
    found = masked({"a": 3, "b": 40}, BELOW, spare={"b"})
    assert (found.names, found.is_total) == ({"a"}, True)


def test_a_total_of_too_few_is_hidden_with_its_parts() -> None:
    assert masked({"a": 1, "b": 1}, BELOW).is_total
    assert masked({str(at): 1 for at in range(5)}, BELOW).is_total  # five are one each


def test_several_small_ones_hide_each_other() -> None:
    found = masked({"a": 3, "b": 4, "c": 9}, BELOW)
    assert (found.names, found.is_total) == ({"a", "b"}, False)
