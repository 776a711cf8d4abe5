"""The replay of rules over several sources: what is put in, how warnings are held against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.detection.book import Alert
from analytics.detection.plan import read_plan
from benchmarks.detection import CITY
from benchmarks.detection_happenings import (
    HALF_HOUR_US,
    NAMES,
    PLAYED_DAYS,
    REQUESTS,
    START_US,
    USUAL_DAYS,
    Happenings,
)
from benchmarks.detection_together import judged, room, rules_of
from data_access.city import City, load_city


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(CITY)


@pytest.fixture(scope="module")
def told(city: City) -> Happenings:
    hours = (USUAL_DAYS + PLAYED_DAYS) * 24
    return Happenings(city, np.random.default_rng(1), np.full(hours, 35.0))


def alert(rule: str, at_us: int, *subjects: str) -> Alert:
    at_ms = at_us / 1000
    return Alert(f"{rule}-{at_us}", rule, "together", "event", subjects, "caution", "caution",
                 at_ms, at_ms, at_ms)  # fmt: skip


def test_every_rule_of_the_city_has_labels_of_each_day(city: City, told: Happenings) -> None:
    plan = read_plan(CITY, city)
    assert plan is not None
    rules = {each.id for each in rules_of(plan).detector if each.kind == "together"}
    assert set(told.truths) == rules == set(NAMES)
    assert all(len(truths) >= PLAYED_DAYS for truths in told.truths.values())
    assert min(each.from_us for truths in told.truths.values() for each in truths) >= (
        START_US + USUAL_DAYS * 48 * HALF_HOUR_US
    )


def test_the_same_seed_tells_the_same(city: City, told: Happenings) -> None:
    again = Happenings(city, np.random.default_rng(1), np.full(len(told.levels), 35.0))
    assert (again.truths, again.rows, again.records) == (told.truths, told.rows, told.records)


def test_a_warning_is_right_once_of_its_rule_place_and_time_alone(told: Happenings) -> None:
    truth = told.truths["flooding"][0]
    place = next(each for each in truth.entities if each != "city")
    elsewhere = next(u.code for u in told.city.areas if u.code not in truth.entities)
    at_us = truth.from_us + HALF_HOUR_US
    right = alert("flooding", at_us, place, "city")
    found = judged(told, [
        right,
        replace(right, id="again"),
        alert("flooding", at_us, elsewhere, "city"),  # calls of the city make no place right
        alert("flooding", truth.from_us - 4 * HALF_HOUR_US, place),
        alert("road-trouble", at_us, elsewhere),
    ])["flooding"]  # fmt: skip
    assert (found.found, found.right, found.alerts) == (1, 1, 4)
    assert found.delays_min == (30.0,)


def test_the_room_looks_at_what_was_told_by_then_and_at_nothing_later(
    city: City, told: Happenings
) -> None:
    """Requests and calls of a flood are one warning, by the rules as the city has them."""
    whole = read_plan(CITY, city)
    assert whole is not None
    at_us = START_US + USUAL_DAYS * 48 * HALF_HOUR_US + 20 * HALF_HOUR_US
    quiet = Happenings(city, np.random.default_rng(2), np.full(len(told.levels), 35.0))
    quiet.rows = {"feedback.calls": [
        (START_US + n * HALF_HOUR_US, "calls", "Nhánh 1/Thoát nước - ngập", None,
         20.0 if 0 <= at_us - START_US - n * HALF_HOUR_US < 6 * HALF_HOUR_US else 4.0)
        for n in range(USUAL_DAYS * 48 + 30)
    ]}  # fmt: skip
    quiet.records = []
    unit = next(iter(city.areas))
    quiet._records(REQUESTS, "drainage", unit, at_us - 7 * HALF_HOUR_US, 5, True)
    with room(city, rules_of(whole)) as opened:
        before_us = at_us - 8 * HALF_HOUR_US
        opened.fill(quiet, 0, before_us)
        opened.look(before_us)
        assert opened.alerts == {}
        opened.fill(quiet, before_us, at_us)
        opened.look(at_us)
        (found,) = opened.alerts.values()
    assert (found.detector, found.subjects[0]) == ("flooding", unit.code)
