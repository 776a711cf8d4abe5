"""Outbreaks for the labelled replay: weeks of wards, and years of a city's dengue."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from analytics.detection import outbreak
from analytics.detection.alerts import seen
from analytics.detection.book import Alert, Book, fold
from analytics.detection.outbreak import Outbreak, Week
from analytics.detection.plan import Plan
from analytics.detection.track import DAY_US, Spot
from benchmarks.detection_case import Case, Draw, Text, detector
from benchmarks.injection import Truth
from data_access.city import City
from data_access.simulator.epidemics import DISEASES

WEEK_US = 7 * DAY_US


def clusters(plan: Plan, city: City, draws: Draw) -> Case:
    """Return weeks of wards, every other one with a cluster of its own."""
    options = detector(plan, Outbreak)
    units = sorted(city.areas, key=lambda unit: unit.code)
    spots = {unit.code: Spot(unit.name, unit.lat, unit.lon, unit.code) for unit in units}
    draw = np.random.default_rng(draws.seed)
    shares = np.array([unit.population or 60_000 for unit in units], float)
    shares = shares / shares.sum()
    mean = DISEASES[0].a_year / 52
    weeks, truths = [], []
    for number in range(60):
        at_us = number * WEEK_US
        counts = draw.poisson(mean * 1.2 * shares).astype(float)
        if number % 2:
            centre = units[int(draw.integers(len(units)))]
            near = sorted(
                units, key=lambda u: (u.lat - centre.lat) ** 2 + (u.lon - centre.lon) ** 2
            )
            inside = [units.index(unit) for unit in near[:4]]
            counts[inside] += draw.poisson(6.0, 4)
            names = tuple(units[at].code for at in inside)
            truths.append(Truth("cluster", False, names, at_us, at_us + WEEK_US - 1))
        usual = mean * shares * draw.lognormal(0, 0.1, len(units))  # five years know it so well
        weeks.append(_week(at_us, dict(zip(spots, counts.tolist(), strict=True)),
                           dict(zip(spots, usual.tolist(), strict=True)), spots))  # fmt: skip
    return Case(
        "clusters",
        {"vi": "Cụm ca bệnh theo phường", "en": "clusters of cases"},
        None,
        {"vi": "60 tuần, 126 phường xã (mô phỏng)", "en": "60 weeks of 126 units (simulated)"},
        "series",
        truths,
        lambda: _weekly(options, weeks),
    )


def epidemics(plan: Plan, path: Path, draws: Draw, *, series: Text) -> Case:
    """Return years of dengue; put into months that were not above their threshold."""
    options = detector(plan, Outbreak)
    by_month = _months(path)

    def month(key: tuple[int, int], cases: float) -> Week:
        at = datetime(key[0], key[1], 1, tzinfo=UTC)
        before = [by_month.get((key[0] - n, key[1])) for n in range(1, 6)]
        return replace(
            _week(round(at.timestamp()) * 1_000_000, {}, {}, {}), city=cases, before=before
        )

    plain = [key for key in sorted(by_month) if None not in month(key, 0.0).before]
    quiet = [key for key in plain if not outbreak.find(options, month(key, by_month[key]))]
    draw = np.random.default_rng(draws.seed)
    chosen = {quiet[at] for at in draw.permutation(len(quiet))[: len(quiet) // 3].tolist()}
    weeks, truths = [], []
    for key in quiet:
        cases = by_month[key]
        if key in chosen:
            known = [each for each in month(key, 0.0).before if each is not None]
            cases = max(cases, *known, 10.0) * float(draw.uniform(1.3, 3.0))
            at_us = month(key, cases).at_us
            truths.append(Truth("epidemic", False, ("city",), at_us, at_us + 20 * DAY_US))
        weeks.append(month(key, cases))
    return Case(
        "epidemics",
        {"vi": "Dịch toàn thành phố", "en": "epidemics of the city"},
        None,
        series,
        "draws" if draws.is_tuning else "series",
        truths,
        lambda: _weekly(options, weeks),
    )


def _months(path: Path) -> dict[tuple[int, int], float]:
    """Return the cases told by month; of months told by weeks alone, those of four weeks."""
    told: dict[tuple[int, int], float] = {}
    weeks: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["calendar_start_date"])
            if row["dengue_total"] in ("", "NA"):
                continue
            if row["T_res"] == "Month":
                told[day.year, day.month] = float(row["dengue_total"])
            elif row["T_res"] == "Week":
                weeks[day.year, day.month].append(float(row["dengue_total"]))
    by_weeks = {key: sum(cases[:4]) for key, cases in weeks.items() if len(cases) >= 4}
    return {**by_weeks, **told}


def _week(
    at_us: int, units: dict[str, float], usual: dict[str, float], spots: dict[str, Spot]
) -> Week:
    name = {"vi": "tuần", "en": "week"}
    return Week(
        at_us, name, {"vi": "Sốt xuất huyết", "en": "Dengue"}, None, [], units, usual, spots
    )


def _weekly(options: Outbreak, weeks: Sequence[Week]) -> list[Alert]:
    """Return the alerts of weeks that are looked at one after another."""
    book, lives = Book(), {}
    for week in weeks:
        now_ms = week.at_us / 1000 + 1
        found = [
            seen(each, lambda at: at / 1000, source={}) for each in outbreak.find(options, week)
        ]
        book = fold(book, found, looked_ms={options.id: week.at_us / 1000}, now_ms=now_ms,
                    forget_ms={options.id: 1e12})  # fmt: skip
        lives |= {alert.id: alert for alert in (*book.open, *book.ended[:5])}
    return list(lives.values())
