"""More than usual is more than the same hours before, by more than chance."""

from __future__ import annotations

from analytics.voices.bursts import DAY_US, Burst, burst
from data_access.rollup import HOUR_US

NOW = 1000 * DAY_US


def after(before: list[int], now: int, *, known_days: int = 100) -> Burst:
    """Return the burst of `now` voices after so many in the same hours of the days before."""
    times = [NOW - at * 60_000_000 for at in range(now)]
    for day, count in enumerate(before, start=1):
        times += [NOW - day * DAY_US - at * 60_000_000 for at in range(count)]
        times += [NOW - day * DAY_US - 12 * HOUR_US] * 50  # other hours of the day
    return burst(times, now_us=NOW, window_h=6, known_from_us=NOW - known_days * DAY_US,
                 is_off=lambda _: False)  # fmt: skip


def test_three_times_the_usual_is_hot_and_says_so():
    found = after([10, 9, 11, 10, 12, 8, 10] * 4, 33)
    assert found.usual is not None
    assert 9 <= found.usual <= 11
    assert found.growth is not None
    assert 3 <= found.growth <= 3.7
    assert found.is_hot(16)


def test_as_many_as_usual_or_few_are_not_hot():
    assert not after([10] * 28, 13).is_hot(16)
    assert not after([0] * 28, 3).is_hot(16)


def test_days_that_scatter_make_a_burst_less_of_one():
    steady, wild = after([10] * 28, 28), after([1, 25, 2, 30, 0, 12, 0] * 4, 28)
    assert steady.is_hot(16)
    assert not wild.is_hot(16)


def test_a_burst_of_yesterday_does_not_become_what_is_usual():
    assert after([80] + [10] * 27, 33).is_hot(16)


def test_without_days_before_nothing_is_usual():
    found = after([], 50, known_days=1)
    assert (found.usual, found.growth, found.is_hot(1)) == (None, None, False)


def test_what_was_never_spoken_of_is_hot_without_a_factor():
    found = after([0] * 28, 20)
    assert found.growth is None
    assert found.is_hot(16)


def test_days_off_are_held_against_days_off():
    def is_off(at_us: int) -> bool:
        return (at_us // DAY_US) % 7 >= 5

    end = NOW - (NOW // DAY_US) % 7 * DAY_US + 5 * DAY_US  # a day off
    times = [end] * 20
    for day in range(1, 29):
        times += [end - day * DAY_US] * (20 if is_off(end - day * DAY_US) else 2)
    found = burst(times, now_us=end, window_h=6, known_from_us=0, is_off=is_off)
    assert found.usual == 20
    assert not found.is_hot(1)
