"""What the labelled replay counts: each alert right or wrong, each thing put in found once."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np

from analytics.detection.book import Alert
from analytics.detection.track import HOUR_US, Track
from benchmarks.detection import SEEDS, TUNING_SEEDS, Judged, judge
from benchmarks.detection_cases import unhealthy
from benchmarks.detection_roads import stuck
from benchmarks.injection import Truth

JAM = Truth("jam", False, ("a", "b"), 10 * HOUR_US, 11 * HOUR_US)
STUCK = Truth("stuck", True, ("z",), 10 * HOUR_US, 14 * HOUR_US)


def alert(number: int, *subjects: str, began_h: float, sort: str = "event") -> Alert:
    began = began_h * 3_600_000
    return Alert(str(number), "d", "k", sort, subjects, "warning", "warning", began,
                 began + 900_000, began + 1_800_000, began + 3_600_000, "cleared")  # fmt: skip


def counted(*alerts: Alert) -> tuple[int, int, int, int, float | None]:
    told = sum(judge([JAM, STUCK], alerts).values(), Judged())
    delay = median(told.delays_min) if told.delays_min else None
    return told.found, told.alerts, told.right, told.called_event, delay


def test_an_alert_about_what_was_put_in_is_right_and_late_by_so_much() -> None:
    jam, fault = alert(1, "a", began_h=10), alert(2, "z", began_h=10.25, sort="fault")

    assert counted(jam, fault) == (2, 2, 2, 0, 22.5)


def test_a_second_alert_about_it_and_one_about_nothing_are_wrong() -> None:
    assert counted(
        alert(1, "a", began_h=10), alert(2, "b", began_h=10.2), alert(3, "q", began_h=10)
    ) == (1, 3, 1, 0, 15.0)


def test_an_alert_long_before_or_after_is_about_nothing() -> None:
    assert counted(alert(1, "a", began_h=7), alert(2, "a", began_h=13)) == (0, 2, 0, 0, None)


def test_an_event_that_is_named_after_a_faulty_sensor_is_counted_as_such() -> None:
    assert counted(alert(1, "z", "q", began_h=10)) == (0, 1, 0, 1, None)
    other = replace(alert(1, "q", "z", began_h=10), id="other")
    assert counted(other) == (0, 1, 0, 0, None)


def test_events_and_faults_are_counted_apart_and_seeds_add_up() -> None:
    told = judge([JAM, STUCK], [alert(1, "a", began_h=10), alert(2, "q", began_h=10, sort="fault")])
    event, fault = told["event"], told["fault"]

    assert (event.put_in, event.found, event.alerts, event.right) == (1, 1, 1, 1)
    assert (fault.put_in, fault.found, fault.alerts, fault.right) == (1, 0, 1, 0)
    assert (event + event).delays_min == (15.0, 15.0)


def test_what_is_measured_shares_no_seed_with_what_thresholds_are_set_by() -> None:
    assert not set(SEEDS) & set(TUNING_SEEDS)


def test_of_a_fault_that_was_in_the_series_alerts_are_right_and_none_is_missed() -> None:
    there = Truth("k", True, ("z", "y"), 10 * HOUR_US, 11 * HOUR_US, was_there=True)
    spikes = [alert(n, name, began_h=10, sort="fault") for n, name in enumerate("zyq")]
    fault = judge([there], spikes)["fault"]
    assert (fault.put_in, fault.found, fault.alerts, fault.right) == (0, 0, 3, 2)
    assert judge([there], [alert(1, "z", began_h=10)])["fault"].called_event == 0
    assert judge([replace(there, kind="another")], spikes)["fault"].right == 0


def test_of_an_event_that_was_in_the_series_the_first_alert_is_right_and_none_is_missed() -> None:
    there = Truth("k", False, ("a", "b"), 10 * HOUR_US, 11 * HOUR_US, was_there=True)
    twice = [alert(1, "a", began_h=10), alert(2, "b", began_h=10.5)]
    event = judge([there], twice)["event"]
    assert (event.put_in, event.found, event.alerts, event.right) == (0, 0, 2, 1)
    both = judge([JAM, there], twice)["event"]
    assert (both.put_in, both.found, both.right) == (1, 1, 1)  # the second is of what was put in


def test_a_series_own_episodes_are_the_hours_in_which_the_whole_city_is_unhealthy() -> None:
    """Three hours' mean above 80 µg/m³, whatever is usual."""
    city = np.full(48, 60.0)
    city[10:16] = 100.0
    track = Track(0, HOUR_US, ("a", "b"), np.stack([city, city], axis=1))
    (own,) = unhealthy(track, city)
    assert (own.entities, own.was_there, own.is_fault) == (("a", "b"), True, False)
    assert (own.from_us / HOUR_US, own.to_us / HOUR_US) == (11, 17)
    assert unhealthy(track, np.full(48, 79.0)) == []


def test_a_series_own_stuck_loops_are_those_that_tell_one_speed_for_two_hours() -> None:
    values = np.random.default_rng(1).uniform(40, 60, (100, 3))
    values[10:36, 0] = 52.0  # two hours and a step
    values[50:70, 1] = 52.0
    values[40:80, 2] = np.nan
    track = Track(0, HOUR_US // 12, ("a", "b", "c"), values)
    (found,) = stuck(track)
    assert (found.kind, found.is_fault, found.entities, found.was_there) == (
        "stuck", True, ("a",), True
    )  # fmt: skip
    assert (found.from_us, found.to_us) == (10 * track.step_us, 36 * track.step_us)
