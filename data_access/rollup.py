"""Roll-ups: rows of a series to its hours and days, keeping rows, sum, lowest and highest.

Sums are integers in millionths, so that the order in which rows come, and how they are split into
batches, changes no number. New rows are merged into the cells there are; when a row is *revised*
its cells are rolled up again from the rows. Pure: where cells are kept is data_access/store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

HOUR, DAY = 0, 1  # steps; a slot is hours since the epoch, or the city's own days since 1970-01-01
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MICRO = 1_000_000
LARGEST = 1e9  # of a value, so that a cell of 9,000 of them still sums exactly in 64 bits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as columns of equal length, sorted by series, step, slot, suspect."""

    series: Ints
    step: Ints
    slot: Ints
    suspect: Ints
    rows: Ints
    sum_micro: Ints
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.series)

    def tuples(self) -> list[tuple]:
        """Return the cells as rows for a database."""
        columns = (getattr(self, name).tolist() for name in self.__slots__)
        return list(zip(*columns, strict=True))

    @classmethod
    def join(cls, *parts: Cells) -> Cells:
        """Return the cells of all parts; they must not overlap."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


def micro(values: Floats) -> Ints:
    """Return values in millionths; raises ValueError for what cannot be summed exactly."""
    if not (np.abs(values) <= LARGEST).all():
        raise ValueError(f"a value is no number from -{LARGEST:g} to {LARGEST:g}")
    return np.rint(values * MICRO).astype(np.int64)


def roll_up(
    series: Ints, at_us: Ints, values: Floats, suspect: npt.NDArray[np.bool_], zone: ZoneInfo
) -> Cells:
    """Return the hour and day cells of rows in any order; days are those of `zone`."""
    sums = micro(values)
    hours = at_us // HOUR_US
    steps = []
    for step, slots in ((HOUR, hours), (DAY, day_slots(hours, zone))):
        order = np.lexsort((suspect, slots, series))
        key = (series[order], slots[order], suspect[order].astype(np.int64))
        starts = _starts(key)
        if not len(starts):
            continue
        ordered = values[order]
        steps.append(
            Cells(
                series=key[0][starts].astype(np.int64),
                step=np.full(len(starts), step, np.int64),
                slot=key[1][starts],
                suspect=key[2][starts],
                rows=np.diff(np.append(starts, len(order))),
                sum_micro=np.add.reduceat(sums[order], starts),
                low=np.minimum.reduceat(ordered, starts),
                high=np.maximum.reduceat(ordered, starts),
            )
        )
    return Cells.join(*steps) if steps else empty()


def fold(cells: Cells, series: Ints) -> Cells:
    """Return `cells` merged under other series ids (of their areas)."""
    order = np.lexsort((cells.suspect, cells.slot, cells.step, series))
    key = (series[order], cells.step[order], cells.slot[order], cells.suspect[order])
    starts = _starts(key)
    if not len(starts):
        return empty()
    return Cells(
        series=key[0][starts],
        step=key[1][starts],
        slot=key[2][starts],
        suspect=key[3][starts],
        rows=np.add.reduceat(cells.rows[order], starts),
        sum_micro=np.add.reduceat(cells.sum_micro[order], starts),
        low=np.minimum.reduceat(cells.low[order], starts),
        high=np.maximum.reduceat(cells.high[order], starts),
    )


def select(cells: Cells, which: npt.NDArray[np.bool_]) -> Cells:
    """Return some of the cells."""
    return Cells(*(getattr(cells, name)[which] for name in cells.__slots__))


def empty() -> Cells:
    """Return no cells."""
    nothing = np.zeros(0, np.int64)
    floats = np.zeros(0)
    return Cells(nothing, nothing, nothing, nothing, nothing, nothing, floats, floats)


def day_slots(hours: Ints, zone: ZoneInfo) -> Ints:
    """Return the city's day of each hour since the epoch (zones change on whole hours)."""
    if not len(hours):
        return hours
    unique, inverse = np.unique(hours, return_inverse=True)
    offsets = np.array([_offset_us(int(hour), zone.key) for hour in unique], np.int64)
    days: Ints = ((unique * HOUR_US + offsets) // DAY_US)[inverse]
    return days


def slot_bounds_us(step: int, slot: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return [from, to) of a slot in microseconds since the epoch."""
    if step == HOUR:
        return slot * HOUR_US, (slot + 1) * HOUR_US
    first, after = (
        datetime.combine(date.fromordinal(_EPOCH_DAY + day), datetime.min.time(), zone)
        for day in (slot, slot + 1)
    )
    return round(first.timestamp()) * MICRO, round(after.timestamp()) * MICRO


_EPOCH_DAY = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=100_000)
def _offset_us(hour: int, zone: str) -> int:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None  # noqa: S101  an aware time has one
    return round(offset.total_seconds()) * MICRO


def _starts(key: tuple[npt.NDArray, ...]) -> npt.NDArray[np.intp]:
    """Return where a new group begins in sorted columns."""
    if not len(key[0]):
        return np.zeros(0, np.intp)
    changes = np.zeros(len(key[0]) - 1, dtype=bool)
    for column in key:
        changes |= column[1:] != column[:-1]
    return np.concatenate([[0], np.flatnonzero(changes) + 1])
