"""Sensor faults are told apart from events: what neighbours do not see is no event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.detection.book import Alert
from analytics.detection.track import HOUR_US, Track
from benchmarks.detection_replay import Played, replay
from benchmarks.injection import Injected
from tests.analytics.detection import town

AT = town.day(14) + 10 * HOUR_US


def replayed(spoil: str) -> list[Alert]:
    played = town.speeds(15)
    bent = Injected.into(played.track, seed=7)
    steps = bent.steps(AT, 4 * HOUR_US)
    if spoil == "stuck":
        bent.stick(3, steps)
    elif spoil == "stuck low":
        bent.track.values[steps.start - 1, 3] = 4.0
        bent.stick(3, steps)
    elif spoil == "drift":
        bent.drift(3, bent.steps(AT, 9 * HOUR_US), 0.35)
    elif spoil == "spike":
        bent.spike(3, steps.start, 0.1)
    elif spoil == "cloned":
        bent.clone(3, 6, steps)
    elif spoil == "offline":
        bent.silence(3, steps)
    elif spoil == "all silent":
        bent.track.values[steps] = np.nan
    return play(replace(played, track=bent.track))


def play(played: Played) -> list[Alert]:
    return replay([town.FAULTS, town.JAMS], played, from_us=AT - HOUR_US, to_us=AT + 6 * HOUR_US)


@pytest.mark.parametrize("fault", ["stuck", "drift", "spike", "cloned", "offline"])
def test_a_fault_is_named_found_once_and_no_event(fault: str) -> None:
    alerts = replayed(fault)

    assert [(alert.sort, alert.kind) for alert in alerts] == [("fault", fault)]
    assert "s03" in alerts[0].subjects or fault == "cloned"
    if fault != "drift":  # which lasts beyond the replay
        assert alerts[0].ending == "cleared"


def test_a_sensor_stuck_at_a_low_speed_is_a_fault_not_a_jam() -> None:
    assert {(alert.sort, alert.kind) for alert in replayed("stuck low")} <= {
        ("fault", "stuck"),
        ("fault", "spike"),
        ("fault", "drift"),
    }


def test_the_value_it_is_stuck_at_is_told_with_its_unit() -> None:
    (alert,) = replayed("stuck")
    assert "\u00a0km/h trong khi lân cận" in alert.told["evidence"][0]["vi"]
    assert "\u00a0km/h while its neighbours" in alert.told["evidence"][0]["en"]


def test_where_all_are_silent_no_sensor_is_at_fault() -> None:
    assert replayed("all silent") == []


def test_a_series_that_never_varied_is_not_stuck() -> None:
    played = town.speeds(15)
    values = played.track.values.copy()
    values[:, 3] = 50.0

    alerts = play(replace(played, track=played.track.like(values)))

    assert [alert.kind for alert in alerts if "s03" in alert.subjects] == []


def test_what_is_usually_about_nought_has_not_drifted_by_a_share_of_it() -> None:
    draw = np.random.default_rng(3)
    degrees = draw.normal(0, 0.4, (15 * 288, 8)) + draw.normal(0, 1, (15 * 288, 1))
    degrees -= 0.2
    names = town.names(8)
    played = Played(Track(town.MONDAY_US, town.STEP_US, names, degrees), town.spots(names))
    watch = town.FAULTS.model_copy(update={"check": ("drift",), "least_spread": 0.1})
    assert replay([watch], played, from_us=AT - HOUR_US, to_us=AT + 6 * HOUR_US) == []
    bent = Injected.into(played.track, seed=7)
    bent.track.values[bent.steps(AT - 4 * HOUR_US, 9 * HOUR_US), 3] += 9.0
    by = watch.model_copy(update={"drift_by": 4.0})  # in the unit it is found
    (alert,) = replay([by], replace(played, track=bent.track), from_us=AT - HOUR_US,
                      to_us=AT + 4 * HOUR_US)  # fmt: skip
    assert alert.subjects == ("s03",)
