"""The book as an envelope's payload, and back: `detection.alerts` shows it and keeps it.

Items are those of every alert list (data_access/envelope.py, Item) with more: what bears an alert
out, its course, its life. Nothing is kept elsewhere, so what was published is what is remembered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from analytics.detection.book import Alert, Book, Seen
from analytics.detection.finding import Finding
from analytics.detection.labels import Label
from analytics.detection.trust import UNJUDGED, Rule, Trust
from analytics.detection.verdict import is_refuted
from data_access.aggregates.aggregate import text
from data_access.aggregates.parts import column, number, table, words
from data_access.envelope import Envelope, Item, Number, Payload, Text

ALERTS = "detection.alerts"
EVENTS, FAULTS, ENDED = "active", "faults", "ended"
MUTED = "muted"  # of detectors that walls do not show

log = logging.getLogger(__name__)


def seen(finding: Finding, glass_ms: Callable[[int], float], *, source: Mapping[str, str]) -> Seen:
    """Return a finding as the book takes it; `glass_ms` brings its instants to glass time.

    `source` is the series it is of, or the first dataset of one that is of several.
    """
    is_of_series = "indicator" in source and finding.subjects
    told: dict[str, Any] = {
        "title": finding.title,
        "evidence": list(finding.evidence),
        "causes": list(finding.causes),
        "area": finding.area,
        "place": finding.place,
        "spot": finding.spot,
        "endsMs": None if finding.ends_us is None else glass_ms(finding.ends_us),
        "endsOf": finding.ends_of,
        "source": {**source, **({"entity": finding.subjects[0]} if is_of_series else {})},
    }
    if finding.line is not None:
        told["line"] = {
            "unit": finding.line.unit,
            "decimals": finding.line.decimals,
            "points": [[glass_ms(int(at)), one] for at, one in finding.line.points],
            "usual": [[glass_ms(int(at)), one] for at, one in finding.line.usual],
        }
    return Seen(
        detector=finding.detector,
        kind=finding.kind,
        sort=finding.sort,
        subjects=finding.subjects,
        severity=finding.severity,
        began_ms=glass_ms(finding.began_us),
        seen_ms=glass_ms(finding.seen_us),
        told=told,
    )


def payload(
    book: Book,
    names: Mapping[str, Text],
    detectors: Sequence[dict[str, Any]],
    trust: Mapping[str, Trust],
    rule: Rule,
    *,
    labels: Iterable[Label] = (),
) -> Payload:
    """Return what is published; `names` of detectors, `detectors` how each looked last.

    `trust` is what people's labels make of each by the `rule`: alerts of one that is muted are a
    list of their own, which no wall shows. An alert that one of the `labels` is about has what was
    said of it; what was refuted stands below the others and makes nothing graver.
    """
    said = {label.alert_id: label for label in labels}

    def items(alerts: Iterable[Alert]) -> list[Item]:
        return sorted((_item(each, names, said.get(each.id)) for each in alerts), key=is_refuted)

    muted = [alert for alert in book.open if trust.get(alert.detector, UNJUDGED).is_muted]
    heard = [alert for alert in book.open if alert not in muted]
    events = items(alert for alert in heard if alert.sort == "event")
    faults = [alert for alert in heard if alert.sort == "fault"]
    return {
        "numbers": _numbers(events, faults),
        "items": {
            EVENTS: events,
            FAULTS: items(faults),
            MUTED: items(muted),
            ENDED: [_item(alert, names, said.get(alert.id)) for alert in book.ended],
        },
        "tables": {
            "detectors": table(
                text("Bộ phát hiện", "Detectors"),
                [
                    words("name", text("Bộ phát hiện", "Detector")),
                    words("dataset", text("Dữ liệu", "Dataset")),
                    column("open", text("Đang mở", "Open")),
                    words("basis", text("Ngưỡng theo", "Thresholds from")),
                ],
                [{**row, **_trusted(trust.get(str(row["id"]), UNJUDGED))} for row in detectors],
            ),
            "trust": table(
                text("Khi nào màn hình không hiện", "When walls do not show"),
                [
                    column("floor", text("Đúng ít hơn", "Right less often than"), "%"),
                    column("clear", text("Hiện lại từ", "Shown again from"), "%"),
                    column("least", text("Đánh giá, ít nhất", "Judged, at least")),
                    column("window", text("Mới nhất", "Newest")),
                ],
                [rule.model_dump(mode="json")],
            ),
        },
    }


def _numbers(events: Sequence[Item], faults: Sequence[Alert]) -> dict[str, Number]:
    """Return how much is unusual and how many sensors are suspected; the gravest comes first."""
    believed = [item for item in events if not is_refuted(item)]
    refuted = len(events) - len(believed)
    note = None if events else text("không có", "none")
    if refuted:
        note = text(f"{refuted} bị đánh giá là sai", f"{refuted} judged to be wrong")
    return {
        "events": number(
            text("Bất thường đang diễn ra", "Anomalies under way"),
            len(events),
            better="down",
            status=believed[0]["severity"] if believed else "normal",
            note=note,
        ),
        "faults": number(
            text("Cảm biến nghi lỗi", "Sensors suspected"),
            sum(len(alert.subjects) for alert in faults),
            better="down",
            status="information" if faults else "normal",
        ),
    }


def book_of(envelope: Envelope | None) -> Book:
    """Return the book that was published; what cannot be read is left out, and logged."""
    if envelope is None or envelope.state != "ok":
        return Book()
    items = envelope.payload.get("items", {})
    open_ = [each for name in (EVENTS, FAULTS, MUTED) for each in _alerts(items.get(name, ()))]
    return Book(tuple(open_), tuple(_alerts(items.get(ENDED, ()))))


def _trusted(trust: Trust) -> dict[str, Any]:
    return {
        "judged": trust.newest.told,
        "right": trust.newest.right,
        "mutedMs": trust.muted_ms,
    }


def looked_of(envelope: Envelope | None) -> dict[str, tuple[float, float]]:
    """Return when each detector looked last, and the newest value it has seen (ms, glass)."""
    if envelope is None:
        return {}
    tables: Mapping[str, Any] = envelope.payload.get("tables", {})
    rows = tables.get("detectors", {}).get("rows", ())
    found = {}
    for row in rows:
        try:
            found[str(row["id"])] = float(row["looked"]), float(row["newest"])
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _item(alert: Alert, names: Mapping[str, Text], said: Label | None) -> Item:
    told = dict(alert.told)
    evidence = told.get("evidence") or []
    item: dict[str, Any] = {
        **told,
        "id": alert.id,
        "kind": names.get(alert.detector, text(alert.detector, alert.detector)),
        "severity": alert.severity,
        "atMs": alert.began_ms,
        "untilMs": alert.ended_ms,
        "detail": evidence[0] if evidence else text("", ""),
        "detector": alert.detector,
        "what": alert.kind,
        "sort": alert.sort,
        "subjects": list(alert.subjects),
        "worst": alert.worst,
        "raisedMs": alert.raised_ms,
        "seenMs": alert.seen_ms,
        "endedMs": alert.ended_ms,
        "ending": alert.ending,
    }
    if said is not None:
        item |= {"verdict": said.verdict, "saidMs": said.at_ms}
    if alert.ended_ms is not None:
        item.pop("line", None)  # the list of what is over is long
    return cast(Item, item)


_OWN = frozenset(
    ("id", "kind", "severity", "atMs", "untilMs", "detail", "detector", "what", "sort", "subjects",
     "worst", "raisedMs", "seenMs", "endedMs", "ending", "verdict", "saidMs")
)  # fmt: skip


def _alerts(items: Sequence[Any]) -> list[Alert]:
    found = []
    for item in items:
        try:
            found.append(
                Alert(
                    id=str(item["id"]),
                    detector=str(item["detector"]),
                    kind=str(item["what"]),
                    sort=str(item["sort"]),
                    subjects=tuple(map(str, item["subjects"])),
                    severity=item["severity"],
                    worst=item["worst"],
                    began_ms=float(item["atMs"]),
                    raised_ms=float(item["raisedMs"]),
                    seen_ms=float(item["seenMs"]),
                    ended_ms=None if item["endedMs"] is None else float(item["endedMs"]),
                    ending=item["ending"],
                    told={name: each for name, each in item.items() if name not in _OWN},
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            log.error("an alert that was published cannot be read: %r", error)
    return found
