"""What people report, log in to and inspect: amounts, shapes over the day, and states."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from data_access.simulator import inspections, logins, requests
from data_access.simulator.order import Order
from data_access.simulator.weather import rain_mm

FRIDAY, SUNDAY, HOLIDAY = date(2026, 11, 20), date(2026, 11, 22), date(2026, 9, 2)


@pytest.fixture(scope="module")
def month(order: Callable[..., Order]) -> list[dict[str, str]]:
    ((_, content),) = requests.files(order("feedback.requests"))
    found: list[dict[str, str]] = json.loads(content)
    return found


def hours(request: dict[str, str], start: str, end: str) -> float:
    gap = datetime.fromisoformat(request[end]) - datetime.fromisoformat(request[start])
    return gap.total_seconds() / 3600


def test_most_of_a_month_s_requests_are_closed(month: list[dict[str, str]]) -> None:
    states = Counter(request["status"] for request in month)
    assert 0.74 <= states["closed"] / len(month) <= 0.9  # San Francisco 0.74, iHanoi 0.89
    assert states["open"] + states["closed"] == len(month) - 1  # one state is unknown


def test_handling_takes_as_long_as_measured(month: list[dict[str, str]]) -> None:
    closed = [request for request in month if request["status"] == "closed"]
    took = [hours(request, "requested_datetime", "updated_datetime") for request in closed]
    assert np.quantile(took, (0.25, 0.5, 0.75)) == pytest.approx((16, 30, 93), rel=0.25)
    assert 0 < sum(each < 0 for each in took) < 0.01 * len(took)
    assert min(took) >= -11


def test_on_time_is_less_than_handled(month: list[dict[str, str]]) -> None:
    closed = [request for request in month if request["status"] == "closed"]
    late = [
        request for request in closed if hours(request, "expected_datetime", "updated_datetime") > 0
    ]
    assert 0.15 < len(late) / len(closed) < 0.5


def test_the_first_category_has_a_third_the_second_a_tenth(month: list[dict[str, str]]) -> None:
    (_, first), (_, second), *_ = Counter(r["service_name"] for r in month).most_common()
    assert first / len(month) == pytest.approx(0.31, abs=0.05)
    assert second / len(month) == pytest.approx(0.11, abs=0.04)


def test_codes_are_text_and_ids_differ(month: list[dict[str, str]]) -> None:
    assert all(isinstance(r["service_code"], str) for r in month)
    assert len({r["service_request_id"] for r in month}) == len(month)


def test_a_later_lake_closes_requests_and_changes_nothing_else(order: Callable[..., Order]) -> None:
    day = FRIDAY
    now = order("feedback.requests")
    then = order("feedback.requests", until=now.until + timedelta(days=30))
    before, after = requests.day_requests(now, day), requests.day_requests(then, day)
    mutable = {"status", "status_notes", "updated_datetime", "extended_attributes"}
    assert [{k: v for k, v in r.items() if k not in mutable} for r in before] == [
        {k: v for k, v in r.items() if k not in mutable} for r in after
    ]
    assert sum(r["status"] == "open" for r in after) < sum(r["status"] == "open" for r in before)


def test_a_day_of_rain_brings_reports_of_floods(order: Callable[..., Order]) -> None:
    one = order("feedback.requests", seed=3)
    days = [date(2026, 7, 1) + timedelta(days=n) for n in range(80)]
    wettest = max(days, key=lambda day: rain_mm(3, day))
    dry = next(day for day in days if rain_mm(3, day) == 0 and day.weekday() < 5)

    def flooded(day: date) -> float:
        found = requests.day_requests(one, day)
        return sum(r["service_code"] == "004" for r in found) / len(found)

    assert rain_mm(3, wettest) > 40
    assert flooded(wettest) > 2 * flooded(dry)


def test_people_sleep_and_rest(order: Callable[..., Order]) -> None:
    one = order("feedback.requests")
    assert len(requests.day_requests(one, FRIDAY)) > len(requests.day_requests(one, HOLIDAY))
    opened = [
        datetime.fromisoformat(r["requested_datetime"]).hour
        for day in one.days(20)
        for r in requests.day_requests(one, day)
    ]
    assert 8 <= np.median(opened) <= 16
    assert sum(hour < 5 for hour in opened) < 0.05 * len(opened)


def test_officers_sign_in_on_workdays_while_guessing_never_rests(
    order: Callable[..., Order],
) -> None:
    one = order("security.logins")

    def count(day: date, words: str) -> int:
        return sum(words in message for _, _, message in logins.day_events(one, day))

    assert count(FRIDAY, "Accepted") > 4 * count(SUNDAY, "Accepted")
    assert count(SUNDAY, "Failed") > 200


def test_guesses_come_in_bursts_too(order: Callable[..., Order]) -> None:
    one = order("security.logins")
    peaks = []
    for day in one.days(7)[:-1]:
        at = [second for second, _, message in logins.day_events(one, day) if "Failed" in message]
        peaks.append(int(np.histogram(at, bins=144, range=(0, 86400))[0].max()))
    assert max(peaks) > 40  # in ten minutes; 3 is usual


def test_log_addresses_belong_to_nobody(order: Callable[..., Order]) -> None:
    one = order("security.logins")
    for _, _, message in logins.day_events(one, FRIDAY):
        address = message.partition(" from ")[2].partition(" ")[0]
        assert address.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "10.24."))


def test_teams_inspect_on_workdays_only(order: Callable[..., Order]) -> None:
    one = order("food.safety")
    assert list(inspections.day_rows(one, SUNDAY)) == []
    assert list(inspections.day_rows(one, HOLIDAY)) == []
    assert len(list(inspections.day_rows(one, FRIDAY))) > 20


def test_about_one_premises_in_seven_is_in_breach(order: Callable[..., Order]) -> None:
    one = order("food.safety")
    rows = [row for day in one.days(60) for row in inspections.day_rows(one, day)]
    seen, wrong = sum(int(row[4]) for row in rows), sum(int(row[5]) for row in rows)
    assert 0.08 < wrong / seen < 0.2
    assert all(int(row[5]) <= int(row[4]) for row in rows)


def test_campaigns_bring_more_visits(order: Callable[..., Order]) -> None:
    one = order("food.safety")

    def visits(first: date) -> int:
        days = [first + timedelta(days=n) for n in range(14)]
        return sum(len(list(inspections.day_rows(one, day))) for day in days)

    assert visits(date(2026, 9, 7)) > 1.3 * visits(date(2026, 7, 6))
