"""Dataset contracts: what a dataset promises, who answers for it, and where it comes from.

A contract is read from `city/datasets.toml` (data_access/city.py). Rows are held to it in
data_access/contract_check.py, a reading's columns in data_access/schema.py, all of a dataset in
data_access/criteria; whoever only reads contracts need not load what that takes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.classification import Classification
from data_access.durations import Duration as Duration
from data_access.durations import duration_s as duration_s
from data_access.intake.ways import (
    LakeWay,
    ListenWay,
    MqttWay,
    QueryWay,
    Url,
    Way,
    WebhookWay,
)
from data_access.masking import Masks
from data_access.model import WITHDRAWN
from data_access.pictures import Pictures
from data_access.promises import (
    STRICT,
    Expectation,
    FieldSpec,
    FieldType,
    Floors,
    Plausibility,
    Reconciliation,
)
from data_access.promises import Id as Id
from data_access.promises import Named as Named

WAYS = ("url", "mqtt", "webhook", "listen", "query", "parquet", "csv")
GROUPS = ("economy", "transport", "environment", "security", "feedback")
CITY_AREA = "city"  # the area of what concerns the whole city
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{2,30}$")]
KEYS: dict[str, tuple[str, ...]] = {  # what rows of each shape are told apart by
    "observation": ("indicator", "entity", "observed_at"),
    "record": ("record_id", "version"),
}
Share = Literal["open", "shared", "private"]  # mở, dùng chung, dùng riêng (Law 60/2024/QH15)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Indicator:
    """The definition of one number. `min` and `max` are what is physically or legally possible."""

    name: Named
    unit: str
    decimals: int = Field(default=0, ge=0, le=6)
    min: float | None = None
    max: float | None = None
    better: Literal["up", "down"] | None = None
    mask_below: int = Field(default=0, ge=0)  # counts of fewer people are not shown (masking.py)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SourceSpec:
    """Where a dataset comes from: a format of data_access/sources, its options, and the ways.

    Files of the lake are replayed. With a live way the dataset is live, and files are not looked
    for; `beside` are those that are read with every payload (lists of stations, timetables), and
    `companion` is where such a one is asked for, in place of them once it came.
    """

    format: Id
    paths: tuple[str, ...] = ()  # globs below the lake
    options: dict[str, Any] = Field(default_factory=dict)
    columns: dict[str, FieldType] = Field(default_factory=dict)  # that must be there, and be so
    beside: tuple[str, ...] = ()  # globs below the lake, else below the city's folder
    companion: Url | None = None  # default of `every`: an hour
    keep: Duration = "P31D"  # of live rows; their hours and days stay longer
    url: Url | None = None
    mqtt: MqttWay | None = None
    webhook: WebhookWay | None = None
    listen: ListenWay | None = None
    query: QueryWay | None = None
    parquet: LakeWay | None = None
    csv: LakeWay | None = None

    def __post_init__(self) -> None:
        if not self.paths and not self.ways:
            raise ValueError(f"expected paths, or a live way: {', '.join(WAYS)}")
        if self.companion is not None and not self.ways:
            raise ValueError("a companion stands beside what comes in live")
        if self.companion is not None and self.companion.paging not in ("none", "next"):
            raise ValueError("a companion is one file: expected no paging")
        hook = self.webhook
        if hook is not None and self.url is None and (hook.subscription or hook.silence):
            raise ValueError("a webhook's subscription or silence needs a url to be asked")

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
class Release:
    """What those without its compartments are told of a dataset's records (data_access/release.py).

    Kind, unit and hour, after `delay`; and those `fields` of the body that tell of no person or
    place.
    """

    classification: Classification
    delay: Duration
    fields: tuple[str, ...] = ()


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
    release: Release | None = None  # of records that are more secret than how many there are
    steward: str | None = None  # agency that keeps it in order
    deputy: str | None = None  # agency that answers when the owner cannot be reached
    phone: Phone | None = None  # of this dataset; default: the owner's
    system_of_record: Named | None = None  # where it is written first
    share: Share | None = None
    licence: str | None = None
    key: tuple[str, ...] = ()  # what names a row at the source; default: what its shape has
    indicators: dict[Id, Indicator] = Field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    categories: dict[str, Named] = Field(default_factory=dict)
    fields: dict[Id, FieldSpec] = Field(default_factory=dict)  # of a record's body
    expects: Expectation = Field(default_factory=Expectation)
    plausible: Plausibility | None = None
    reconcile: tuple[Reconciliation, ...] = ()
    floors: Floors = Field(default_factory=Floors)
    layer: str | None = None  # geometry layer its entities are drawn on
    pictures: Pictures | None = None  # of cameras, whose counts its rows are
    replay: Replay = Field(default_factory=Replay)

    def __post_init__(self) -> None:
        if self.shape == "observation" and not self.indicators:
            raise ValueError("a dataset of observations needs indicators")
        if self.shape == "record" and not self.statuses:
            raise ValueError("a dataset of records needs statuses")
        if WITHDRAWN in self.statuses:
            raise ValueError(f"{WITHDRAWN!r} is what the store says, no status of a source")
        if self.shape == "observation" and self.fields:
            raise ValueError("fields are of records; what is observed are indicators")
        if self.share == "open" and self.classification.level != "public":
            raise ValueError('what is open to all is public; expected share = "shared"')
        if self.release is not None:
            self._check_release(self.release)
        self._check_names()

    def _check_release(self, release: Release) -> None:
        """Only records are released, as less secret than they are, by fields they have."""
        if self.shape != "record":
            raise ValueError("only records are released")
        if not release.classification.within(self.classification):
            raise ValueError("what is released is no more secret than the dataset itself")
        if unknown := sorted(set(release.fields) - self.fields.keys()):
            raise ValueError(f"{', '.join(unknown)} is no field of this dataset")

    def _check_names(self) -> None:
        """Indicators that are spoken of are the dataset's own (those of others: city.py)."""
        named = set(self.plausible.indicators) if self.plausible is not None else set()
        for rule in self.reconcile:
            named |= {rule.indicator}
            if rule.rule != "source" and rule.of is not None:
                named |= {rule.of}
        unknown = sorted(named - self.indicators.keys())
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no indicator of this dataset")

    @property
    def masks(self) -> Masks:
        """Below what its counts are hidden."""
        return Masks(
            {name: each.mask_below for name, each in self.indicators.items() if each.mask_below},
            {name: each.mask_below for name, each in self.fields.items() if each.mask_below},
        )

    @property
    def key_columns(self) -> tuple[str, ...]:
        """What names a row: as promised, else what rows of its shape are told apart by."""
        return self.key or KEYS[self.shape]

    @property
    def retention(self) -> Duration:
        """For how long single rows of what comes in live are kept; hours and days stay longer."""
        return self.source.keep

    @property
    def cadence_s(self) -> float:
        """Seconds between two values, as promised."""
        return duration_s(self.cadence)

    @property
    def stale_after_ms(self) -> float:
        """Age in milliseconds at which data of this dataset is drawn as stale."""
        return duration_s(self.stale_after) * 1000
