"""Thống nhất, consistent: the data agrees with itself and with what others say of the same.

- contradictions: rows that were not refused because they contradict themselves.
- sums, running, at_most, sources: comparisons of the contract's `reconcile` that agree, of those
  that could be made: totals and their parts; year to date and its months; a figure and its bound;
  another dataset's figure of the same unit and day.

That an indicator has one definition only is held at the start: a second one is refused (city.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from data_access.contracts import CITY_AREA
from data_access.criteria.part import Check, Evidence, Part, Subject
from data_access.criteria.reasons import CONTRADICTIONS, refused
from data_access.promises import NeverMore, PartsAgree, RunningAgrees, SourcesAgree
from data_access.rollup import DAY
from data_access.store import measures

DAYS = 31  # before the newest, that sources are compared over
YEARS = 2  # before the newest, that sums are compared over
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
    figures = _figures(subject, rule.indicator, [rule.total, *rule.parts])
    for (entity, day), total in sorted(figures.items()):
        parts = [figures.get((part, day)) for part in rule.parts]
        if entity != rule.total or None in parts:
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
    bounds = _figures(subject, rule.of)
    for (entity, day), figure in sorted(_figures(subject, rule.indicator).items()):
        bound = bounds.get((entity, day))
        if bound is not None:
            why = _evidence(subject, rule.indicator, entity, day, figure, bound)
            yield figure <= bound, why


def _sources(subject: Subject, rule: SourcesAgree) -> Compared:
    if subject.snapshot.current(rule.dataset) is None:
        return
    last = measures.day_of(subject.newest_us or 0, subject.city.zone)
    ours, theirs = (
        measures.by_area(subject.snapshot, dataset, indicator, (last - DAYS, last))
        for dataset, indicator in (
            (subject.contract.id, rule.indicator),
            (rule.dataset, rule.of),
        )
    )
    both = sorted(ours.keys() & theirs.keys())
    units = [key for key in both if key[0] != CITY_AREA]
    for area, day in units or both:  # the city's figure is made of those of its units
        figure, told = ours[area, day], theirs[area, day]
        yield _agrees(subject, rule, area, day, figure, told)


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
    return is_same, _evidence(subject, rule.indicator, name, day, figure, told)


def _evidence(
    subject: Subject, indicator: str, name: str, day: int, figure: float, told: float
) -> Evidence:
    return {
        "kind": "comparison",
        "id": name,
        "indicator": indicator,
        "day": subject.day(measures.slot_us(DAY, day, subject.city.zone)),
        "value": round(figure, 6),
        "told": round(told, 6),
    }


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
