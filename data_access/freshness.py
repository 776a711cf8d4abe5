"""When each dataset last had something new, and when the next is due, as the feed last said.

Read from the envelope `data.quality`: nothing is asked of the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data_access.aggregates.quality import QUALITY
from data_access.cache import EnvelopeCache


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a dataset stands: `at_ms` is the glass time of its newest value, None without any."""

    state: str  # ok | stale | absent
    origin: str | None  # live | replay | simulated
    at_ms: float | None = None
    due_ms: float | None = None
    accepted: int | None = None  # None: nobody has said, or it is not kept of that time
    quarantined: int | None = None


ABSENT = Freshness("absent", None)


def freshness(cache: EnvelopeCache) -> dict[str, Freshness]:
    """Return how each dataset stands; {} before the feed has said so."""
    envelope = cache.read(QUALITY)
    if envelope is None:
        return {}
    table: Mapping[str, Any] = envelope.payload.get("tables", {}).get("datasets", {})
    return {
        str(row["dataset"]): Freshness(
            state=row["state_id"],
            origin=row.get("origin"),
            at_ms=row.get("age"),
            due_ms=row.get("due"),
            accepted=row["accepted"],
            quarantined=row["quarantined"],
        )
        for row in table.get("rows", ())
        if "dataset" in row
    }
