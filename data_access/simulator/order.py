"""What a generator is asked for: which dataset of which city, from which seed, until when.

Randomness comes in cells (a day, a month, a station), each with its own stream of draws. So a lake
written later from the same seed extends an earlier one and contradicts no row of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from zlib import crc32

import numpy as np

from data_access.city import City
from data_access.contracts import DatasetContract

AHEAD = timedelta(hours=24)  # contracts take rows of more than 26 hours ahead for mistakes


def draws(seed: int, name: str, *cell: int) -> np.random.Generator:
    """Return the stream of one cell of what is called `name`; `cell` numbers are not negative."""
    return np.random.default_rng((seed, crc32(name.encode()), *cell))


@dataclass(frozen=True, slots=True)
class Order:
    """One dataset to simulate. `until` is aware UTC: "now" of the simulated city."""

    city: City
    contract: DatasetContract
    seed: int
    until: datetime

    def draws(self, *cell: int) -> np.random.Generator:
        """Return the stream of one cell of this dataset."""
        return draws(self.seed, self.contract.id, *cell)

    @property
    def today(self) -> date:
        """The city's day at `until`, which is not over."""
        return self.until.astimezone(self.city.zone).date()

    @property
    def horizon(self) -> datetime:
        """Until when records are reported: what is to come is played when its time comes."""
        return self.until + AHEAD

    def days(self, past: int, *, ahead: int = 0) -> list[date]:
        """Return today, the `past` days before it and the `ahead` days after it, ascending."""
        return [self.today + timedelta(days=n) for n in range(-past, ahead + 1)]

    def instant(self, day: date, seconds: float = 0.0) -> datetime:
        """Return the local midnight of `day` plus `seconds`, as an aware local datetime."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.city.zone)
        return midnight + timedelta(seconds=seconds)

    def path(self, ending: str, *, stem: str = "-simulated", start: str = "") -> str:
        """Return a path in the lake that the contract's globs find, e.g. "transport/speed-….csv".

        The last glob that allows `ending` (and whose file name begins with `start`) gives the
        folder and the beginning of the name, `stem` its rest. Raises ValueError without such a
        glob.
        """
        for glob in reversed(self.contract.source.paths):
            path = PurePosixPath(glob.partition("*")[0] + stem + ending)
            if path.match(glob) and path.name.startswith(start):
                return str(path)
        expected = f"a glob for {start}*{ending}"
        raise ValueError(f"{self.contract.id}: {self.contract.source.paths} has not {expected}")
