"""Courses unlike any before: found once and cleared; an ordinary fortnight gives nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.detection.novelty import Novelty, is_novel
from analytics.detection.track import HOUR_US
from benchmarks.detection_replay import replay
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
