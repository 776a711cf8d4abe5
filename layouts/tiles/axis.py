"""Ticks of a chart: round values, and local times in the words people use for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import language as lang
from layouts.tiles.measure import width_u

HOUR_MS = 3_600_000.0
DAY_MS = 24 * HOUR_MS
AIR = 0.4  # between the words of two ticks, of their size


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what is written there."""

    at: float
    text: str


def value_ticks(low: float, high: float, *, most: int = 4, least: float = 0.0) -> list[float]:
    """Return round values at or around [low, high], at most `most` + 1, evenly spaced.

    They are `least` apart or more: what figures are told to, a round value itself.
    """
    span = high - low
    if span <= 0:
        span = abs(high) or 1.0
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
    step = max(step, least)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, max(last, first + 1) + 1)]


def decimals_of(ticks: list[float]) -> int:
    """Return how many decimals write all of `ticks` exactly (three at most)."""
    return next(
        (places for places in range(4) if all(round(t, places) == round(t, 9) for t in ticks)), 3
    )


def time_ticks(
    first_ms: float,
    last_ms: float,
    *,
    width: float,
    size_u: float,
    timezone: str,
    language: str,
    step: str | None = None,
) -> list[Tick]:
    """Return ticks between two instants, as dense as their words leave air in `width` units.

    `step` ("hour", "day", "month") is how the series counts: monthly figures get no days.
    """
    zone = ZoneInfo(timezone)
    span_ms = max(last_ms - first_ms, 1.0)
    ladder = _ladder(step, language, timezone)
    for stride_ms, begin, further, words in ladder:
        if span_ms / stride_ms > 200:
            continue
        ticks = _walk(first_ms, last_ms, zone, begin, further, words)
        widest = max((width_u(tick.text, size_u) for tick in ticks), default=0.0)
        apart = min((b.at - a.at for a, b in pairwise(ticks)), default=span_ms) / span_ms * width
        fits = len(ticks) * (widest + size_u) <= width * max(1.0, len(ticks) * stride_ms / span_ms)
        if fits and apart >= widest + AIR * size_u:
            return ticks
    return _walk(first_ms, last_ms, zone, *ladder[-1][1:])


Stepper = Callable[[datetime], datetime]
Words = Callable[[datetime], str]


def _ladder(
    step: str | None, language: str, timezone: str
) -> list[tuple[float, Stepper, Stepper, Words]]:
    def clock(at: datetime) -> str:
        if at.hour == 0:
            return lang.date(at, language=language, timezone=timezone, style="short")
        return lang.time(at, language=language, timezone=timezone)

    def day(at: datetime) -> str:
        return lang.date(at, language=language, timezone=timezone, style="short")

    def month(at: datetime) -> str:
        return lang.month(at, language=language, timezone=timezone)

    def year(at: datetime) -> str:
        return str(at.year)

    rungs: list[tuple[float, Stepper, Stepper, Words]] = []
    if step not in ("day", "month"):
        rungs += [
            (hours * HOUR_MS, _hours_begin(hours), _plus(hours=hours), clock)
            for hours in (1, 2, 3, 6, 12)
        ]
    if step != "month":
        rungs += [
            (days * DAY_MS, _day_begin, _plus(days=days), day) for days in (1, 2, 3, 5, 7, 10, 14)
        ]
    rungs += [
        (months * 30 * DAY_MS, _month_begin(months), _months(months), month)
        for months in (1, 2, 3, 6)
    ]
    rungs += [
        (years * 365 * DAY_MS, _year_begin(years), _months(12 * years), year)
        for years in (1, 2, 5, 10)
    ]
    return rungs


def _walk(
    first_ms: float, last_ms: float, zone: ZoneInfo, begin: Stepper, further: Stepper, words: Words
) -> list[Tick]:
    at = begin(datetime.fromtimestamp(first_ms / 1000, UTC).astimezone(zone))
    ticks: list[Tick] = []
    for _ in range(400):
        at_ms = at.timestamp() * 1000
        if at_ms > last_ms:
            break
        if at_ms >= first_ms:
            ticks.append(Tick(at_ms, words(at)))
        at = further(at)
    return ticks


def _hours_begin(hours: int) -> Stepper:
    return lambda at: at.replace(hour=at.hour - at.hour % hours, minute=0, second=0, microsecond=0)


def _day_begin(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _month_begin(months: int) -> Stepper:
    return lambda at: _day_begin(at.replace(day=1, month=(at.month - 1) // months * months + 1))


def _year_begin(years: int) -> Stepper:
    return lambda at: _day_begin(at.replace(day=1, month=1, year=at.year - at.year % years))


def _plus(*, hours: int = 0, days: int = 0) -> Stepper:
    return lambda at: at + timedelta(hours=hours, days=days)


def _months(months: int) -> Stepper:
    def further(at: datetime) -> datetime:
        index = at.year * 12 + at.month - 1 + months
        return at.replace(year=index // 12, month=index % 12 + 1)

    return further
