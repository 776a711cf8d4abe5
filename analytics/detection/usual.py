"""What is usual at an hour: the median of the same hour of the week before, and how far it varies.

Of the same hour of the same weekday where there are enough weeks, else of all days of its kind
(working day, weekend, holiday). Only days before the one asked about count, so that what happens
now does not become usual while it happens. Of what is played again the kind of a day is that of
the day it was recorded on. Pure; the calendar is an argument.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from analytics.detection.track import HOUR_US, Floats, Track
from data_access.envelope import Text

DayKind = Literal["workday", "weekend", "holiday"]
KindOf = Callable[[date], DayKind]
Basis = Literal["weekday", "workday", "weekend", "holiday"]

LEAST_WEEKS = 3  # of the same weekday, for it to be judged by itself
LEAST_DAYS = 2  # of a kind, for anything to be judged
LEAST_TO_TRIM = 4  # counts, of which the highest is left out
FEW = 2.0  # days: with so many, the spread is taken for twice what it was
TO_DEVIATION = 1.4826  # of the median absolute deviation, for a normal distribution
WEEKDAYS: tuple[tuple[str, str], ...] = (
    ("thứ Hai", "Monday"), ("thứ Ba", "Tuesday"), ("thứ Tư", "Wednesday"),
    ("thứ Năm", "Thursday"), ("thứ Sáu", "Friday"), ("thứ Bảy", "Saturday"),
    ("Chủ nhật", "Sunday"),
)  # fmt: skip
KINDS: dict[str, tuple[str, str]] = {
    "workday": ("ngày làm việc", "working days"),
    "weekend": ("cuối tuần", "weekends"),
    "holiday": ("ngày lễ", "holidays"),
}


@dataclass(frozen=True)
class Usual:
    """What is usual of each entity at one hour: arrays by entity, NaN where it is not known."""

    middle: Floats
    spread: Floats  # a robust standard deviation
    basis: Basis
    hour: int  # local, 0 to 23
    weekday: int  # Monday is 0

    @property
    def when(self) -> Text:
        """Say of which hours it is: `thứ Hai 8 giờ`."""
        vi, en = WEEKDAYS[self.weekday] if self.basis == "weekday" else KINDS[self.basis]
        return {"vi": f"{vi} {self.hour} giờ", "en": f"{en} {self.hour} h"}


@dataclass
class Profile:
    """The hours that were, by entity: what is usual follows from them. Hours are of UTC."""

    hours: Track  # one step an hour
    zone: ZoneInfo
    kind_of: KindOf
    least_spread: float = 0.0  # so that a series that hardly varies is not judged by nothing
    least_share: float = 0.0  # … of the middle
    recorded_us: Callable[[int], int] = lambda at_us: at_us  # when what plays then was recorded
    _known: dict[int, Usual] = field(default_factory=dict)

    def at(self, at_us: int) -> Usual:
        """Return what is usual in the hour of an instant."""
        hour = at_us // HOUR_US
        if hour not in self._known:
            self._known[hour] = self._usual(hour)
        return self._known[hour]

    def counts(self, at_us: int) -> tuple[Floats, Floats, Floats]:
        """Return (mean, variance, sum) of the counts of the hours that are usual, by entity.

        Of many the highest is left out: a surge of then is not usual. NaN where too few are known.
        """
        values = self.hours.values[self._which(at_us // HOUR_US)[0]]
        if not len(values):
            nothing = np.full(len(self.hours.names), np.nan)
            return nothing, nothing, nothing
        known = np.isfinite(values).sum(axis=0)
        if len(values) >= LEAST_TO_TRIM:
            highest = np.nanmax(np.where(np.isfinite(values), values, -np.inf), axis=0)
            first = np.argmax(values == highest, axis=0)
            values = values.copy()
            values[first, np.arange(values.shape[1])] = np.nan
            known = np.isfinite(values).sum(axis=0)
        total = np.nansum(values, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known >= LEAST_DAYS, total / known, np.nan)
            variance = np.nansum((values - mean) ** 2, axis=0) / np.maximum(known - 1, 1)
        return mean, variance, total

    def middles(self, track: Track) -> tuple[Floats, Floats]:
        """Return (middle, spread) at every step of `track`, straight between the hours' middles.

        Its entities must be those of the profile.
        """
        at_us = track.times_us + track.step_us // 2
        if track.step_us >= HOUR_US:
            known = [self.at(int(each)) for each in track.times_us]
            return _stack(known, len(track.names))
        before = (at_us - HOUR_US // 2) // HOUR_US
        share = ((at_us - HOUR_US // 2) / HOUR_US - before)[:, None]
        one = _stack([self.at(int(h) * HOUR_US) for h in before], len(track.names))
        other = _stack([self.at((int(h) + 1) * HOUR_US) for h in before], len(track.names))
        middle, spread = (
            np.where(np.isnan(b), a, np.where(np.isnan(a), b, a * (1 - share) + b * share))
            for a, b in zip(one, other, strict=True)
        )
        return middle, spread

    @cached_property
    def _days(self) -> dict[tuple[str, int], list[tuple[date, int]]]:
        """Rows of the hours that were told, by (kind, local hour); each with its day."""
        found: dict[tuple[str, int], list[tuple[date, int]]] = {}
        told = np.flatnonzero(np.isfinite(self.hours.values).any(axis=1))
        for row, at_us in zip(told.tolist(), self.hours.times_us[told].tolist(), strict=True):
            local = _local(at_us, self.zone)
            key = self._kind(at_us), local.hour
            found.setdefault(key, []).append((local.date(), row))
        return found

    def _usual(self, hour: int) -> Usual:
        local = _local(hour * HOUR_US, self.zone)
        rows, basis = self._which(hour)
        middle, spread = self._robust(self.hours.values[rows])
        return Usual(middle, spread, basis, local.hour, local.weekday())

    def _which(self, hour: int) -> tuple[list[int], Basis]:
        """Return the rows of the hours that tell what is usual in `hour`, and what they are."""
        local = _local(hour * HOUR_US, self.zone)
        day, kind = local.date(), self._kind(hour * HOUR_US)
        rows = self._rows(kind, local.hour, day)
        basis: Basis = kind
        if kind != "holiday":
            same = [(each, row) for each, row in rows if each.weekday() == day.weekday()]
            if len(same) >= LEAST_WEEKS:
                rows, basis = same, "weekday"
        elif len(rows) < LEAST_DAYS:  # the nearest to a holiday there is
            rows, basis = self._rows("weekend", local.hour, day), "weekend"
        return [row for _, row in rows], basis

    def _kind(self, at_us: int) -> DayKind:
        return self.kind_of(_local(self.recorded_us(at_us), self.zone).date())

    def _rows(self, kind: str, hour: int, before: date) -> list[tuple[date, int]]:
        return [pair for pair in self._days.get((kind, hour), ()) if pair[0] < before]

    def _robust(self, values: Floats) -> tuple[Floats, Floats]:
        samples = np.isfinite(values).sum(axis=0).astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an entity of which nothing is known
            middle = np.nanmedian(values, axis=0) if len(values) else np.full(len(samples), np.nan)
            away = np.nanmedian(np.abs(values - middle), axis=0) if len(values) else middle
        middle = np.where(samples >= LEAST_DAYS, middle, np.nan)
        least = np.maximum(self.least_spread, self.least_share * np.abs(middle))
        known = np.maximum(samples, 1.0)
        spread = away * TO_DEVIATION * (1 + FEW / known)  # of few days little is known of it
        return middle, np.maximum(spread, least)


def times_usual(value: float, usual: float, when: Text) -> Text:
    """Say a value beside what is usual: `gấp 3 lần thường lệ thứ Hai 8 giờ`.

    Of what may be below nought there are no times.
    """
    if usual < 0 or value < 0:
        side = ("cao", "above") if value > usual else ("thấp", "below")
        return {
            "vi": f"{side[0]} hơn thường lệ {when['vi']}",
            "en": f"{side[1]} usual for {when['en']}",
        }
    if usual == 0:
        return {"vi": f"chưa từng có vào {when['vi']}", "en": f"never before, {when['en']}"}
    ratio = value / usual
    if ratio >= 1.5:
        times = f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"
        times = times.removesuffix(".0")
        return {
            "vi": f"gấp {times.replace('.', ',')} lần thường lệ {when['vi']}",
            "en": f"{times}x usual for {when['en']}",
        }
    share = round(100 * ratio)
    return {
        "vi": f"bằng {share}% thường lệ {when['vi']}",
        "en": f"{share}% of usual for {when['en']}",
    }


def _stack(known: list[Usual], entities: int) -> tuple[Floats, Floats]:
    if not known:
        return np.zeros((0, entities)), np.zeros((0, entities))
    return np.stack([each.middle for each in known]), np.stack([each.spread for each in known])


def _local(at_us: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone(zone)
