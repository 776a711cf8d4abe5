"""What a figure is held against: its target, and from where on it is off (city/limits.toml).

Limits are the city's own decisions and its regulations, by aggregate and number; a city without an
entry has figures that are neither good nor bad. Not for scales, which name bands of a figure.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.durations import Duration, duration_s
from data_access.promises import STRICT, Named

Grade = Literal["normal", "caution", "warning", "critical"]
GRADES: tuple[Grade, ...] = ("critical", "warning", "caution")  # the gravest first


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Limit:
    """Thresholds are inclusive, unless off is only what lies `beyond` them.

    `worse`: on which side of them a figure is off.

    `after`, `clear` and `clear_after` are of what raises an alert: for how long a figure must be
    off, which figure ends it (default: any that is no longer off), and for how long that must hold.
    """

    caution: float | None = None
    warning: float | None = None
    critical: float | None = None
    worse: Literal["high", "low"] = "high"
    beyond: bool = False
    target: float | None = None
    targets: dict[str, float] = Field(default_factory=dict)  # by year
    target_name: Named | None = None
    after: Duration = "PT0S"
    clear: float | None = None
    clear_after: Duration = "PT0S"

    def __post_init__(self) -> None:
        steps = [each for each in (self.caution, self.warning, self.critical) if each is not None]
        if steps != sorted(steps, reverse=self.worse == "low"):
            raise ValueError("expected caution, warning and critical in the order they get worse")
        if wrong := [year for year in self.targets if not (year.isdecimal() and len(year) == 4)]:
            raise ValueError(f"{wrong[0]!r} is no year")

    @property
    def is_set(self) -> bool:
        """Whether any figure is off by it."""
        return any(getattr(self, grade) is not None for grade in GRADES)

    def grade(self, figure: float | None) -> Grade:
        """Return how far off a figure is."""
        if figure is None:
            return "normal"
        return next((grade for grade in GRADES if self._is_past(figure, grade)), "normal")

    def reaches(self, figure: float, grade: Grade) -> bool:
        """Tell whether a figure is as far off as `grade`, or further."""
        found = self.grade(figure)
        return found in GRADES and grade in GRADES and GRADES.index(found) <= GRADES.index(grade)

    def worse_of(self, one: float, other: float) -> float:
        """Return the worse of two figures."""
        return max(one, other) if self.worse == "high" else min(one, other)

    def target_in(self, year: int) -> float | None:
        """Return the target of a year, else the one of all years."""
        return self.targets.get(str(year), self.target)

    def is_over(self, figure: float) -> bool:
        """Tell whether a figure ends what a figure that was off has begun."""
        if self.clear is None:
            return self.grade(figure) == "normal"
        return figure <= self.clear if self.worse == "high" else figure >= self.clear

    @property
    def after_s(self) -> float:
        """Seconds for which a figure must be off."""
        return duration_s(self.after)

    @property
    def clear_after_s(self) -> float:
        """Seconds for which a figure must be well again."""
        return duration_s(self.clear_after)

    def _is_past(self, figure: float, grade: Grade) -> bool:
        threshold: float | None = getattr(self, grade)
        if threshold is None:
            return False
        if figure == threshold:
            return not self.beyond
        return figure > threshold if self.worse == "high" else figure < threshold


NONE = Limit()
