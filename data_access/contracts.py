"""Dataset contracts: what a dataset promises, and the check every batch passes before the store.

A contract is read from `city/datasets.toml` (data_access/city.py). The check looks at rows one by
one and refuses; it repairs nothing and compares nothing with what is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from data_access.classification import Classification
from data_access.model import OBSERVATION_COLUMNS, QUALITIES, Batch, RecordRow, Rejected

GROUPS = ("economy", "transport", "environment", "security", "feedback")
CITY_AREA = "city"  # the area of what concerns the whole city
FUTURE_TOLERANCE = timedelta(hours=26)  # a daily value may be stamped with its day's end
EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
ROW_TEXT = 500  # characters of a refused row that are kept

_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_DURATION_S = (365.25 * 86400, 30.4375 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def duration_s(text: str) -> float:
    """Return an ISO 8601 duration in seconds (a month is 30.4375 days); raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no ISO 8601 duration such as PT5M, P1D or P1M")
    return sum(
        int(part) * unit for part, unit in zip(found.groups(), _DURATION_S, strict=True) if part
    )


def _text(text: dict[str, str]) -> dict[str, str]:
    if set(text) != {"vi", "en"} or not all(words.strip() for words in text.values()):
        raise ValueError("expected { vi = …, en = … }, both filled")
    return {language: unicodedata.normalize("NFC", words) for language, words in text.items()}


def _duration(text: str) -> str:
    duration_s(text)
    return text


Named = Annotated[dict[str, str], AfterValidator(_text)]
Duration = Annotated[str, AfterValidator(_duration)]
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
    """Where a dataset comes from: a format of data_access/sources, files, and its options."""

    format: Id
    paths: tuple[str, ...] = Field(min_length=1)  # globs below the lake
    options: dict[str, Any] = Field(default_factory=dict)

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


def check(
    batch: Batch, contract: DatasetContract, *, now: datetime, areas: frozenset[str] | None = None
) -> Batch:
    """Return `batch` with its bad rows moved to `rejected`, each with a reason for its owner.

    `now` is source time (for rows from the future); `areas` the known unit codes, when areas are to
    be checked. Reasons: emptyKey, unknownIndicator, badTime, notANumber, outOfRange, unknownArea,
    badQuality, unknownStatus, duplicate.
    """
    observations, rejected = batch.observations, list(batch.rejected)
    if observations is not None:
        observations, refused = _check_observations(observations, contract, now, areas)
        rejected += refused
    records = []
    seen: set[tuple[str, str]] = set()
    for record in batch.records:
        fault = _record_fault(record, contract, now, areas, seen)
        if fault is None:
            records.append(record)
        else:
            rejected.append(Rejected(record.source_ref, *fault, repr(record)[:ROW_TEXT]))
    return replace(batch, observations=observations, records=records, rejected=rejected)


def _check_observations(
    frame: pd.DataFrame, contract: DatasetContract, now: datetime, areas: frozenset[str] | None
) -> tuple[pd.DataFrame, list[Rejected]]:
    missing = [name for name in OBSERVATION_COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"a batch of {contract.id} lacks columns {', '.join(missing)}")
    if frame.empty:
        return frame, []
    faults = np.zeros(len(frame), dtype=np.int8)  # 0 is good, else 1 + position in _REASONS
    for reason, bad in _faults(frame, contract, now, areas):
        np.copyto(faults, _REASONS.index(reason) + 1, where=bad & (faults == 0))
    good = faults == 0
    repeated = _repeated(frame, good)
    np.copyto(faults, _REASONS.index("duplicate") + 1, where=repeated)
    if not faults.any():
        return frame, []
    refused = [
        _reject(row, _REASONS[fault - 1], contract, now)
        for row, fault in zip(frame[faults > 0].to_dict("records"), faults[faults > 0], strict=True)
    ]
    return frame[faults == 0], refused


_REASONS = (
    "emptyKey",
    "unknownIndicator",
    "badTime",
    "notANumber",
    "outOfRange",
    "unknownArea",
    "badQuality",
    "duplicate",
)


