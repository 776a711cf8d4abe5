"""What sources yield: batches of observations and records, and the rows they refused.

Observations travel as pandas frames (bulk checks and roll-ups), records as objects (few, with a
life). All instants are aware UTC and *source* time: replay maps them to glass time later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from language import Told

if TYPE_CHECKING:  # who only reads the store does without: 30 MB and 0.4 s
    import pandas as pd

OBSERVATION_COLUMNS = (
    "indicator",  # str, an indicator id of the dataset's contract
    "entity",  # str, what was measured: station, detector, province, host
    "area",  # str | None, unit code, or "city"
    "observed_at",  # datetime64[us, UTC], source time
    "value",  # float64, in the indicator's unit; NaN is refused by the contract
    "quality",  # str: good | suspect | estimated
    "source_ref",  # str: where the row stands in its source, "file.csv:120" or "id=…"
)
# What counts when the past is asked: what was known here then, or what was due, as known today.
Basis = Literal["known", "observed"]
# A frame of long files may have the line apart, as a number, with only the file in `source_ref`.
SOURCE_LINE = "source_line"
QUALITIES = ("good", "suspect", "estimated")
WITHDRAWN = "withdrawn"  # of a row its source does not say any more; no source says so of a row


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was refused: where it stands, why, and its text (cut to 500 characters)."""

    source_ref: str
    reason: str  # stable code, e.g. "outOfRange", "badTime", "unknownCode", "duplicate"
    detail: Told  # one sentence: what was found and what was expected
    row: str = ""
    key: tuple[str, str, int] | None = None  # indicator, entity, time in µs: of an observation
    record: str = ""  # the id of a record, where it is known


@dataclass(frozen=True, slots=True)
class Doubt:
    """An observation its own source does not believe: refused until somebody answers for it."""

    row: int  # its position in the batch's observations
    detail: Told  # one sentence: what was found, and why it is not believed
    shades: tuple[int, ...] = ()  # positions of rows that are suspect as long as it is refused


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One version of a thing with a life (alert, request, situation), as its source told it."""

    record_id: str
    version: str  # orders the versions of one record_id, as the source has it ("" when it has none)
    status: str  # open | closed | cancelled | expired …, as the dataset's contract lists
    reported_at: datetime  # when this version became known at the source
    valid_from: datetime | None
    valid_to: datetime | None
    area: str | None
    geometry: Mapping[str, Any] | None  # GeoJSON geometry, lon lat
    body: Mapping[str, Any]  # the rest, JSON-able, names in snake_case
    source_ref: str
    is_ending: bool = False  # says only how it ended: the store keeps what it knows of the rest


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that is measured and stays: station, detector, gauge. Position in WGS84."""

    entity: str
    name: str
    lat: float | None = None
    lon: float | None = None
    area: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """What one reading of a source yields; any part may be empty."""

    observations: pd.DataFrame | None = None  # OBSERVATION_COLUMNS, and SOURCE_LINE if need be
    doubts: list[Doubt] = field(default_factory=list)  # of these
    records: list[RecordRow] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)  # records of which nothing is to be kept
