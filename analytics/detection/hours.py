"""The hours that were, of every entity of an indicator: read once, then only what is new.

What was read is kept in a file beside the store, so that a look each minute costs the newest two
days and not four weeks. The file is no state: without it everything is read again. Revisions of
older hours are taken up once a day.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from analytics.detection.track import HOUR_US, Floats, Track
from data_access.rollup import HOUR
from data_access.store.snapshot import Snapshot

WEEKS = 4
NEWEST_H = 48  # read again each time: what comes late comes within them
WHOLE_H = 24  # after so many hours everything is read again

log = logging.getLogger(__name__)
How = Literal["mean", "sum"]


@dataclass(frozen=True)
class HourFiles:
    """Reads hours, and keeps what it has read in `folder` (None: nowhere)."""

    folder: Path | None

    def read(
        self,
        snapshot: Snapshot,
        dataset: str,
        indicator: str,
        *,
        names: Sequence[str],
        until_us: int,
        how: How,
        since_us: int = 0,
    ) -> Track:
        """Return the last WEEKS weeks of hours before `until_us`, NaN where nothing was told.

        None of them begins before `since_us`.
        """
        current = snapshot.current(dataset)
        last = until_us // HOUR_US - 1
        first = max(last - WEEKS * 7 * 24 + 1, -(-since_us // HOUR_US))
        path = None
        if self.folder is not None and current is not None:
            path = self.folder / f"{current.id}-{indicator}-{how}.npz"
        kept = None if path is None else _load(path, list(names))
        values = np.full((last - first + 1, len(names)), np.nan)
        begin, whole = first, last
        if kept is not None and last - WHOLE_H <= kept[1] <= last:
            kept_first, whole, told = kept
            kept_last = kept_first + len(told) - 1
            begin = max(first, min(kept_last, last) - NEWEST_H + 1)
            low, high = max(first, kept_first), min(begin - 1, kept_last)
            if low <= high:
                values[low - first : high - first + 1] = told[
                    low - kept_first : high - kept_first + 1
                ]
        column = {name: at for at, name in enumerate(names)}
        cells = snapshot.cells(dataset, indicator, HOUR, (begin, last))
        figures = cells.mean if how == "mean" else cells.sum
        for name, slot, figure in zip(
            cells.name.tolist(), cells.slot.tolist(), figures.tolist(), strict=True
        ):
            if name in column:
                values[slot - first, column[name]] = figure
        if path is not None and (kept is None or begin == first or kept[0] + len(kept[2]) <= last):
            _keep(path, list(names), first, whole, values)
        return Track(first * HOUR_US, HOUR_US, tuple(names), values)


def _load(path: Path, names: list[str]) -> tuple[int, int, Floats] | None:
    """Return (first hour, hour in which all was read, values); None of what is not as expected."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if file["names"].tolist() != names:
                return None
            return int(file["first"]), int(file["whole"]), file["values"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError) as error:
        log.warning("%s cannot be read and is made again: %s", path.name, error)
        return None


def _keep(path: Path, names: list[str], first: int, whole: int, values: Floats) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with scratch.open("wb") as file:
            np.savez(file, names=np.array(names, np.str_), first=first, whole=whole, values=values)
        scratch.replace(path)
    except OSError as error:
        log.warning("%s cannot be kept: %s", path.name, error)
        scratch.unlink(missing_ok=True)