def _faults(
    frame: pd.DataFrame, contract: DatasetContract, now: datetime, areas: frozenset[str] | None
) -> list[tuple[str, np.ndarray]]:
    entity_codes, entities = pd.factorize(frame["entity"])
    empty = np.array([not str(name).strip() for name in entities] + [True])
    indicator_codes, indicators = pd.factorize(frame["indicator"])
    known = [contract.indicators.get(str(name)) for name in indicators]
    low = np.array([-np.inf if i is None or i.min is None else i.min for i in known] + [-np.inf])
    high = np.array([np.inf if i is None or i.max is None else i.max for i in known] + [np.inf])
    unknown = np.array([i is None for i in known] + [True])
    times = frame["observed_at"]
    instants = times.to_numpy("datetime64[us]") if _is_utc(times) else None
    if instants is None:
        bad_time = np.ones(len(frame), dtype=bool)
    else:
        earliest, latest = _instant(EARLIEST), _instant(now + FUTURE_TOLERANCE)
        bad_time = np.isnat(instants) | (instants < earliest) | (instants > latest)
    values = pd.to_numeric(frame["value"], errors="coerce").to_numpy(np.float64)
    faults = [
        ("emptyKey", empty[entity_codes]),
        ("unknownIndicator", unknown[indicator_codes]),
        ("badTime", bad_time),
        ("notANumber", ~np.isfinite(values)),
        ("outOfRange", (values < low[indicator_codes]) | (values > high[indicator_codes])),
    ]
    if areas is not None:
        codes, found = pd.factorize(frame["area"])
        strange = np.array([a != CITY_AREA and a not in areas for a in found] + [False])
        faults.append(("unknownArea", strange[codes]))
    codes, found = pd.factorize(frame["quality"])
    strange = np.array([q not in QUALITIES for q in found] + [True])
    faults.append(("badQuality", strange[codes]))
    return faults


def _repeated(frame: pd.DataFrame, good: np.ndarray) -> np.ndarray:
    """Tell which good rows repeat the key of an earlier good row of the batch."""
    indicator, _ = pd.factorize(frame["indicator"])
    entity, entities = pd.factorize(frame["entity"])
    key = indicator.astype(np.int64) * (len(entities) + 1) + entity
    times = frame["observed_at"]
    if not _is_utc(times):
        return np.zeros(len(frame), dtype=bool)
    instant, instants = pd.factorize(times.to_numpy("datetime64[us]"))
    key = key * (len(instants) + 1) + instant
    key[~good] = -1 - np.arange(int((~good).sum()))
    repeated: np.ndarray = pd.Series(key).duplicated().to_numpy()
    return repeated


def _is_utc(times: pd.Series) -> bool:
    return isinstance(times.dtype, pd.DatetimeTZDtype) and str(times.dtype.tz) == "UTC"


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(int(at.timestamp() * 1_000_000), "us")


def _reject(
    row: Mapping[Any, Any], reason: str, contract: DatasetContract, now: datetime
) -> Rejected:
    indicator = contract.indicators.get(str(row["indicator"]))
    where = f"{row['indicator']} of {row['entity']!r} at {row['observed_at']}"
    detail = {
        "emptyKey": "the entity is empty; expected what was measured",
        "unknownIndicator": f"{row['indicator']!r}; expected {', '.join(contract.indicators)}",
        "badTime": f"{where}; expected an instant from 1900 to {now:%Y-%m-%d %H:%M} UTC",
        "notANumber": f"{where} is {row['value']!r}; expected a number",
        "unknownArea": f"{where}: area {row['area']!r}; expected a unit's code in force",
        "badQuality": f"{where}: quality {row['quality']!r}; expected {', '.join(QUALITIES)}",
        "duplicate": f"{where} comes twice in one reading; the first was taken",
    }
    if reason == "outOfRange" and indicator is not None:
        detail["outOfRange"] = (
            f"{where} is {row['value']:g} {indicator.unit}; expected "
            f"{'any' if indicator.min is None else f'{indicator.min:g}'} to "
            f"{'any' if indicator.max is None else f'{indicator.max:g}'}"
        )
    text = ",".join(str(row[name]) for name in OBSERVATION_COLUMNS)
    return Rejected(str(row["source_ref"]), reason, detail[reason], text[:ROW_TEXT])


def _record_fault(
    record: RecordRow,
    contract: DatasetContract,
    now: datetime,
    areas: frozenset[str] | None,
    seen: set[tuple[str, str]],
) -> tuple[str, str] | None:
    key = (record.record_id, record.version)
    if not record.record_id.strip():
        return "emptyKey", "the record has no id; expected the source's own"
    if record.status not in contract.statuses:
        return "unknownStatus", f"{record.status!r}; expected {', '.join(contract.statuses)}"
    for at in (record.reported_at, record.valid_from, record.valid_to):
        if at is not None and (at.tzinfo is None or at < EARLIEST):
            return "badTime", f"{at}; expected an instant with its zone, after 1900"
    if record.reported_at > now + FUTURE_TOLERANCE:
        return "badTime", f"reported at {record.reported_at}, which is in the future"
    if areas is not None and record.area not in (None, CITY_AREA) and record.area not in areas:
        return "unknownArea", f"{record.area!r}; expected a unit's code in force"
    if key in seen:
        return "duplicate", f"{key[0]!r} version {key[1]!r} comes twice in one reading"
    seen.add(key)
    return None
