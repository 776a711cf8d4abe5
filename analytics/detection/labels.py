"""What people said of alerts: right, wrong, or a sensor's fault. Kept as labels, by whom and when.

The newest word about an alert counts; all of them are in the audit. What share was right is the
precision people measured, with the interval its number allows (Wilson). The operations store keeps
them (migration `detection_label` of `permissions`); web writes, the job reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Engine,
    Index,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from analytics.detection.verdict import Verdict, is_right
from analytics.precision import Precision
from permissions.database import writing
from permissions.tables import metadata

detection_label = Table(
    "detection_label",
    metadata,
    Column("alert_id", String(96), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("detector", String(64), nullable=False),
    Column("sort", String(8), nullable=False),  # event | fault
    Column("verdict", String(8), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("began_ms", BigInteger, nullable=False),  # of the alert, glass time
    Column("title", JSON, nullable=False),
    Index("detection_label_by_time", "at_ms"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """One person's word about one alert."""

    alert_id: str
    person_id: str
    detector: str
    sort: str
    verdict: Verdict
    at_ms: float
    began_ms: float
    title: dict[str, str]

    @property
    def is_right(self) -> bool:
        """Whether the alert was what it said: an event, or a sensor's fault."""
        return is_right(self.verdict, self.sort)


class LabelStore:
    """The labels of one operations store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def say(self, label: Label) -> None:
        """Keep a label; the same person's earlier one of the same alert gives way to it."""
        table = detection_label.c
        row: dict[str, Any] = {
            "alert_id": label.alert_id,
            "person_id": label.person_id,
            "detector": label.detector,
            "sort": label.sort,
            "verdict": label.verdict,
            "at_ms": int(label.at_ms),
            "began_ms": int(label.began_ms),
            "title": label.title,
        }
        mine = (table.alert_id == label.alert_id) & (table.person_id == label.person_id)
        with writing(self._engine) as connection:
            connection.execute(delete(detection_label).where(mine))
            connection.execute(insert(detection_label).values(**row))

    def all(self, *, since_ms: float = 0.0) -> list[Label]:
        """Return the newest label of each alert since then, oldest first."""
        query = (
            select(detection_label)
            .where(detection_label.c.at_ms >= int(since_ms))
            .order_by(detection_label.c.at_ms, detection_label.c.person_id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        newest = {str(row["alert_id"]): Label(**dict(row)) for row in rows}
        return sorted(newest.values(), key=lambda label: (label.at_ms, label.alert_id))

    def newest_ms(self) -> float | None:
        """Return when anybody said something last; None before anybody did."""
        with self._engine.connect() as connection:
            found = connection.execute(select(func.max(detection_label.c.at_ms))).scalar()
        return None if found is None else float(found)


def precision(labels: Iterable[Label]) -> Precision:
    """Return what share of alerts was right."""
    told = list(labels)
    return Precision(sum(label.is_right for label in told), len(told))


def by_week(
    labels: Sequence[Label], *, week_ms: float = 7 * 86_400_000.0
) -> list[tuple[float, Precision]]:
    """Return (beginning of a week, precision of what was said in it), ascending."""
    weeks: dict[int, list[Label]] = {}
    for label in labels:
        weeks.setdefault(int(label.at_ms // week_ms), []).append(label)
    return [(week * week_ms, precision(told)) for week, told in sorted(weeks.items())]
