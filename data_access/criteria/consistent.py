"""Thống nhất, consistent: the data agrees with itself and with what others say of the same.

- contradictions: rows that were not refused because they contradict themselves.
- sums, running, at_most, sources: comparisons of the contract's `reconcile` that agree, of those
  that could be made: totals and their parts; year to date and its months; a figure and its bound;
  another dataset's figure of the same unit and day (of counts: of the same unit and month).

That an indicator has one definition only is held at the start: a second one is refused (city.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from data_access.contracts import CITY_AREA, DatasetContract
from data_access.criteria.part import Check, Evidence, Part, Subject
from data_access.criteria.reasons import CONTRADICTIONS, refused
from data_access.promises import (
    NeverMore,
    PartsAgree,
    Reconciliation,
    RunningAgrees,
    SourcesAgree,
)
from data_access.rollup import DAY, HOUR, HOUR_US
from data_access.store import measures
from data_access.store.series import AREA

DAYS = 31  # before the newest, that sources, and hours with their bounds, are compared over
YEARS = 2  # before the newest, that sums, and days with their bounds, are compared over
DAY_S = 86_400
SHORTEST_MONTH, LONGEST_MONTH = 28, 31  # days
EPOCH = date(1970, 1, 1)
Compared = Iterator[tuple[bool, Evidence]]
ByEntity = dict[tuple[str, int], float]  # (entity, day) -> mean


def contradictions(subject: Subject) -> Sequence[Part]:
    """Return contradictions."""
    reading = measures.reading(subject.snapshot, subject.contract.id)
    return [refused("contradictions", reading.accepted, reading.rejected, CONTRADICTIONS)]


def reconciled(subject: Subject) -> Sequence[Part]:
    """Return a part for each kind of rule the contract has; several of a kind are one part."""
    if subject.newest_us is None:
        return []
    found: dict[str, list[tuple[bool, Evidence]]] = {}
    for rule in subject.contract.reconcile:
        name, compare = _RULES[rule.rule]
        found.setdefault(name, []).extend(compare(subject, rule))
    return [
        Part.of(name, sum(ok for ok, _ in pairs), len(pairs), [why for ok, why in pairs if not ok])
        for name, pairs in found.items()
    ]


def _sums(subject: Subject, rule: PartsAgree) -> Compared:
    totals = _figures(subject, rule.indicator, [rule.total])
    figures = _figures(subject, rule.of or rule.indicator, rule.parts)
    for (entity, day), total in sorted(totals.items()):
        parts = [figures.get((part, day)) for part in rule.parts]
        if None in parts:
            continue
        told = sum(part for part in parts if part is not None)
        yield _agrees(subject, rule, entity, day, total, told)


def _running(subject: Subject, rule: RunningAgrees) -> Compared:
    to_date = _figures(subject, rule.indicator)
    by_month: dict[tuple[str, int, int], float] = {}
    for (entity, day), figure in _figures(subject, rule.of).items():
        at = EPOCH + timedelta(days=day)
        by_month[entity, at.year, at.month] = figure
    for (entity, day), total in sorted(to_date.items()):
        at = EPOCH + timedelta(days=day)
        months = [by_month.get((entity, at.year, month)) for month in range(1, at.month + 1)]
        if None not in months:
            told = sum(month for month in months if month is not None)
            yield _agrees(subject, rule, entity, day, total, told)


def _at_most(subject: Subject, rule: NeverMore) -> Compared:
    """Compare slot by slot; of what comes more often than daily, by the hour.

    Where one of the two was told more often than the other, as when a value was refused, they are
    not of the same times, and nothing is said of the slot.
    """
    step, within = _steps(subject)
    contract = subject.contract.id
    figures, bounds = (
        subject.snapshot.cells(contract, name, step, within) for name in (rule.indicator, rule.of)
    )
    at = {key: n for n, key in enumerate(zip(bounds.name, bounds.slot.tolist(), strict=True))}
    keys = zip(figures.name, figures.slot.tolist(), strict=True)
    for (entity, slot), n in sorted((key, n) for n, key in enumerate(keys)):
        other = at.get((entity, slot))
        if other is None or figures.rows[n] != bounds.rows[other]:
            continue
        # Where no value is above its bound, neither is the mean, the highest or the lowest.
        pairs = [
            (float(of_figure[n]), float(of_bound[other]))
            for of_figure, of_bound in (
                (figures.mean, bounds.mean),
                (figures.high, bounds.high),
                (figures.low, bounds.low),
            )
        ]
        above = next((pair for pair in pairs if pair[0] > pair[1]), None)
        day = measures.day_of(slot * HOUR_US, subject.city.zone) if step == HOUR else slot
        yield above is None, _evidence(subject, rule, entity, day, *(above or pairs[0]))


def _steps(subject: Subject) -> tuple[int, tuple[int, int]]:
    """Return by which step a figure and its bound are compared, and the first and last slot."""
    newest_us = subject.newest_us or 0
    if subject.contract.cadence_s < DAY_S:
        last = newest_us // HOUR_US
        return HOUR, (last - DAYS * 24, last)
    last = measures.day_of(newest_us, subject.city.zone)
    return DAY, (last - YEARS * 366, last)


def _sources(subject: Subject, rule: SourcesAgree) -> Compared:
    if not _happened_together(subject, rule.dataset):
        return
    last = measures.day_of(subject.newest_us or 0, subject.city.zone)
    sides = (
        (subject.contract, rule.indicator),
        (subject.city.datasets[rule.dataset], rule.of),
    )
    if rule.counts:
        ours, theirs = (_by_month(subject, of, name, last) for of, name in sides)
    else:
        ours, theirs = (
            measures.by_area(subject.snapshot, of.id, name, (last - DAYS, last))
            for of, name in sides
        )
    both = sorted(ours.keys() & theirs.keys())
    units = [key for key in both if key[0] != CITY_AREA]
    for area, day in units or both:  # the city's figure is made of those of its units
        yield _agrees(subject, rule, area, day, ours[area, day], theirs[area, day])


def _happened_together(subject: Subject, dataset: str) -> bool:
    """Tell whether days of another dataset are the same days, of the same world."""
    mine, other = subject.current, subject.snapshot.current(dataset)
    at_us = subject.newest_us
    if mine is None or other is None or at_us is None:
        return False
    apart_us = abs(mine.timeline.source(at_us) - other.timeline.source(at_us))
    return "simulated" not in (mine.origin, other.origin) and apart_us < HOUR_US


def _by_month(subject: Subject, of: DatasetContract, indicator: str, last: int) -> ByEntity:
    """Return the counts of each (area, first day of a month), of months that are whole."""
    days = max(1, round(of.cadence_s / DAY_S))
    is_monthly = days >= SHORTEST_MONTH
    within = last - YEARS * 366, last + LONGEST_MONTH
    cells = subject.snapshot.cells(of.id, indicator, DAY, within, kind=AREA)
    if not len(cells):
        return {}
    found: ByEntity = {}
    for name, slot, total in zip(
        cells.name.tolist(), cells.slot.tolist(), cells.sum.tolist(), strict=True
    ):
        for day in (slot,) if is_monthly else range(slot, slot + days):
            key = name, _month_of(day)
            found[key] = found.get(key, 0.0) + (total if is_monthly else total / days)
    begins, ends = int(cells.slot.min()), int(cells.slot.max()) + days
    return {
        (name, month): told
        for (name, month), told in found.items()
        if is_monthly or (begins <= month and _month_of(month + LONGEST_MONTH) <= ends)
    }


def _month_of(day: int) -> int:
    """Return the first day of a day's month."""
    return (EPOCH + timedelta(days=day)).replace(day=1).toordinal() - EPOCH.toordinal()


