"""Which category people gave to a request that had none: kept as labels, by whom and when.

A label says what was suggested, and how sure the model was, so that what people take of it can be
counted. The newest word about a request counts; all of them are in the audit. Nothing is changed in
the system a request came from. The operations store keeps them (migration `category_label` of
`permissions`); web writes, the learning reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, String, Table, delete, insert
from sqlalchemy import select as query_of

from analytics.precision import Precision
from permissions.database import writing
from permissions.tables import metadata

LONGEST_ID = 128

category_label = Table(
    "category_label",
    metadata,
    Column("request_id", String(LONGEST_ID), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("suggested", String(64), nullable=False),
    Column("sure", Integer, nullable=False),  # per cent
    Column("chosen", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("category_label_by_time", "at_ms"),
)


@dataclass(frozen=True, slots=True)
class CategoryLabel:
    """One person's word about one request; `other` chosen: none fits."""

    request_id: str
    person_id: str
    suggested: str
    sure: int
    chosen: str
    at_ms: int

    @property
    def is_right(self) -> bool:
        """Whether the suggestion was taken."""
        return self.chosen == self.suggested


class CategoryLabels:
    """The labels of one operations store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def say(self, label: CategoryLabel) -> None:
        """Keep a label; the same person's earlier one of the same request gives way to it."""
        table = category_label.c
        mine = (table.request_id == label.request_id) & (table.person_id == label.person_id)
        with writing(self._engine) as connection:
            connection.execute(delete(category_label).where(mine))
            connection.execute(insert(category_label).values(**asdict(label)))

    def newest(self) -> list[CategoryLabel]:
        """Return the newest label of each request, the oldest first."""
        by_time = (category_label.c.at_ms, category_label.c.person_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query_of(category_label).order_by(*by_time)).mappings().all()
        found = {str(row["request_id"]): CategoryLabel(**dict(row)) for row in rows}
        return sorted(found.values(), key=lambda each: (each.at_ms, each.request_id))


def taken(labels: Iterable[CategoryLabel]) -> Precision:
    """Return what share of suggestions people took."""
    told = list(labels)
    return Precision(sum(each.is_right for each in told), len(told))
