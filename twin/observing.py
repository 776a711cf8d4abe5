"""What of the store a twin is held against, as `seen` says it; what was told is each twin's own."""

from __future__ import annotations

from data_access.store.snapshot import Snapshot
from twin.seen import Seen

MS = 1000  # microseconds


def seen_of(snapshot: Snapshot, dataset: str, *, series: int, until_us: int | None) -> list[Seen]:
    """Return that `series` of a dataset were seen up to a time of its track; nothing of none."""
    current = snapshot.current(dataset)
    if current is None or until_us is None or not series:
        return []
    newest_us = snapshot.newest_us(dataset)
    until_us = until_us if newest_us is None else min(until_us, newest_us)
    return [
        {
            "dataset": dataset,
            "origin": current.origin,
            "series": series,
            "untilMs": current.timeline.glass(until_us) / MS,
        }
    ]
