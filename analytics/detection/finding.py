"""What a detector found: an event or a fault, where, since when, how bad, and what bears it out.

Instants are track time of its dataset (data_access/replay.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.detection.track import Track
from data_access.envelope import Status, Text

Sort = Literal["event", "fault"]
Points = tuple[tuple[float, float | None], ...]  # (time in µs, value)


@dataclass(frozen=True, slots=True)
class Line:
    """The last values of what it is about, beside what is usual: a sparkline, not a chart."""

    unit: str
    decimals: int
    points: Points
    usual: Points = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble. `subjects` are the entities it is about, the one that began it first."""

    detector: str  # id of city/detection.toml
    sort: Sort
    kind: str  # what sort of trouble: "congestion", "stuck" …
    subjects: tuple[str, ...]
    severity: Status
    began_us: int
    seen_us: int  # the newest value that bears it out
    title: Text
    evidence: tuple[Text, ...]  # the strongest first
    area: str | None = None
    place: Text | None = None
    spot: tuple[float, float] | None = None  # lat, lon
    causes: tuple[Text, ...] = ()
    ends_us: int | None = None  # expected
    ends_of: int = 0  # from how many earlier ones that is told
    line: Line | None = None


SHOWN_STEPS = 36  # of a sparkline


def points(track: Track, column: int, decimals: int = 1, steps: int = SHOWN_STEPS) -> Points:
    """Return the last steps of one entity, as a line has them."""
    return tuple(
        (at or 0.0, None if figure is None else round(figure, decimals))
        for at, figure in track.recent(column, steps)
    )


def text(vi: str, en: str) -> Text:
    """Return a text in both languages."""
    return {"vi": vi, "en": en}


def written(figure: float, decimals: int = 0) -> tuple[str, str]:
    """Return a figure as written in (Vietnamese, English)."""
    told = f"{figure:.{decimals}f}"
    return told.replace(".", ","), told


def both(vi: str, en: str, **figures: tuple[str, str]) -> Text:
    """Return a text whose `{names}` are figures as `written`."""
    return text(
        vi.format(**{name: pair[0] for name, pair in figures.items()}),
        en.format(**{name: pair[1] for name, pair in figures.items()}),
    )


def listed(names: Sequence[str], most: int = 3) -> tuple[str, str]:
    """Return names in a row, with how many more there are."""
    shown, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return shown, shown
    return f"{shown} và {more} nơi khác", f"{shown} and {more} more"
