"""What every criterion is made of: parts, each a count of what is right among what was checked.

A part's score is 100 * right / checked; what could not be checked has none. A criterion is as good
as the weakest of its parts, so that nothing bad is averaged away. What is wrong stands beside the
part as evidence: reasons of refusal, stations, units, periods, whatever one must go and mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.promises import Criterion
from data_access.replay import Timeline
from data_access.store.snapshot import Current, Snapshot

KEPT = 200  # of a part's evidence; `wrong` counts all
Evidence = Mapping[str, Any]  # {"kind": reason | entity | area | field | rule | period …, "id": …}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was checked: how much of it was right, and what was not."""

    name: str
    right: float
    checked: float
    evidence: tuple[Evidence, ...] = ()
    wrong: int = 0  # pieces of evidence there were before cutting

    @classmethod
    def of(cls, name: str, right: float, checked: float, evidence: Iterable[Evidence] = ()) -> Part:
        """Return a part with its evidence cut to what is kept."""
        found = list(evidence)
        return cls(name, right, checked, tuple(found[:KEPT]), len(found))

    @property
    def score(self) -> float | None:
        """Per cent, one decimal; None when nothing could be checked."""
        return None if self.checked <= 0 else percent(self.right, self.checked)


def percent(right: float, checked: float) -> float:
    """Return right of checked in per cent, one decimal; 100 only for all, 0 only for none."""
    exact = 100 * min(max(right, 0.0), checked) / checked
    rounded = round(exact, 1)
    if rounded == 100.0 and exact < 100:
        return 99.9
    return 0.1 if rounded == 0.0 and exact > 0 else rounded


def weakest(parts: Iterable[Part]) -> float | None:
    """Return the score of a criterion: that of its weakest part; None when none was checked."""
    return min((score for part in parts if (score := part.score) is not None), default=None)


@dataclass(frozen=True, slots=True)
class Use:
    """How many were given a dataset in the last days, how often, and how often it was refused."""

    people: int = 0
    answered: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """One dataset at one instant: its contract, what the store has of it, how it comes in."""

    contract: DatasetContract
    city: City
    snapshot: Snapshot
    now_us: int  # glass time
    failing: str | None = None  # why nothing comes, or what came last was refused
    was_short: bool = False  # below a floor before: that does not end by its source being gone
    shown_in: Sequence[str] = ()  # aggregates made of it
    use: Use | None = None  # None: nobody counts
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def current(self) -> Current | None:
        """The stream that feeds it, None when nothing does."""
        return self.snapshot.current(self.contract.id)

    @property
    def timeline(self) -> Timeline:
        """How it is played; raises LookupError when nothing feeds it."""
        current = self.current
        if current is None:
            raise LookupError(f"nothing feeds {self.contract.id}")
        return current.timeline

    @property
    def newest_us(self) -> int | None:
        """Track time of the newest row or record."""
        if "newest" not in self._kept:
            self._kept["newest"] = self.snapshot.newest_us(self.contract.id)
        found: int | None = self._kept["newest"]
        return found

    @property
    def cadence_us(self) -> int:
        """Microseconds between two values, as promised."""
        return round(self.contract.cadence_s * 1_000_000)

    def recent_us(self) -> int:
        """Return from where on the track a value is of the newest period.

        The period's values may still be coming in while it lasts: then the one before counts too.
        """
        newest_us = self.newest_us or 0
        is_running = self.timeline.track(self.now_us) < newest_us + self.cadence_us
        return newest_us - self.cadence_us // 2 - (self.cadence_us if is_running else 0)

    def day(self, track_us: int) -> str:
        """Return an instant of the track as the day the source has it, ISO 8601."""
        at = datetime.fromtimestamp(self.timeline.source(track_us) / 1_000_000, UTC)
        return at.astimezone(self.city.zone).date().isoformat()


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of part: of which criterion, and how it is measured. `heavy` ones run seldom."""

    criterion: Criterion
    measure: Callable[[Subject], Sequence[Part]]
    heavy: bool = False
