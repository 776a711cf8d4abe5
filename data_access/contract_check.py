"""The check every batch passes before the store: rows that break their contract are refused.

It looks at rows one by one; it repairs nothing and compares nothing with what is stored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data_access import secrecy
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import Batch, RecordRow, Rejected
from data_access.observation_check import EARLIEST, check_observations, is_key
from data_access.promises import FieldSpec
from data_access.quarantine import OVERRIDABLE, is_vouched, record_text
from data_access.schema import fits
from language import Told, told

FUTURE_TOLERANCE = timedelta(hours=26)  # a daily value may be stamped with its day's end
CLOCK_TOLERANCE = timedelta(minutes=5)  # between a sensor's clock and ours
LONGEST_RECORD, LONGEST_VERSION = 280, 100  # as the store keeps them


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
    duplicate, and implausible of what its source itself doubts; of documents with a label of
    secrecy also stateSecret and noLabel, and what bears a mark is withdrawn: earlier versions of it
    must go, too. What may be of too few people to be told (masks) is refused without what it said.
    `allowed` is what rows say that somebody answers for (`quarantine.identity`): they are let in in
    spite of faults that can be vouched for, but never a document.
    """
    observations, rejected = batch.observations, list(batch.rejected)
    label = secrecy.field_of(contract)
    if observations is not None:
        observations, refused = check_observations(
            observations,
            contract,
            until=now + ahead,
            areas=areas,
            doubts=batch.doubts,
            allowed=allowed,
        )
        rejected += refused
    records, withdrawn = [], list(batch.withdrawn)
    seen: set[tuple[str, str]] = set()
    for record in batch.records:
        fault = secrecy.fault(record, label) if label is not None else None
        fault = fault or _record_fault(record, contract, now, areas, seen)
        said = "" if fault is None or contract.masks.fields else record_text(record)
        if fault is None or (
            label is None
            and fault[0] in OVERRIDABLE
            and is_vouched(said, record.source_ref, allowed)
        ):
            records.append(record)
            seen.add((record.record_id, record.version))
        else:
            rejected.append(Rejected(record.source_ref, *fault, said, record=record.record_id))
            if label is not None and secrecy.must_go(record, label, contract):
                withdrawn.append(record.record_id)
    if label is not None:
        rejected = [secrecy.withheld(each) for each in rejected]
    return replace(
        batch,
        observations=observations,
        doubts=[],
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


def _record_fault(
    record: RecordRow,
    contract: DatasetContract,
    now: datetime,
    areas: frozenset[str] | None,
    seen: set[tuple[str, str]],
) -> tuple[str, Told] | None:
    key = (record.record_id, record.version)
    if not is_key(record.record_id, LONGEST_RECORD) or len(record.version) > LONGEST_VERSION:
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
    if key in seen:
        return "duplicate", told(
            "{key!r} version {version!r} comes twice in one reading", key=key[0], version=key[1]
        )
    for name, promised in contract.fields.items():
        fault = _field_fault(name, record.body.get(name), promised)
        if fault is not None:
            return fault
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
