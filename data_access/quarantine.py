"""Orders about rows in quarantine: read them again, or let them in on a named person's word.

What an order means is the same for files and for what came in live; how each is done is theirs
(data_access/channel.py, data_access/live.py). Who may order is not known here (operations/).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import orjson

from data_access.model import OBSERVATION_COLUMNS, Batch, RecordRow
from language import Told

if TYPE_CHECKING:
    import pandas as pd

Mode = Literal["again", "override"]
DOUBTED = "implausible"  # of what could be, and its source does not believe (model.Doubt)
# Faults a person may vouch for. Others leave nothing to count: no name, no time, no number.
OVERRIDABLE = frozenset({"outOfRange", DOUBTED, "unknownCode", "wrongType"})
HELD, ALLOWED, RELEASED, SETTLED = "held", "allowed", "released", "settled"
ROW_TEXT = 2_000  # characters of a refused row that are kept; a longer one is cut, and only read
_RECORD = "record_id"
_SET_HERE = ("source_ref", "area", "quality")  # of a row: where it stands, and what was made of it


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with the held rows of a dataset and reason: all, or those named."""

    order_id: int  # later ones are higher
    dataset: str
    reason: str
    mode: Mode
    by: str
    why: str = ""
    rows: tuple[int, ...] = ()  # by their number in quarantine; none named: all


Orders = Callable[[int], Sequence[Order]]  # those after an order, in their order


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of rows of an order, written together with what was let in."""

    order_id: int
    released: Sequence[int] = ()
    held: Sequence[int] = ()
    why: dict[int, Told] = field(default_factory=dict)  # held row -> what the check says now


def row_text(row: dict[str, Any]) -> str:
    """Return an observation as it is kept in quarantine, so that it can be read again."""
    kept = {name: row[name] for name in OBSERVATION_COLUMNS}
    return _cut(orjson.dumps(kept, default=str, option=orjson.OPT_SERIALIZE_NUMPY))


def record_text(record: RecordRow) -> str:
    """Return a version of a record as it is kept in quarantine."""
    return _cut(orjson.dumps(asdict(record), default=str, option=orjson.OPT_SERIALIZE_NUMPY))


def batch_of(texts: Collection[str]) -> Batch:
    """Return the rows that can be read again from what is kept of them; others are left out."""
    import pandas as pd

    observations: list[dict[str, Any]] = []
    records: list[RecordRow] = []
    for text in texts:
        found = read_row(text)
        if found is None:
            continue
        if _RECORD in found:
            records.append(_record(found))
        else:
            observations.append(found)
    frame: pd.DataFrame | None = None
    if observations:
        frame = pd.DataFrame(observations, columns=list(OBSERVATION_COLUMNS))
        frame["observed_at"] = pd.to_datetime(
            frame["observed_at"], utc=True, errors="coerce", format="ISO8601"
        )
    return Batch(observations=frame, records=records)


def read_row(text: str) -> dict[str, Any] | None:
    """Return a kept row by its columns; None of what its source could not even read, or was cut."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        return None
    is_whole = found.keys() >= set(OBSERVATION_COLUMNS) or _RECORD in found
    return found if is_whole else None


def identity(text: str) -> str:
    """Return what a kept row says: by it a row is known again that somebody answers for.

    So their word holds wherever the row stands, and not for another that stands there later.
    """
    found = read_row(text)
    if found is None:
        return text
    said = {name: value for name, value in found.items() if name not in _SET_HERE}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def known_by(text: str, reference: str) -> str:
    """Return by what a row in quarantine is known: what it says; its place if that is not kept."""
    return identity(text) if text else reference


def is_vouched(text: str, reference: str, allowed: Collection[str]) -> bool:
    """Tell whether somebody answers for a row; `allowed` is what those rows are known by."""
    return bool(allowed) and known_by(text, reference) in allowed


def _record(found: dict[str, Any]) -> RecordRow:
    def at(name: str) -> datetime | None:
        return None if found[name] is None else datetime.fromisoformat(found[name])

    reported_at = at("reported_at")
    assert reported_at is not None  # noqa: S101 - a record has one
    times = {"valid_from": at("valid_from"), "valid_to": at("valid_to")}
    return RecordRow(**{**found, **times, "reported_at": reported_at})


def _cut(encoded: bytes) -> str:
    return encoded.decode("utf-8", "replace")[:ROW_TEXT]
