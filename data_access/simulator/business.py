"""Firms registered, dissolved, suspended and back, a row a month, unit and section. A demo by unit.

The city's sum is what was published (32,400 new firms in 2025); how it is spread over units and
sections is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "economy.business", "sheet"
MONTHS = 13
# A month of each in the whole city, and how it swings with the season: much ends in January.
LEVELS = {"firms_new": 2700.0, "firms_dissolved": 420.0, "firms_suspended": 1300.0,
          "firms_returned": 820.0}  # fmt: skip
SEASON = {
    "firms_new": (0.8, 0.7, 1.1, 1.05, 1.05, 1.1, 1.0, 1.0, 1.0, 1.05, 1.05, 1.1),
    "firms_suspended": (2.6, 1.0, 0.9, 0.85, 0.8, 0.8, 0.85, 0.8, 0.8, 0.8, 0.8, 1.0),
}
SECTIONS = {
    "A": 0.6, "B": 0.1, "C": 11.0, "D": 0.4, "E": 0.6, "F": 10.5, "G": 37.0, "H": 5.0, "I": 4.5,
    "J": 6.0, "K": 0.9, "L": 4.0, "M": 9.5, "N": 5.5, "P": 2.4, "Q": 0.6, "R": 0.7, "S": 0.7,
}  # fmt: skip
INNER = 4.0  # times as many firms a person in the middle of the city as at its edge


def weights(order: Order) -> np.ndarray:
    """Return the share of each unit and section, shape (units, sections)."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    people = np.array([unit.population or 60_000 for unit in units], float)
    centre = order.city.centre
    far = np.array([np.hypot(u.lat - centre.lat, u.lon - centre.lon) for u in units])
    pull = 1 + (INNER - 1) * np.exp(-far / 0.06)
    own = order.draws().lognormal(0.0, 0.3, (len(units), len(SECTIONS)))
    shares = (people * pull)[:, None] * np.array(list(SECTIONS.values())) * own
    found: np.ndarray = shares / shares.sum()
    return found


def rows(order: Order) -> Iterator[Row]:
    """Yield every month's rows, oldest month first; noughts are left blank."""
    shares = weights(order)
    units = sorted(unit.code for unit in order.city.areas)
    for month in reversed(published_months(order.today, count=MONTHS)):
        counts = [_counts(order, name, shares, month) for name in LEVELS]
        for at, code in enumerate(units):
            for number, section in enumerate(SECTIONS):
                here = {
                    name: int(each[at, number])
                    for name, each in zip(LEVELS, counts, strict=True)
                    if each[at, number]
                }
                if here:
                    at_once = {"time": date(month.year, month.number, 1), "area": code}
                    yield {**at_once, "entity": (code, section), **here}


def _counts(order: Order, name: str, shares: np.ndarray, month: Month) -> np.ndarray:
    season = SEASON.get(name, (1.0,) * 12)[month.number - 1]
    growth = 1.06 ** (month.year - 2025)
    draw = order.draws(list(LEVELS).index(name) + 1, month.year, month.number)
    found: np.ndarray = draw.poisson(LEVELS[name] * season * growth * shares)
    return found


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of all months."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
