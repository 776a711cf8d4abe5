"""Instants as sources write them and records hold them, without what reading rows takes."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def instant(text: str, zone: tzinfo | None = None) -> datetime | None:
    """Return an ISO 8601 instant as UTC; None when it is none, or lacks a zone and none is given.

    `zone`: of times that say none.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.tzinfo is None:
        if zone is None:
            return None
        at = at.replace(tzinfo=zone)
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def iso(at: datetime | None) -> str | None:
    """Return an instant as a record's body holds it."""
    return None if at is None else at.astimezone(UTC).isoformat()
