"""What every run of a twin answers: figures with their spread, and what is not to be believed.

Shapes only, as JSON: they travel through the store of jobs, to pages, tiles and documents.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from data_access.envelope import Text
from twin.seen import Seen


class Spread(TypedDict):
    """A figure over the seeds of a run; `low` and `high` are a 95 % interval of the mean.

    With one seed, or where chance has no part (water), both equal the mean.
    """

    mean: float
    low: float
    high: float
    bySeed: list[float]


class Kpi(TypedDict):
    """One figure of base and what-if. `delta` is over pairs of equal seeds."""

    id: str
    label: Text
    unit: str
    decimals: int
    better: Literal["up", "down"]
    base: Spread
    value: Spread
    delta: Spread


class Fit(TypedDict):
    """How well the base meets what was observed; `state` says it in one word on every result."""

    state: Literal["calibrated", "uncalibrated"]
    why: Text
    figures: NotRequired[dict[str, float]]  # such as gehBelow5Pct, heldBackGehBelow5Pct, nse
    seen: NotRequired[list[Seen]]  # what was observed


class Frames(TypedDict):
    """Values of the features of a map over time; `minutes` from the beginning of the run."""

    layer: str  # id of the geometry: "twin.links", "twin.nodes", "areas"
    unit: str
    decimals: int
    scale: NotRequired[str]  # id of a scale of city/scales.toml
    minutes: list[float]
    base: dict[str, list[float | None]]
    value: dict[str, list[float | None]]
    dry: NotRequired[list[str]]  # of water: what was followed and never wet, so in neither of both


class RunResult(TypedDict):
    """One run. `frames` by id ("speed", "flow", "depth" …); `areas`: area code -> KPI id -> Kpi."""

    kind: Literal["traffic", "drainage", "coupled"]
    engine: dict[str, str]  # name -> version
    seeds: list[int]
    seedsDone: int
    fit: Fit
    kpis: list[Kpi]
    areas: dict[str, list[Kpi]]
    frames: dict[str, Frames]
    geometry: dict[str, dict[str, Any]]  # layer -> GeoJSON FeatureCollection (features have "id")
    invented: list[Text]  # parts of the model that nobody surveyed, to be said beside every picture
    limits: list[Text]  # trips dropped, vehicles unfinished, errors of mass balance, …
    details: dict[str, Any]  # the twin's own: black spots, pumps, conservation of trips


def text(vi: str, en: str) -> Text:
    """Return a text in both languages."""
    return {"vi": vi, "en": en}
