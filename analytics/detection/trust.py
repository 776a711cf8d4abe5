"""Whether walls show what a detector finds: decided by what people said of its alerts, by rule.

A detector whose alerts were right less often than `floor` (of the newest `window`, `least` at
least) is muted: its alerts stand on their page alone, where they can still be judged, and walls say
that it is. It is heard again from `clear` on. A fold over the labels, oldest first, so that a
restart, another process or a question about the past gives the same answer. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.detection.labels import Label
from analytics.precision import Precision

PerCent = Annotated[float, Field(ge=0, le=100)]


class Rule(BaseModel):
    """From where on a detector is muted, and heard again; per cent of the newest labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor: PerCent = 50.0
    clear: PerCent = 65.0
    least: Annotated[int, Field(ge=1, le=500)] = 10
    window: Annotated[int, Field(ge=1, le=500)] = 30

    @model_validator(mode="after")
    def _in_order(self) -> Rule:
        if self.clear < self.floor or self.window < self.least:
            raise ValueError("expected floor <= clear and least <= window")
        return self


@dataclass(frozen=True, slots=True)
class Trust:
    """What people's labels make of a detector: the newest ones, and since when it is muted."""

    newest: Precision
    muted_ms: float | None = None

    @property
    def is_muted(self) -> bool:
        """Whether walls do not show what it finds."""
        return self.muted_ms is not None


UNJUDGED = Trust(Precision(0, 0))


def trust_of(labels: Iterable[Label], rule: Rule) -> dict[str, Trust]:
    """Return what is made of each detector that anything was said of; labels the oldest first."""
    told: dict[str, list[bool]] = {}
    found: dict[str, Trust] = {}
    for label in labels:
        newest = [*told.get(label.detector, ()), label.is_right][-rule.window :]
        told[label.detector] = newest
        counted = Precision(sum(newest), len(newest))
        muted_ms = found.get(label.detector, UNJUDGED).muted_ms
        share = counted.share or 0.0
        if muted_ms is None and len(newest) >= rule.least and share < rule.floor:
            muted_ms = label.at_ms
        elif muted_ms is not None and share >= rule.clear:
            muted_ms = None
        found[label.detector] = Trust(counted, muted_ms)
    return found
