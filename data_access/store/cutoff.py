"""Up to which instant rows of the store count: by when they were recorded here, or were due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from data_access.model import Basis
from data_access.replay import Timeline


@dataclass(frozen=True, slots=True)
class Cutoff:
    """An instant of glass time; rows that were known there later do not count.

    On the basis `observed` those count that were due by then, as they are known today: of a stretch
    that was recorded in one piece, as a history is, none was known while it went on.
    """

    at_us: int
    basis: Basis = "known"

    def of_observations(self, columns: Any, timeline: Timeline | None) -> ColumnElement[bool]:
        """Return which rows of `observation` (its columns, or an alias's) count."""
        return self._counts(columns, columns.at_us, timeline)

    def of_records(self, columns: Any, timeline: Timeline | None) -> ColumnElement[bool]:
        """Return which versions of `record` count."""
        return self._counts(columns, columns.reported_us + columns.shift_us, timeline)

    def _counts(self, columns: Any, due: Any, timeline: Timeline | None) -> ColumnElement[bool]:
        found: ColumnElement[bool] = columns.recorded_us <= self.at_us
        if self.basis == "observed":
            found = due <= (self.at_us if timeline is None else timeline.track(self.at_us))
        return found
