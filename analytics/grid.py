"""A regular grid in time: quarter hours to months, in the city's own days, and its seasons.

A slot is a whole number: of a step below a day counted from the epoch, of a longer one the city's
own day, week (from Monday) or month. So a day with 23 or 25 hours is one slot, and the hours of a
zone with summer time stay apart. Pure; instants are microseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from data_access.rollup import HOUR_US, MICRO, day_slots

Ints = npt.NDArray[np.int64]
StepName = Literal["PT5M", "PT15M", "PT30M", "PT1H", "P1D", "P7D", "P1M"]

EPOCH = date(1970, 1, 1)
MONDAY = 3  # days from the Monday of its week to the epoch, a Thursday
BELOW_DAY_S: dict[StepName, int] = {"PT5M": 300, "PT15M": 900, "PT30M": 1800, "PT1H": 3600}
# Seasons in slots, shortest first: the day and the week, the week, or the year.
SEASONS: dict[StepName, tuple[int, ...]] = {
    "PT5M": (288, 2016), "PT15M": (96, 672), "PT30M": (48, 336), "PT1H": (24, 168),
    "P1D": (7,), "P7D": (52,), "P1M": (12,),
}  # fmt: skip
SECONDS: dict[StepName, float] = {
    **{name: float(seconds) for name, seconds in BELOW_DAY_S.items()},
    "P1D": 86_400.0, "P7D": 604_800.0, "P1M": 2_629_800.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots of one length in one zone."""

    step: StepName
    zone: ZoneInfo

    @property
    def seasons(self) -> tuple[int, ...]:
        """After how many slots what happens tends to happen again, shortest first."""
        return SEASONS[self.step]

    @property
    def is_below_day(self) -> bool:
        """Tell whether a day has several slots."""
        return self.step in BELOW_DAY_S

    def slots(self, at_us: Ints) -> Ints:
        """Return the slot each instant lies in."""
        at_us = np.asarray(at_us, np.int64)
        if self.step in BELOW_DAY_S:
            return at_us // (BELOW_DAY_S[self.step] * MICRO)
        return self.of_days(day_slots(at_us // HOUR_US, self.zone))

    def of_days(self, days: Ints) -> Ints:
        """Return the slot of each day since the epoch; of a step of a day or more."""
        days = np.asarray(days, np.int64)
        if self.step == "P7D":
            return (days + MONDAY) // 7
        if self.step == "P1M":
            return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return days

    def begin(self, slot: int) -> datetime:
        """Return when a slot begins, in the city's time."""
        if self.step in BELOW_DAY_S:
            at_s = slot * BELOW_DAY_S[self.step]
            return datetime.fromtimestamp(at_s, UTC).astimezone(self.zone)
        return datetime.combine(self.day(slot), datetime.min.time(), self.zone)

    def begin_us(self, slot: int) -> int:
        """Return when a slot begins."""
        if self.step in BELOW_DAY_S:
            return slot * BELOW_DAY_S[self.step] * MICRO
        return round(self.begin(slot).timestamp()) * MICRO

    def day(self, slot: int) -> date:
        """Return the city's day a slot begins on."""
        if self.step in BELOW_DAY_S:
            return self.begin(slot).date()
        if self.step == "P1M":
            return date(1970 + slot // 12, slot % 12 + 1, 1)
        return EPOCH + timedelta(days=slot if self.step == "P1D" else slot * 7 - MONDAY)

    def clock(self, slots: Ints) -> tuple[list[date], Ints]:
        """Return each slot's day, and how many minutes of it have gone, by the city's clock."""
        if not self.is_below_day:
            return [self.day(int(slot)) for slot in slots], np.zeros(len(slots), np.int64)
        seconds = np.asarray(slots, np.int64) * BELOW_DAY_S[self.step]
        hours = seconds // 3600
        offsets = {h: _offset_s(int(h), self.zone.key) for h in np.unique(hours).tolist()}
        local = seconds + np.array([offsets[h] for h in hours.tolist()], np.int64)
        days = (local // 86_400).tolist()
        of = {day: EPOCH + timedelta(days=day) for day in set(days)}
        return [of[day] for day in days], local % 86_400 // 60


@lru_cache(maxsize=200_000)
def _offset_s(hour: int, zone: str) -> int:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())
