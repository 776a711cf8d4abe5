"""The check of observations against their contract, a frame at a time: which are refused, and why.

A fault that nobody can vouch for is told before one that somebody may (data_access/quarantine.py),
so that nobody's word lets in what has both. Several values may stand at one place of their source
(the cells of a line); each that is refused there is named apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import OBSERVATION_COLUMNS, QUALITIES, SOURCE_LINE, Doubt, Rejected
from data_access.quarantine import DOUBTED, OVERRIDABLE, is_vouched, row_text
from data_access.rows import NO_LINE, join_reference
from language import Told, told

EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
LONGEST_ENTITY = 200  # as the store keeps it
_REASONS = (
    "emptyKey",
    "unknownIndicator",
    "badTime",
    "notANumber",
    "unknownArea",
    "badQuality",
    "outOfRange",
    DOUBTED,
    "duplicate",
)


def check_observations(
    frame: pd.DataFrame,
    contract: DatasetContract,
    *,
    until: datetime,
    areas: frozenset[str] | None = None,
    doubts: Sequence[Doubt] = (),
    allowed: Collection[str] = (),
) -> tuple[pd.DataFrame, list[Rejected]]:
    """Return the rows that are let in, and those that are refused.

    `until` is the latest instant that is taken; `doubts` what the source itself does not believe.
    """
    missing = [name for name in OBSERVATION_COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"a batch of {contract.id} lacks columns {', '.join(missing)}")
    if frame.empty:
        return frame, []
    faults = np.zeros(len(frame), dtype=np.int8)  # 0 is good, else 1 + position in _REASONS
    for reason, bad in _faults(frame, contract, until, areas, doubts):
        np.copyto(faults, _REASONS.index(reason) + 1, where=bad & (faults == 0))
    if allowed:
        _vouch(frame, faults, contract, allowed)
    frame = _shade(frame, doubts, faults)
    good = faults == 0
    np.copyto(faults, _REASONS.index("duplicate") + 1, where=_repeated(frame, good))
    if not faults.any():
        return frame, []
    why = {doubt.row: doubt.detail for doubt in doubts}
    refused = []
    for each in _held(frame, contract, np.flatnonzero(faults)):
        reason = _REASONS[faults[each.at] - 1]
        is_doubted = reason == DOUBTED
        detail = why[each.at] if is_doubted else _detail(each.row, reason, contract, until)
        key = _key(each.row, reason)
        refused.append(Rejected(each.reference, reason, detail, each.text, key))
    return frame[faults == 0], refused


class _Held(NamedTuple):
    """A row as it is called in quarantine, and what is kept of it there."""

    at: int  # its position
    row: Mapping[Any, Any]
    reference: str
    text: str


def _held(frame: pd.DataFrame, contract: DatasetContract, at: np.ndarray) -> Iterator[_Held]:
    """Yield rows of a frame; of one that shares its place with others, the place says which."""
    if not len(at):
        return
    is_shared = _shared(frame)
    for position, row in zip(at.tolist(), frame.iloc[at].to_dict("records"), strict=True):
        place = _place(row)
        indicator = contract.indicators.get(str(row["indicator"]))
        # What may be of too few people to be told is not kept.
        is_masked = indicator is not None and indicator.mask_below
        text = "" if is_masked else row_text({**row, "source_ref": place})
        if is_shared[position]:
            when = row["observed_at"]
            instant = "" if pd.isna(when) else f"{when:%Y-%m-%dT%H:%MZ}"
            place = f"{place}#{row['indicator']} · {row['entity']} · {instant}"
        yield _Held(position, row, place, text)


def _shared(frame: pd.DataFrame) -> np.ndarray:
    """Tell which rows share their place in the source with others."""
    place, _ = pd.factorize(frame["source_ref"])
    if SOURCE_LINE in frame.columns:
        line = frame[SOURCE_LINE].to_numpy(np.int64)
        place = place * (int(line.max()) + 2) + line + 1
    _, at, count = np.unique(place, return_inverse=True, return_counts=True)
    return np.asarray(count[at] > 1)


def _place(row: Mapping[Any, Any]) -> str:
    return join_reference(str(row["source_ref"]), row.get(SOURCE_LINE, NO_LINE))


def _vouch(
    frame: pd.DataFrame, faults: np.ndarray, contract: DatasetContract, allowed: Collection[str]
) -> None:
    """Take back the faults of rows that somebody answers for."""
    codes = [_REASONS.index(reason) + 1 for reason in OVERRIDABLE if reason in _REASONS]
    for each in _held(frame, contract, np.flatnonzero(np.isin(faults, codes))):
        if is_vouched(each.text, each.reference, allowed):
            faults[each.at] = 0


def _shade(frame: pd.DataFrame, doubts: Sequence[Doubt], faults: np.ndarray) -> pd.DataFrame:
    """Mark as suspect what doubts that stand cast on other rows."""
    code = _REASONS.index(DOUBTED) + 1
    shaded = sorted({at for each in doubts if faults[each.row] == code for at in each.shades})
    if not shaded:
        return frame
    quality = frame["quality"].to_numpy(dtype=object, copy=True)
    quality[shaded] = "suspect"
    return frame.assign(quality=quality)


def _faults(
    frame: pd.DataFrame,
    contract: DatasetContract,
    until: datetime,
    areas: frozenset[str] | None,
    doubts: Sequence[Doubt],
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield rows at fault by reason: first what nobody can vouch for."""
    entity_codes, entities = pd.factorize(frame["entity"])
    empty = np.array([not is_key(str(name), LONGEST_ENTITY) for name in entities] + [True])
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
    yield "emptyKey", empty[entity_codes]
    yield "unknownIndicator", unknown[indicator_codes]
    yield "badTime", bad_time
    yield "notANumber", ~np.isfinite(values)
    if areas is not None:
        codes, found = pd.factorize(frame["area"])
        strange = np.array([a != CITY_AREA and a not in areas for a in found] + [False])
        yield "unknownArea", strange[codes]
    codes, found = pd.factorize(frame["quality"])
    strange = np.array([q not in QUALITIES for q in found] + [True])
    yield "badQuality", strange[codes]
    if doubts:
        doubted = np.zeros(len(frame), dtype=bool)
        doubted[[each.row for each in doubts]] = True
        yield DOUBTED, doubted
    yield "outOfRange", (values < low[indicator_codes]) | (values > high[indicator_codes])


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


def is_key(name: str, longest: int) -> bool:
    return bool(name.strip()) and len(name) <= longest and "\0" not in name


def _is_utc(times: pd.Series) -> bool:
    return isinstance(times.dtype, pd.DatetimeTZDtype) and str(times.dtype.tz) == "UTC"


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(int(at.timestamp() * 1_000_000), "us")


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
