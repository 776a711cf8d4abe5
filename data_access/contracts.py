"""Dataset contracts: what a dataset promises, who answers for it, and where it comes from.

A contract is read from `city/datasets.toml` (data_access/city.py). Rows are held to it in
data_access/contract_check.py; whoever only reads contracts need not load what that takes.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from data_access.classification import Classification
from data_access.durations import Duration as Duration
from data_access.durations import duration_s as duration_s
from data_access.intake.ways import Url, Way

WAYS = ("url",)
GROUPS = ("economy", "transport", "environment", "security", "feedback")
CITY_AREA = "city"  # the area of what concerns the whole city


def _text(text: dict[str, str]) -> dict[str, str]:
    if set(text) != {"vi", "en"} or not all(words.strip() for words in text.values()):
        raise ValueError("expected { vi = …, en = … }, both filled")
    return {language: unicodedata.normalize("NFC", words) for language, words in text.items()}


Named = Annotated[dict[str, str], AfterValidator(_text)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")]
STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Indicator:
    """The definition of one number. `min` and `max` are what is physically or legally possible."""

    name: Named
    unit: str
    decimals: int = Field(default=0, ge=0, le=6)
    min: float | None = None
    max: float | None = None
    better: Literal["up", "down"] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SourceSpec:
    """Where a dataset comes from: a format of data_access/sources, its options, and the ways.

    Files of the lake are replayed. With a live way the dataset is live, and files are not looked
    for; `beside` are those that are read with every payload (lists of stations, timetables).
    """

    format: Id
    paths: tuple[str, ...] = ()  # globs below the lake
    options: dict[str, Any] = Field(default_factory=dict)
    beside: tuple[str, ...] = ()  # globs below the lake, else below the city's folder
    keep: Duration = "P31D"  # of live rows; their hours and days stay longer
    url: Url | None = None

    def __post_init__(self) -> None:
        if not self.paths and not self.ways:
            raise ValueError(f"expected paths, or a live way: {', '.join(WAYS)}")

    @property
    def ways(self) -> dict[str, Way]:
        """The live ways, by kind."""
        found = {kind: getattr(self, kind) for kind in WAYS}
        return {kind: way for kind, way in found.items() if way is not None}

    def files(self, lake: Path) -> list[Path]:
        """Return the files of this source below `lake`, in the order of its globs, then by name."""
        found: dict[Path, None] = {}
        for pattern in self.paths:
            found.update(dict.fromkeys(p for p in sorted(lake.glob(pattern)) if p.is_file()))
        return list(found)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Replay:
    """How a file of the lake is played as if it happened now (data_access/replay.py).

    window: loops every `period`. events: records are re-timed. latest: newest date maps to now.
    """

    mode: Literal["window", "latest", "events"] = "latest"
    period: Duration | None = None  # of a window; default: its span, up to whole weeks
    now_at: datetime | None = None  # source time that plays when the room first starts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DatasetContract:
    """What a dataset promises, who answers for it, how secret it is, and where it comes from."""

    id: Id
    group: Literal["economy", "transport", "environment", "security", "feedback"]
    name: Named
    owner: str
    shape: Literal["observation", "record"]
    cadence: Duration
    stale_after: Duration
    source: SourceSpec
    classification: Classification = Field(default_factory=Classification)
    steward: str | None = None
    indicators: dict[Id, Indicator] = Field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    categories: dict[str, Named] = Field(default_factory=dict)
    layer: str | None = None  # geometry layer its entities are drawn on
    replay: Replay = Field(default_factory=Replay)

    def __post_init__(self) -> None:
        if self.shape == "observation" and not self.indicators:
            raise ValueError("a dataset of observations needs indicators")
        if self.shape == "record" and not self.statuses:
            raise ValueError("a dataset of records needs statuses")

    @property
    def cadence_s(self) -> float:
        """Seconds between two values, as promised."""
        return duration_s(self.cadence)

    @property
    def stale_after_ms(self) -> float:
        """Age in milliseconds at which data of this dataset is drawn as stale."""
        return duration_s(self.stale_after) * 1000
