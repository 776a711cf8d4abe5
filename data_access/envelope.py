"""The envelope: an aggregate as cached, and the shapes its payload is made of.

An envelope says not only numbers but whose they are, how old, how good and how secret. Tiles,
consoles and other systems read envelopes and nothing else. Payload texts that come from the city's
data are `{vi, en}`; instants are milliseconds since the Unix epoch on *glass* time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

import orjson

from data_access.classification import Classification

LIVE = "live"
POINTS = "points"
Text = dict[str, str]  # {"vi": …, "en": …}
Status = Literal["normal", "information", "caution", "warning", "critical"]
Origin = Literal["live", "replay", "simulated"]
ORIGINS: tuple[Origin, ...] = ("live", "replay", "simulated")  # the furthest from live wins


class Number(TypedDict):
    """One figure with what it means and what it is held against."""

    label: Text
    value: float | None
    unit: str  # "km/h", "%", "µg/m³", "VN_AQI", "" …; language/ knows how to write it
    decimals: int
    status: Status  # normal unless off its target; the reason for colour
    previous: NotRequired[float | None]  # the figure it is compared with …
    previousLabel: NotRequired[Text]  # … and what that is ("cùng kỳ", "tháng trước")
    target: NotRequired[float | None]
    targetLabel: NotRequired[Text]
    better: NotRequired[Literal["up", "down"]]
    band: NotRequired[str]  # id of a band of `scale`
    scale: NotRequired[str]  # official scale (city/scales.toml)
    period: NotRequired[Text]  # "02/2025", "24 giờ"
    note: NotRequired[Text]
    source: NotRequired[Source]  # what console drill-down asks the store for
    atMs: NotRequired[float]  # glass time of this figure, when older than the envelope's
    owner: NotRequired[str]  # agency, when it differs from the envelope's
    masked: NotRequired[bool]  # True: of too few people to be told; there is no value
    origin: NotRequired[Origin]  # of this figure, in what is made of several datasets


class Source(TypedDict):
    """Where the rows behind a figure stand."""

    dataset: str
    indicator: NotRequired[str]
    entity: NotRequired[str]
    area: NotRequired[str]
    categories: NotRequired[list[str]]  # of records, and …
    statuses: NotRequired[list[str]]  # … how they stand; any where none is named


class Line(TypedDict):
    """One line of a series: points are [atMs, value or null], ascending."""

    id: str
    label: Text
    points: list[list[float | None]]


class Series(TypedDict):
    """Lines over time in one unit; `thresholds` are horizontal lines."""

    label: Text
    unit: str
    decimals: int
    lines: list[Line]
    thresholds: NotRequired[list[dict[str, Any]]]  # {label, value, status}
    scale: NotRequired[str]
    step: NotRequired[str]  # "hour" | "day" | "month": how the time axis is written
    source: NotRequired[Source]


class Column(TypedDict):
    """A column of a table. kind: text | number | instant | day | band | area."""

    id: str
    label: Text
    kind: str
    unit: NotRequired[str]
    decimals: NotRequired[int]
    scale: NotRequired[str]


class Table(TypedDict):
    """Ranked rows, best first to show; also what bars are drawn from.

    A row is column id -> value (text columns may hold Text). It may have a "source", and a "table":
    the id of the table of its parts, which add up to it. A "suspect" row says why in "doubt" (Text;
    default: values that others have too). "masked" names columns whose figure is not to be told.
    """

    label: Text
    columns: list[Column]
    rows: list[dict[str, Any]]
    total: NotRequired[int]  # rows there were before cutting
    source: NotRequired[Source]


class MapFrames(TypedDict):
    """A layer over time: minutes from the beginning of a run, and each feature's value at each."""

    minutes: list[float]
    values: dict[str, list[float | None]]


class MapLayer(TypedDict):
    """Values for the features of a geometry layer; its geometry never travels here.

    Records are in no layer: theirs is POINTS, and `points` says where each is, so that a place is
    as secret as the envelope; one without a value has no figure.
    """

    label: Text
    layer: str  # of the geometry catalogue ("areas", "links", "stations.<dataset>"), or POINTS
    unit: str
    decimals: int
    scale: str  # id of a scale of city/scales.toml
    values: dict[str, dict[str, Any]]  # feature id -> {value, band, label?}
    points: NotRequired[dict[str, list[float]]]  # feature id -> [lat, lon]
    worst: NotRequired[list[str]]  # feature ids to label
    frames: NotRequired[MapFrames]  # the same over time, of what a twin answers


class Item(TypedDict):
    """An entry of an alert list."""

    id: str
    title: Text
    severity: Status
    kind: Text  # what sort of thing
    atMs: float
    untilMs: NotRequired[float | None]
    area: NotRequired[str | None]
    place: NotRequired[Text]
    actual: NotRequired[bool]  # False: exercise or test, never shown as actual
    detail: NotRequired[Text]
    source: NotRequired[Source]


class Payload(TypedDict, total=False):
    """Everything an aggregate says, by kind and id."""

    numbers: dict[str, Number]
    series: dict[str, Series]
    tables: dict[str, Table]
    maps: dict[str, MapLayer]
    items: dict[str, list[Item]]
    briefs: dict[str, dict[str, Any]]  # sentences with their figures (analytics/brief/finding.py)


def furthest(origins: Iterable[str]) -> Origin:
    """Return the origin of what is made of all of these; `live` of nothing."""
    found = {"live", *origins}
    return max((each for each in ORIGINS if each in found), key=ORIGINS.index)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An aggregate as cached. `state` absent: there is no data, and `reason` says why."""

    realm: str
    aggregate: str  # e.g. "transport.speed"; the name under which versions are published
    version: int  # rises with every write of this aggregate
    label: Text
    state: Literal["ok", "absent"]
    made_at_ms: float
    as_of_ms: float | None  # glass time of the newest data in it
    source_at_ms: float | None  # the original time of that data, when replayed
    stale_after_ms: float  # age at which it must be drawn as stale
    owner: str  # agency id (city/agencies.toml)
    owner_label: Text
    datasets: tuple[str, ...]
    origin: Origin
    classification: Classification
    quality: dict[str, Any] = field(default_factory=dict)  # accepted, rejected, suspect counts
    reason: Text | None = None
    payload: Payload = field(default_factory=Payload)

    def encode(self) -> bytes:
        """Return the cached bytes (orjson)."""
        body = {name: getattr(self, name) for name in self.__slots__}
        body["classification"] = self.classification.to_json()
        return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)

    @classmethod
    def decode(cls, encoded: bytes) -> Envelope:
        """Read `encode`d bytes; raises ValueError or TypeError when they are no envelope."""
        body = orjson.loads(encoded)
        body["classification"] = Classification.from_json(body["classification"])
        body["datasets"] = tuple(body["datasets"])
        return cls(**body)
