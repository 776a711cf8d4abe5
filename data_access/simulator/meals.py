"""Meals at school a day and unit, kitchens checked and failed, suspected poisoning. A demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.schools import listed
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "education.meals", "sheet"
DAYS = 28  # whole weeks: a replay that loops keeps its weekdays
EATS = {"0": 0.98, "1": 0.72, "2": 0.25, "3": 0.05}  # share of the pupils who eat at school
PRESENT = (0.94, 0.02)  # share of them on a day, and how days differ
CHECKS, FAILED = 0.5, 0.07  # kitchens a unit and day, share that fails
POISONED_DAYS, POISONED = 0.0008, 9.0  # of a unit's days, and pupils


def rows(order: Order) -> Iterator[Row]:
    """Yield the days of school of the last DAYS days."""
    eaters: Counter[str] = Counter()
    for school in listed(order):
        eaters[school.unit.code] += round(school.pupils * EATS[school.level])
    for day in order.days(DAYS)[:-1]:
        if day_kind(day) != "workday":
            continue
        draw = order.draws(day.toordinal())
        here = min(0.99, PRESENT[0] + float(draw.normal(0.0, PRESENT[1])))
        for code in sorted(eaters):
            checked = int(draw.poisson(CHECKS))
            ill = int(draw.poisson(POISONED)) if draw.random() < POISONED_DAYS else 0
            row = {
                "time": day,
                "entity": code,
                "area": code,
                "meals_served": int(draw.binomial(eaters[code], here)),
                "poisoned": ill,
            }
            if checked:
                failed = int(draw.binomial(checked, FAILED))
                row |= {"kitchens_checked": checked, "kitchens_failed": failed}
            yield row


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one register."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
