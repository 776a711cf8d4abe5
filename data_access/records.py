"""Records as they are played: a version of a thing with a life, in a lap, moved in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from data_access.model import RecordRow

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Played:
    """A row to be stored: which lap it belongs to, and how far its times move onto the track."""

    row: RecordRow
    lap: int = 0
    shift_us: int = 0

    @property
    def record_id(self) -> str:
        """The id in the store: the source's own, with the lap from the second on."""
        return key_of(self.row.record_id, self.lap)


def key_of(record_id: str, lap: int) -> str:
    """Return the id a record has in the store in a lap."""
    return record_id if lap == 0 else f"{record_id}#{lap}"


@dataclass(frozen=True, slots=True)
class Facets:
    """What is counted without opening a record's body."""

    category: str
    due_us: int | None


def facets(body: Mapping[str, Any]) -> Facets:
    """Return what a body says about its category and when the thing should be done."""
    due = body.get("expected_at")
    category = body.get("category") or body.get("class") or ""
    if isinstance(category, list):
        category = category[0]
    return Facets(str(category), _parsed_us(due) if isinstance(due, str) else None)


def instant_us(at: datetime) -> int:
    """Return an aware instant in microseconds since the Unix epoch, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def _parsed_us(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else instant_us(at)
