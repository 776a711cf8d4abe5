"""Dengue cases a month as OpenDengue publishes them: one quoted row a month of one province."""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from data_access.simulator.order import Order, draws

FORMAT = "opendengue"
YEARS = 8  # the threshold is made of the five years before
OWN = "HA NOI CITY"  # where the contract names no city
REPORTED_AFTER = timedelta(days=12)  # a month is known some days after its end
HEADINGS = (
    "adm_0_name", "adm_1_name", "adm_2_name", "full_name", "ISO_A0", "FAO_GAUL_code",
    "RNE_iso_code", "IBGE_code", "calendar_start_date", "calendar_end_date", "Year",
    "dengue_total", "case_definition_standardised", "S_res", "T_res", "UUID", "region",
)  # fmt: skip

# Hanoi's mean month: nothing in spring, then the peak of October and November.
SEASON = (40, 7, 6, 8, 14, 35, 90, 190, 370, 509, 451, 190)
QUIET_YEAR = (31, 767)  # cases of a year without an outbreak …
OUTBREAK_YEAR = (2353, 3348)  # … and with one, which comes one year in three
OUTBREAK_SHARE = 1 / 3


def year_cases(seed: int, year: int) -> float:
    """Return the level of the year's epidemic, cases a year."""
    draw = draws(seed, "health.dengue.year", year)
    low, high = OUTBREAK_YEAR if draw.random() < OUTBREAK_SHARE else QUIET_YEAR
    return float(draw.uniform(low, high))


def month_cases(order: Order, month: date) -> int:
    """Return the cases of the month that begins on `month`."""
    expected = year_cases(order.seed, month.year) * SEASON[month.month - 1] / sum(SEASON)
    draw = order.draws(month.year, month.month)
    return int(draw.poisson(expected * draw.lognormal(0.0, 0.2)))


def months(order: Order) -> Iterator[date]:
    """Yield the first days of the reported months, YEARS full years and what is known of this."""
    known = order.today - REPORTED_AFTER
    for year in range(known.year - YEARS, known.year + 1):
        for number in range(1, 13):
            month = date(year, number, 1)
            if _last_day(month) <= known:
                yield month


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one file of all months."""
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    rows.writerow(HEADINGS)
    city = next(iter(order.contract.source.options.get("city_names", ())), OWN)
    for month in months(order):
        row = [
            "VIET NAM", city, "NA", f"VIET NAM, {city}", "VNM", 1012401, "VN-HN", "NA",
            month.isoformat(), _last_day(month).isoformat(), month.year, month_cases(order, month),
            "Total", "Admin1", "Month", "SIMULATED", "WPRO",
        ]  # fmt: skip
        rows.writerow(row)
    yield order.path(".csv"), text.getvalue().replace('"NA"', "NA").encode()