def _figures(subject: Subject, indicator: str, names: Sequence[str] | None = None) -> ByEntity:
    last = measures.day_of(subject.newest_us or 0, subject.city.zone)
    first = last - YEARS * 366
    return measures.by_entity(
        subject.snapshot, subject.contract.id, indicator, (first, last), names
    )


def _agrees(
    subject: Subject,
    rule: PartsAgree | RunningAgrees | SourcesAgree,
    name: str,
    day: int,
    figure: float,
    told: float,
) -> tuple[bool, Evidence]:
    margin = rule.tolerance * max(abs(figure), abs(told))
    is_same = abs(figure - told) <= max(margin, 1e-6)
    return is_same, _evidence(subject, rule, name, day, figure, told)


def _evidence(
    subject: Subject, rule: Reconciliation, name: str, day: int, figure: float, told: float
) -> Evidence:
    """Return a comparison; of too few people to be told it has no figures."""
    other = subject.city.datasets[rule.dataset] if rule.rule == "source" else subject.contract
    least = max(
        subject.contract.masks.indicators.get(rule.indicator, 0),
        other.masks.indicators.get(rule.of or "", 0),
    )
    found: dict[str, Any] = {
        "kind": "comparison",
        "id": name,
        "indicator": rule.indicator,
        "day": subject.day(measures.slot_us(DAY, day, subject.city.zone)),
    }
    if min(figure, told) >= least:
        found |= {"value": round(figure, 6), "told": round(told, 6)}
    return found


_RULES: dict[str, tuple[str, Callable[[Subject, Any], Compared]]] = {
    "parts": ("sums", _sums),
    "running": ("running", _running),
    "at-most": ("at_most", _at_most),
    "source": ("sources", _sources),
}

CHECKS = (
    Check("consistent", contradictions),
    Check("consistent", reconciled, heavy=True),
)
