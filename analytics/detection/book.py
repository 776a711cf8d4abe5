"""Which alerts stand: findings of every look, folded into things with a number and a life.

A finding about anything that an open alert is already about is that alert: one, not ten. Its number
and its beginning stay as they were, whatever later looks can still see of it. It ends when its
detector looked at newer values and no longer found it, or when nothing was heard for long. The book
is a fold: what stood before, findings, now -> what stands, what ended. Pure; it is kept in the
envelope that is published (`alerts.py`), so that a restart forgets nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from data_access.aggregates.items import ORDER
from data_access.envelope import Status

FORGET_MS = 6 * 3_600_000.0  # after so long without a value nobody can say that it still stands,
# unless its dataset is slower than that
AGAIN_MS = 30 * 60_000.0  # what comes again so soon after it was over was not over
KEPT = 200  # ended ones
Ending = Literal["cleared", "silent", "joined"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding as the book takes it: instants in Unix milliseconds of glass time."""

    detector: str
    kind: str
    sort: str
    subjects: tuple[str, ...]
    severity: Status
    began_ms: float
    seen_ms: float
    told: Mapping[str, Any] = field(default_factory=dict)  # title, evidence … as published


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble with its life. `severity` is how bad it is now, `worst` how bad it was.

    What is no longer off and not well for long enough is `information`: it is dying down.
    """

    id: str
    detector: str
    kind: str
    sort: str
    subjects: tuple[str, ...]
    severity: Status
    worst: Status
    began_ms: float
    raised_ms: float
    seen_ms: float
    ended_ms: float | None = None
    ending: Ending | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """What stands, and what ended, the newest first."""

    open: tuple[Alert, ...] = ()
    ended: tuple[Alert, ...] = ()


def fold(
    book: Book,
    seen: Iterable[Seen],
    *,
    looked_ms: Mapping[str, float],
    now_ms: float,
    forget_ms: Mapping[str, float] | None = None,
) -> Book:
    """Return the book after one look.

    `looked_ms`: the newest value each detector has seen; one that is not named did not look, and
    nothing of it changes but by being silent for too long: `forget_ms` by detector.
    """

    def is_silent(each: Seen | Alert) -> bool:
        longest = max(FORGET_MS, (forget_ms or {}).get(each.detector, 0.0))
        return now_ms - each.seen_ms > longest

    left = list(book.open)
    ended_before = list(book.ended)
    standing: list[Alert] = []
    ended: list[Alert] = []
    told = [each for each in seen if not is_silent(each)]
    for each in sorted(told, key=lambda one: (one.began_ms, one.subjects)):
        same = [alert for alert in left if _is_same(alert, each)]
        left = [alert for alert in left if alert not in same]
        is_dying = each.sort == "event" and each.severity == "information"
        twin = next((n for n, alert in enumerate(standing) if _is_same(alert, each)), None)
        if same:
            first = min(same, key=lambda alert: (alert.raised_ms, alert.began_ms, alert.id))
            ended += [_end(a, now_ms, "joined") for a in same if a is not first]
            standing.append(_grown(first, each))
        elif twin is not None:
            standing[twin] = _grown(standing[twin], each)
        elif not is_dying:  # nobody is told of what is over
            lately = next((a for a in ended_before if _is_again(a, each, now_ms)), None)
            ended_before = [alert for alert in ended_before if alert is not lately]
            standing.append(_raised(each, now_ms) if lately is None else _reopened(lately, each))
    for alert in left:
        if is_silent(alert):
            ended.append(_end(alert, now_ms, "silent"))
        elif looked_ms.get(alert.detector, 0.0) > alert.seen_ms:
            ended.append(_end(alert, now_ms, "cleared"))
        else:
            standing.append(alert)
    return Book(tuple(ranked(standing)), (*_newest(ended), *ended_before)[:KEPT])


def ranked(alerts: Sequence[Alert]) -> list[Alert]:
    """Return alerts as people need them: events before faults, the gravest first, then newest."""
    return sorted(alerts, key=lambda a: (a.sort == "fault", ORDER[a.severity], -a.began_ms, a.id))


def _is_same(alert: Alert, seen: Seen) -> bool:
    return (
        alert.detector == seen.detector
        and alert.kind == seen.kind
        and not set(alert.subjects).isdisjoint(seen.subjects)
    )


def _raised(seen: Seen, now_ms: float) -> Alert:
    first = seen.subjects[0] if seen.subjects else ""
    named = f"{seen.detector}|{seen.kind}|{first}|{seen.began_ms:.0f}"
    return Alert(
        id=f"{seen.detector}-{hashlib.sha256(named.encode()).hexdigest()[:12]}",
        detector=seen.detector,
        kind=seen.kind,
        sort=seen.sort,
        subjects=seen.subjects,
        severity=seen.severity,
        worst=seen.severity,
        began_ms=seen.began_ms,
        raised_ms=now_ms,
        seen_ms=seen.seen_ms,
        told=seen.told,
    )


def _grown(alert: Alert, seen: Seen) -> Alert:
    told = dict(seen.told)
    if ORDER[seen.severity] > ORDER[alert.worst] and "evidence" in alert.told:
        told["evidence"] = alert.told["evidence"]  # what it was raised for, while it is dying down
    return replace(
        alert,
        subjects=seen.subjects,
        severity=seen.severity,
        worst=min(alert.worst, seen.severity, key=lambda status: ORDER[status]),
        began_ms=min(alert.began_ms, seen.began_ms),
        seen_ms=max(alert.seen_ms, seen.seen_ms),
        told=told,
    )


def _is_again(alert: Alert, seen: Seen, now_ms: float) -> bool:
    if alert.ending != "cleared" or alert.ended_ms is None or not _is_same(alert, seen):
        return False
    return now_ms - alert.ended_ms <= AGAIN_MS


def _reopened(alert: Alert, seen: Seen) -> Alert:
    return _grown(replace(alert, ended_ms=None, ending=None), seen)


def _end(alert: Alert, now_ms: float, ending: Ending) -> Alert:
    return replace(alert, ended_ms=now_ms, ending=ending)


def _newest(ended: Iterable[Alert]) -> list[Alert]:
    return sorted(ended, key=lambda alert: (-alert.began_ms, alert.id))
