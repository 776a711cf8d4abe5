"""Surges of calls: against the hour of the week, not on a Sunday, found once and cleared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.detection.track import HOUR_US
from benchmarks.detection_replay import replay
from benchmarks.injection import Injected
from tests.analytics.detection import town

AT = town.day(22) + 9 * HOUR_US  # a Tuesday


def test_a_surge_is_found_once_said_against_its_hour_and_cleared() -> None:
    played = town.calls(24)
    bent = Injected.into(played.track, seed=2)
    bent.add("surge", [2], bent.steps(AT, 2 * HOUR_US), np.full((4, 1), 30.0))

    alerts = replay([town.CALLS], replace(played, track=bent.track), from_us=town.day(21),
                    to_us=town.day(24))  # fmt: skip

    assert [(alert.kind, alert.subjects, alert.ending) for alert in alerts] == [
        ("surge", ("topic-2",), "cleared")
    ]
    assert "lần thường lệ thứ Ba" in alerts[0].told["evidence"][0]["vi"]
    assert (alerts[0].raised_ms - AT / 1000) / 60_000 <= 60


def test_a_fortnight_of_calls_with_its_sundays_gives_nothing() -> None:
    played = town.calls(30)

    assert replay([town.CALLS], played, from_us=town.day(16), to_us=town.day(30)) == []


def test_without_days_to_compare_with_nothing_is_said() -> None:
    played = town.calls(2)

    assert replay([town.CALLS], played, from_us=town.day(0), to_us=town.day(2)) == []
