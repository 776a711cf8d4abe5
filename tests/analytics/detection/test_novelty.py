"""Courses unlike any before: found once and cleared; an ordinary fortnight gives nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.detection.novelty import Novelty, is_novel
from analytics.detection.track import HOUR_US, Track
from analytics.detection.usual import times_usual
from benchmarks.detection_replay import Played, replay
from benchmarks.injection import Injected
from tests.analytics.detection import town

VISITS = Novelty.model_validate({
    **town.BASE, "id": "visits", "kind": "novelty", "history": "P2D", "least": 20,
    "limit": {"caution": 6, "warning": 9, "critical": 14, "after": "PT1H", "clear": 3,
              "clear_after": "PT1H"},
})  # fmt: skip


def test_a_surge_of_visits_is_found_once_and_cleared() -> None:
    played = town.hourly(24, sensors=1, sigma=0.05)
    bent = Injected.into(played.track, seed=1)
    bent.scale("visits", 0, (), bent.steps(town.day(22) + 9 * HOUR_US, 6 * HOUR_US), factor=3.0)

    alerts = replay([VISITS], replace(played, track=bent.track), from_us=town.day(21),
                    to_us=town.day(24))  # fmt: skip

    assert [(alert.kind, alert.ending) for alert in alerts] == [("novelty", "cleared")]
    assert "lần thường lệ thứ Ba" in alerts[0].told["evidence"][0]["vi"]


def test_an_ordinary_fortnight_gives_nothing() -> None:
    played = town.hourly(30, sensors=1, sigma=0.05)

    assert replay([VISITS], played, from_us=town.day(16), to_us=town.day(30)) == []


def test_a_course_like_many_before_is_not_novel() -> None:
    hours = np.tile(np.concatenate([np.full(18, 10.0), np.linspace(10, 40, 6)]), 20)
    noisy = hours + np.random.default_rng(1).normal(0, 1, len(hours))

    assert not is_novel(noisy, noisy[:24])
    assert is_novel(noisy, np.array([10, 10, 200, 10, 300, 90.0, 400]))
    assert is_novel(noisy[:20], noisy[:24])  # nothing learned: nothing to gainsay the profile


def seldom(days: int, level: float = 0.0, decimals: int = 0) -> tuple[Novelty, Played]:
    """Return a series that hardly ever moves, and who watches it on both sides."""
    values = np.full((days * 24, 1), level)
    watch = VISITS.model_copy(update={"least": None, "side": "both", "decimals": decimals})
    names = town.names(1)
    return watch, Played(Track(town.MONDAY_US, HOUR_US, names, values), town.spots(names))


@pytest.mark.parametrize(("level", "decimals", "step"), [(0.0, 0, 1.0), (21.5, 1, 0.3)])
def test_the_least_a_series_can_change_by_is_no_event(
    level: float, decimals: int, step: float
) -> None:
    watch, played = seldom(24, level, decimals)
    hours = slice(22 * 24 + 9, 22 * 24 + 12)
    played.track.values[hours] += step
    window = {"from_us": town.day(21), "to_us": town.day(24)}
    assert replay([watch], played, **window) == []
    played.track.values[hours] += 40 * step
    assert [alert.kind for alert in replay([watch], played, **window)] == ["novelty"]


def test_a_fall_below_nought_is_told_without_times() -> None:
    watch, played = seldom(24, -3.0, 1)
    played.track.values[:] += town.hourly(24, sensors=1, sigma=0.05).track.values / 40 - 1.0
    played.track.values[22 * 24 + 9 : 22 * 24 + 15] -= 20.0
    (alert,) = replay([watch], played, from_us=town.day(21), to_us=town.day(24))
    assert "thấp hơn thường lệ thứ Ba" in alert.told["evidence"][0]["vi"]
    when = {"vi": "thứ Hai 8 giờ", "en": "Monday 8 h"}
    assert times_usual(2.0, -4.0, when)["en"] == "above usual for Monday 8 h"
    assert times_usual(-1.0, 4.0, when)["en"] == "below usual for Monday 8 h"
    assert times_usual(3.0, 0.0, when)["en"] == "never before, Monday 8 h"


@pytest.mark.parametrize("days", [2, 7])
def test_of_a_week_and_less_nothing_is_called_unusual_that_nobody_can_know(days: int) -> None:
    played = town.hourly(days, sensors=1, sigma=0.05)
    played.track.values[-6:] *= 3
    found = replay([VISITS], played, from_us=town.day(days - 1), to_us=town.day(days))
    assert found == [] or days > 2


def test_gaps_endless_and_absurd_values_stop_nobody() -> None:
    played = town.hourly(24, sensors=3, sigma=0.05)
    played.track.values[::5, 0] = np.nan
    played.track.values[:, 1] = np.nan
    played.track.values[100, 2] = 1e30
    bent = Injected.into(played.track, seed=1)
    bent.scale("visits", 2, (), bent.steps(town.day(22) + 9 * HOUR_US, 6 * HOUR_US), factor=4.0)
    alerts = replay([VISITS], replace(played, track=bent.track), from_us=town.day(21),
                    to_us=town.day(24))  # fmt: skip
    assert [alert.subjects for alert in alerts] == [("s02",)]
