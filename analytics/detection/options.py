"""What every detector of city/detection.toml says: which series, which thresholds, from where.

Each kind's own options stand with the kind. Bytes come in here, so strictly.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data_access.contracts import Id, Named
from data_access.durations import Duration, duration_s
from data_access.limits import Limit

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, le=1)]


class Watched(BaseModel):
    """Common to all kinds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    name: Named
    every: Duration = "PT1M"  # how often it looks, at least
    basis: Named  # where its thresholds are from: a regulation, or "demo"


class DetectorOptions(Watched):
    """Common to all kinds that look at one series."""

    dataset: str
    indicator: str
    history: Duration = "PT12H"  # over which it looks each time
    least_spread: NotNegative = 0.0  # by how much, in its unit, a series is taken to vary at least
    least_share: NotNegative = 0.05  # … and as a share of what is usual


class Neighbours(BaseModel):
    """Who may bear witness: the nearest entities, within reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reach_km: Positive
    most: Annotated[int, Field(ge=1, le=50)] = 6
    least: Annotated[int, Field(ge=1, le=20)] = 1  # so many must see it too
    share: Share = 0.5  # … at least this much of what the entity sees
    least_z: Positive = 2.0  # … and by so many deviations
    chance: Share = 1.0  # at most, of so many where nothing is the matter but elsewhere as much is


def us(duration: Duration) -> int:
    """Return a duration in microseconds."""
    return round(duration_s(duration) * 1_000_000)


__all__ = [
    "DetectorOptions",
    "Duration",
    "Limit",
    "Neighbours",
    "NotNegative",
    "Positive",
    "Share",
    "Watched",
    "us",
]
