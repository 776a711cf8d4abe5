"""One case of the labelled replay: what was put into which series, and what is played.

The replay has two parts. Thresholds of `city/detection.toml` and of the detectors are set by the
one for tuning; what is published is measured on the other, whose draws (where, when and how much is
put in) no threshold was looked at with, and where there is another series, not its series either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analytics.detection.book import Alert
from analytics.detection.plan import Plan
from benchmarks.injection import Truth

Text = Mapping[str, str]
Apart = Literal["series", "draws"]  # what no threshold was looked at with


@dataclass(frozen=True, slots=True)
class Draw:
    """One playing: the seed of what is put in, which of the seeds it is, and of which part."""

    seed: int
    number: int = 0
    is_tuning: bool = False


@dataclass(frozen=True)
class Case:
    """One sort of trouble in one series; `play` tells which alerts there were.

    `events` and `faults` are what is put in, named; `faults` is None where there are none.
    """

    kind: str
    events: Text
    faults: Text | None
    series: Text
    apart: Apart
    truths: Sequence[Truth]
    play: Callable[[], list[Alert]]


def detector(plan: Plan, kind: type[Any], dataset: str = "") -> Any:
    """Return the first detector of a kind, of a dataset where one is named."""
    return next(
        each for each in plan.detector if isinstance(each, kind) and dataset in ("", each.dataset)
    )
