"""The five states of a figure, their order, and the shape each is drawn with."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from data_access.envelope import Status

STATUSES: tuple[Status, ...] = ("normal", "information", "caution", "warning", "critical")
SEVERE: tuple[Status, ...] = ("warning", "critical")


def worst(statuses: Iterable[Status]) -> Status:
    """Return the gravest of `statuses`, normal when there are none."""
    known = [STATUSES.index(status) for status in statuses if status in STATUSES]
    return STATUSES[max(known, default=0)]


def gravity(status: object) -> int:
    """Return the rank of a status, 0 for normal and for what is no status."""
    return STATUSES.index(status) if status in STATUSES else 0


def mark(status: Status) -> html.Span:
    """Return the shape of a status; its word stands beside it."""
    return html.Span(className=f"t-mark t-mark-{status}")
