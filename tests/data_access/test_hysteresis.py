"""What stands, from figures alone: late enough, once, over by itself; gaps decide nothing."""

from __future__ import annotations

import pytest

from data_access.hysteresis import standing
from data_access.limits import Limit

MINUTE_US = 60_000_000
JAM = Limit(worse="low", warning=30, after="PT5M", clear=40, clear_after="PT10M")


def figures(*values: float | None, step_min: int = 5) -> list[tuple[int, float]]:
    return [
        (at * step_min * MINUTE_US, value) for at, value in enumerate(values) if value is not None
    ]


@pytest.mark.parametrize(
    ("values", "stands"),
    [
        ((60, 60, 60), False),
        ((60, 29), False),  # not long enough
        ((60, 29, 28), True),
        ((60, 29, 31, 29), False),  # between the thresholds it is not off
        ((29, 28, 35, 35, 35, 35), True),  # nor well
        ((29, 28, 41), True),  # not well for long enough
        ((29, 28, 41, 42, 43), False),
        ((29, 28, 41, 39, 41, 42), True),  # a relapse begins the waiting anew
        ((29, 28, 50, 50, 50, 29), False),
        ((29, 28, 50, 50, 50, 29, 28), True),
    ],
)
def test_it_begins_and_ends_only_after_its_time(values: tuple[float, ...], stands: bool) -> None:
    assert (standing(figures(*values), JAM) is not None) is stands


def test_it_tells_since_when_and_how_bad_it_was() -> None:
    found = standing(figures(60, 29, 12, 20, 38), JAM)
    assert found is not None
    assert (found.began_us, found.worst, found.last) == (5 * MINUTE_US, 12, 38)


def test_a_silence_neither_begins_nor_ends_anything() -> None:
    assert standing(figures(29, None, None, None, None, None, None, None, 29), JAM) is None
    assert standing(
        figures(29, 28, 41, None, None, None, None, None, None, None, 41), JAM
    )  # fmt: skip


def test_without_a_limit_nothing_is_off() -> None:
    assert standing(figures(1, 0, 0), Limit()) is None


def test_nothing_known_is_nothing_off() -> None:
    assert standing([], JAM) is None


def test_what_gets_worse_upwards_is_told_the_same_way() -> None:
    beds = Limit(caution=85, warning=95)
    assert standing(figures(80, 96), beds) is not None
    assert standing(figures(96, 90), beds) is not None  # still more than usual
    assert standing(figures(96, 80), beds) is None
    assert standing(figures(80, 90), beds, grade="caution") is not None
