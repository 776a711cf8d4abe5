"""The check every batch passes before the store: rows that break their contract are refused.

It looks at rows one by one; it repairs nothing and compares nothing with what is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data_access import secrecy
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import (
    OBSERVATION_COLUMNS,
    QUALITIES,
    SOURCE_LINE,
    Batch,
    RecordRow,
    Rejected,
)
from data_access.promises import FieldSpec
from data_access.quarantine import OVERRIDABLE, record_text, row_text
from data_access.rows import NO_LINE, join_reference
from data_access.schema import fits
from language import Told, told

FUTURE_TOLERANCE = timedelta(hours=26)  # a daily value may be stamped with its day's end
CLOCK_TOLERANCE = timedelta(minutes=5)  # between a sensor's clock and ours
EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
LONGEST_ENTITY, LONGEST_RECORD, LONGEST_VERSION = 200, 280, 100  # as the store keeps them


def check(
    batch: Batch,
    contract: DatasetContract,
    *,
    now: datetime,
    areas: frozenset[str] | None = None,
    ahead: timedelta = FUTURE_TOLERANCE,
    allowed: Collection[str] = (),
) -> Batch:
    """Return `batch` with its bad rows moved to `rejected`, each with a reason for its owner.

    `now` is source time (for rows from the future: observations up to `ahead` of it are taken);
    `areas` the known unit codes, when areas are to be checked. Reasons: emptyKey, unknownIndicator,
    badTime, notANumber, outOfRange, unknownArea, badQuality, unknownStatus, unknownCode, wrongType,
    duplicate; of documents with a label of secrecy also stateSecret and noLabel, and what bears a
    mark is withdrawn: earlier versions of it must go, too. What may be of too few people to be
    told (masks) is refused without what it said. `allowed` are references whose rows somebody
    answers for: they are let in in spite of faults that can be vouched for
    (data_access/quarantine.py), but never a document.
    """
    observations, rejected = batch.observations, list(batch.rejected)
    label = secrecy.field_of(contract)
    if observations is not None:
        until = now + ahead
        observations, refused = _check_observations(observations, contract, until, areas, allowed)
        rejected += refused
    records, withdrawn = [], list(batch.withdrawn)
    seen: set[tuple[str, str]] = set()
    for record in batch.records:
        fault = secrecy.fault(record, label) if label is not None else None
        fault = fault or _record_fault(record, contract, now, areas, seen)
        is_vouched = label is None and record.source_ref in allowed
        if fault is None or (is_vouched and fault[0] in OVERRIDABLE):
            records.append(record)
        else:
            said = "" if contract.masks.fields else record_text(record)
            rejected.append(Rejected(record.source_ref, *fault, said))
            if label is not None and secrecy.must_go(record, label, contract):
                withdrawn.append(record.record_id)
    if label is not None:
        rejected = [secrecy.withheld(each) for each in rejected]
    return replace(
        batch,
        observations=observations,
        records=records,
        rejected=rejected,
        withdrawn=withdrawn,
    )


def live_ahead(contract: DatasetContract) -> timedelta:
    """Return how far ahead of its coming in an observation may be: its period, and a clock's error.

    A value from tomorrow would stay the newest one until then.
    """
    cadence = timedelta(seconds=min(contract.cadence_s * 1.1, 1e7))
    return min(FUTURE_TOLERANCE, max(CLOCK_TOLERANCE, cadence))


def _check_observations(
    frame: pd.DataFrame,
    contract: DatasetContract,
    until: datetime,
    areas: frozenset[str] | None,
    allowed: Collection[str],
) -> tuple[pd.DataFrame, list[Rejected]]:
    missing = [name for name in OBSERVATION_COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"a batch of {contract.id} lacks columns {', '.join(missing)}")
    if frame.empty:
        return frame, []
    faults = np.zeros(len(frame), dtype=np.int8)  # 0 is good, else 1 + position in _REASONS
    for reason, bad in _faults(frame, contract, until, areas):
        np.copyto(faults, _REASONS.index(reason) + 1, where=bad & (faults == 0))
    if allowed:
        _vouch(frame, faults, allowed)
    good = faults == 0
    repeated = _repeated(frame, good)
    np.copyto(faults, _REASONS.index("duplicate") + 1, where=repeated)
    if not faults.any():
        return frame, []
    refused = [
        _reject(row, _REASONS[fault - 1], contract, until)
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


def _vouch(frame: pd.DataFrame, faults: np.ndarray, allowed: Collection[str]) -> None:
    """Take back the faults of rows that somebody answers for."""
    codes = [_REASONS.index(reason) + 1 for reason in OVERRIDABLE if reason in _REASONS]
    for at in np.flatnonzero(np.isin(faults, codes)).tolist():
        if _reference(frame.iloc[at]) in allowed:
            faults[at] = 0


def _reference(row: Mapping[Any, Any]) -> str:
    return join_reference(str(row["source_ref"]), row.get(SOURCE_LINE, NO_LINE))


def _faults(
    frame: pd.DataFrame, contract: DatasetContract, until: datetime, areas: frozenset[str] | None
) -> list[tuple[str, np.ndarray]]:
    entity_codes, entities = pd.factorize(frame["entity"])
    empty = np.array([not _is_key(str(name), LONGEST_ENTITY) for name in entities] + [True])
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
        earliest, latest = _instant(EARLIEST), _instant(until)
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


def _is_key(name: str, longest: int) -> bool:
    return bool(name.strip()) and len(name) <= longest and "\0" not in name


def _is_utc(times: pd.Series) -> bool:
    return isinstance(times.dtype, pd.DatetimeTZDtype) and str(times.dtype.tz) == "UTC"


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(int(at.timestamp() * 1_000_000), "us")


def _reject(
    row: Mapping[Any, Any], reason: str, contract: DatasetContract, until: datetime
) -> Rejected:
    indicator = contract.indicators.get(str(row["indicator"]))
    reference = _reference(row)
    text = row_text({**row, "source_ref": reference})
    if indicator is not None and indicator.mask_below:
        text = ""  # may be of too few people to be told
    detail = _detail(row, reason, contract, until)
    return Rejected(reference, reason, detail, text, _key(row, reason))


def _key(row: Mapping[Any, Any], reason: str) -> tuple[str, str, int] | None:
    """Return what a refused row would have been known by."""
    if reason in ("emptyKey", "badTime"):
        return None
    return str(row["indicator"]), str(row["entity"]), row["observed_at"].value // 1000


def _detail(
    row: Mapping[Any, Any], reason: str, contract: DatasetContract, until: datetime
) -> Told:
    where = told(
        "{indicator} of {entity!r} at {observed_at}",
        indicator=row["indicator"],
        entity=row["entity"],
        observed_at=row["observed_at"],
    )
    indicator = contract.indicators.get(str(row["indicator"]))
    match reason:
        case "emptyKey":
            entity = str(row["entity"])[:60]
            return told("{entity!r} is no name of what was measured", entity=entity)
        case "badTime":
            sentence = "{where}; expected an instant from 1900 to {until} UTC"
            return told(sentence, where=where, until=f"{until:%Y-%m-%d %H:%M}")
        case "notANumber":
            sentence = "{name} is {found!r}; expected a number"
            return told(sentence, name=where, found=row["value"])
        case "unknownArea":
            sentence = "{where}: area {area!r}; expected a unit's code in force"
            return told(sentence, where=where, area=row["area"])
        case "badQuality":
            sentence = "{where}: quality {quality!r}; expected {codes}"
            return told(sentence, where=where, quality=row["quality"], codes=", ".join(QUALITIES))
        case "duplicate":
            return told("{where} comes twice in one reading; the first was taken", where=where)
        case "outOfRange" if indicator is not None:
            low, high = indicator.min, indicator.max
            return told(
                "{name} is {found:g} {unit}; expected {low} to {high}",
                name=where,
                found=row["value"],
                unit=indicator.unit,
                low=told("any") if low is None else f"{low:g}",
                high=told("any") if high is None else f"{high:g}",
            )
    expected = ", ".join(contract.indicators)
    return told("{found!r}; expected {codes}", found=row["indicator"], codes=expected)


def _record_fault(
    record: RecordRow,
    contract: DatasetContract,
    now: datetime,
    areas: frozenset[str] | None,
    seen: set[tuple[str, str]],
) -> tuple[str, Told] | None:
    key = (record.record_id, record.version)
    if not _is_key(record.record_id, LONGEST_RECORD) or len(record.version) > LONGEST_VERSION:
        return "emptyKey", told(
            "{found!r} is no id; expected the source's own", found=record.record_id[:60]
        )
    if record.status not in contract.statuses:
        return "unknownStatus", told(
            "{found!r}; expected {codes}",
            found=record.status,
            codes=", ".join(contract.statuses),
        )
    for at in (record.reported_at, record.valid_from, record.valid_to):
        if at is not None and (at.tzinfo is None or at < EARLIEST):
            return "badTime", told("{at}; expected an instant with its zone, after 1900", at=at)
    if record.reported_at > now + FUTURE_TOLERANCE:
        return "badTime", told("reported at {at}, which is in the future", at=record.reported_at)
    if areas is not None and record.area not in (None, CITY_AREA) and record.area not in areas:
        return "unknownArea", told("{found!r}; expected a unit's code in force", found=record.area)
    for name, promised in contract.fields.items():
        fault = _field_fault(name, record.body.get(name), promised)
        if fault is not None:
            return fault
    if key in seen:
        return "duplicate", told(
            "{key!r} version {version!r} comes twice in one reading", key=key[0], version=key[1]
        )
    seen.add(key)
    return None


def _field_fault(name: str, found: Any, promised: FieldSpec) -> tuple[str, Told] | None:
    """Return what is wrong with a field of a body; one that is absent is not wrong."""
    if found is None or found == "":
        return None
    if promised.codes and found not in promised.codes:
        return "unknownCode", told(
            "{name} is {found!r}; expected {codes}",
            name=name,
            found=found,
            codes=", ".join(promised.codes),
        )
    if not fits(found, promised.type):
        return "wrongType", told(
            "{name} is {found!r}; expected {codes}",
            name=name,
            found=str(found)[:60],
            codes=promised.type,
        )
    if promised.type in ("number", "integer"):
        low = -np.inf if promised.min is None else promised.min
        high = np.inf if promised.max is None else promised.max
        if not low <= float(found) <= high:
            return "outOfRange", told(
                "{name} is {found:g} {unit}; expected {low} to {high}",
                name=name,
                found=found,
                unit=promised.unit,
                low=f"{low:g}",
                high=f"{high:g}",
            )
    return None
