"""The hotline's report of its calls: a row a branch, topic and half hour. A demo.

Topics are those of citizens' requests, and rise with rain and dust as they do; now and then one
topic is called about far more than usual.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.requests import CATEGORIES, HOURS
from data_access.simulator.sheets import Row, Sheet
from data_access.simulator.weather import pm25_level, rain_mm

DATASET, WRITTEN_AS = "feedback.calls", "sheet"
DAYS = 14
STEP_S = 1800
CALLS_A_DAY = {"workday": 1500.0, "weekend": 800.0, "holiday": 420.0}
BRANCHES = {"013": "Nhánh 2 - Thủ tục hành chính", "016": "Nhánh 3 - Tư vấn, hỗ trợ"}
FIRST_BRANCH = "Nhánh 1 - Phản ánh hiện trường"
HEAVIER = {"013": 9.0, "016": 12.0, "009": 2.0}  # what people rather call about than write
SURGES = 0.35  # of a topic, a day
SURGE = (3.5, 3)  # times the usual, for so many half hours on average
ABANDONED = (0.03, 0.35)  # share with few callers, and more with many
WAIT_S = 22.0  # mean, with few callers
BUSY = 60.0  # calls in half an hour from which people wait


def rows(order: Order) -> Iterator[Row]:
    """Yield the half hours of the last DAYS days and of what is to come, in which people called."""
    for day in order.days(DAYS, ahead=1):
        yield from _day(order, day)


def drawn(order: Order, day: date) -> dict[str, float]:
    """Return by topic how many times as much is called about on a day with its rain and dust."""
    wet = min(rain_mm(order.seed, day) / 25, 4.0)
    dusty = min(max(pm25_level(order.seed, day) / 80 - 1, 0.0), 1.5)
    more = {"": 1.0, "rain": 0.6 + wet, "dust": 1.0 + dusty}
    return {each.name: more[each.drawn_by] for each in CATEGORIES}


def _day(order: Order, day: date) -> Iterator[Row]:
    draw = order.draws(day.toordinal())
    steps = 86400 // STEP_S
    weights = np.array([each.weight * HEAVIER.get(each.code, 1.0) for each in CATEGORIES])
    weights = weights / weights.sum() * CALLS_A_DAY[day_kind(day)]
    hours = np.repeat(HOURS / HOURS.sum(), steps // 24) / (steps // 24)
    more = drawn(order, day)
    rates = np.outer(weights * [more[each.name] for each in CATEGORIES], hours)
    if draw.random() < SURGES:
        surging, begin = int(draw.integers(len(CATEGORIES))), int(draw.integers(14, steps - 8))
        rates[surging, begin : begin + 1 + draw.poisson(SURGE[1])] *= SURGE[0]
    calls = draw.poisson(rates)
    crowd = np.clip(calls.sum(axis=0) / BUSY, 0.0, 3.0)
    lost = draw.binomial(calls, np.clip(ABANDONED[0] + ABANDONED[1] * crowd / 3, 0, 0.6))
    waits = calls * WAIT_S * (1 + crowd**2) * draw.gamma(6.0, 1 / 6, calls.shape)
    for step in range(steps):
        at = order.instant(day, step * STEP_S)
        if at > order.horizon:
            return
        for number, topic in enumerate(CATEGORIES):
            if calls[number, step]:
                yield {
                    "entity": (BRANCHES.get(topic.code, FIRST_BRANCH), topic.name),
                    "time": at,
                    "calls": int(calls[number, step]),
                    "calls_abandoned": int(lost[number, step]),
                    "calls_wait_s": round(float(waits[number, step])),
                }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one table."""
    written = Sheet(order.contract, order.city).write(rows(order))
    yield order.path(".csv.gz"), gzip.compress(written, mtime=0)
