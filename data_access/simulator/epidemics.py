"""Cases of notifiable diseases a week by ward, as FHIR summaries. Levels are real, wards a demo.

Of the last weeks, and of the same weeks of five years before, each ward is told; of all others only
the city. Now and then one ward has far more than it is used to.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from data_access.simulator.fhir_report import lines, strata
from data_access.simulator.order import Order, draws

DATASET, WRITTEN_AS = "health.epidemics", "fhir"
YEARS = 6  # this one, and the five the threshold is made of
TOLD_WEEKS = 4  # by ward
REPORTED_AFTER = timedelta(days=3)  # a week is known some days after its end
SPIKES = 0.7  # wards a week with far too many cases of one disease
SPIKE = (14, 45)  # cases


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease: cases a year in the city, and its months of a year."""

    name: str
    a_year: float
    season: tuple[int, ...]


# A year of 2025: dengue 6,516, hand-foot-mouth 6,182, measles 4,516, whooping cough 36.
DISEASES = (
    Disease("dengue", 5200, (10, 4, 4, 5, 8, 14, 28, 55, 96, 120, 104, 48)),
    Disease("hfmd", 5600, (20, 26, 60, 96, 90, 56, 40, 42, 74, 88, 62, 30)),
    Disease("measles", 2600, (70, 84, 100, 98, 80, 54, 34, 26, 24, 28, 40, 56)),
    Disease("pertussis", 60, (30, 30, 36, 40, 44, 40, 34, 30, 26, 24, 24, 26)),
)


def newest_week(order: Order) -> date:
    """Return the Monday of the newest week that has been reported."""
    known = order.today - REPORTED_AFTER - timedelta(days=7)
    return known - timedelta(days=known.weekday())


def weeks(order: Order) -> Iterator[tuple[date, bool]]:
    """Yield the Monday of every week, oldest first, and whether it is told by ward."""
    newest = newest_week(order)
    told = {(newest - timedelta(days=7 * back)).isocalendar().week for back in range(TOLD_WEEKS)}
    monday = date.fromisocalendar(newest.isocalendar().year - YEARS, 1, 1)
    first = newest.isocalendar().year - YEARS + 1
    while monday <= newest:
        year, week, _ = monday.isocalendar()
        yield monday, week in told and year >= first
        monday += timedelta(days=7)


def cases(order: Order, disease: Disease, monday: date, wards: np.ndarray) -> np.ndarray:
    """Return the cases of a week by ward; `wards` are their shares."""
    at = DISEASES.index(disease)
    year = float(draws(order.seed, "health.epidemics.year", monday.year, at).lognormal(0.0, 0.25))
    month = disease.season[monday.month - 1] / sum(disease.season) * 12
    draw = order.draws(monday.toordinal(), at)
    mean = disease.a_year / 52 * month * year * draw.lognormal(0.0, 0.12)
    found: np.ndarray = draw.poisson(mean * wards)
    if at < 2 and draw.random() < SPIKES / 2:
        found[int(draw.integers(len(wards)))] += int(draw.integers(*SPIKE))
    return found


def reports(order: Order) -> Iterator[dict[str, Any]]:
    """Yield a report a disease and week."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    people = np.array([unit.population or 60_000 for unit in units], float)
    shares = people * order.draws().lognormal(0.0, 0.5, len(units))
    shares /= shares.sum()
    for monday, by_ward in weeks(order):
        begins = order.instant(monday)
        ends = order.instant(monday + timedelta(days=7))
        for disease in DISEASES:
            found = cases(order, disease, monday, shares).tolist()
            counts = {unit.code: count for unit, count in zip(units, found, strict=True)}
            yield strata(
                f"https://cdchanoi.vn/fhir/Measure/weekly-{disease.name}",
                begins,
                ends,
                counts,
                by="ward" if by_ward else None,
                told=ends + REPORTED_AFTER,
            )


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one bulk export: a report a line."""
    yield order.path(".ndjson.gz"), gzip.compress(lines(reports(order)), mtime=0)
