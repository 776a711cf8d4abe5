"""Orders about rows in quarantine: asked by people through the audit, done by the feed.

The audit's row of the asking *is* the order, so that none is done unrecorded and none is lost: it
is durable before anybody hears of it, and its number orders it among the others.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine, RowMapping, select
from sqlalchemy.exc import DBAPIError

from data_access.contracts import Id
from data_access.quarantine import Order
from permissions.roles import RIGHTS, Right
from permissions.tables import audit

ACTION = "quarantine.release"
MOST_ROWS = 200
AT_ONCE = 20

log = logging.getLogger(__name__)


class Asked(BaseModel):
    """What an order says, as the audit keeps it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Id
    reason: Annotated[str, Field(min_length=1, max_length=64)]
    mode: Literal["again", "override"]
    why: Annotated[str, Field(max_length=300)] = ""
    rows: Annotated[tuple[int, ...], Field(max_length=MOST_ROWS)] = ()

    def detail(self) -> dict[str, Any]:
        """Return what the audit keeps."""
        return self.model_dump(mode="json")


class AuditOrders:
    """The orders of an operations store, after one that is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, after: int) -> list[Order]:
        """Return the orders after `after`, oldest first; none while the store cannot be read."""
        which = (
            select(audit)
            .where(audit.c.action == ACTION, audit.c.outcome == "asked", audit.c.sequence > after)
            .order_by(audit.c.sequence)
            .limit(AT_ONCE)
        )
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(which).mappings().all()
        except DBAPIError as error:
            log.info("orders about quarantine cannot be read yet: %s", error.orig)
            return []
        return [order for row in rows if (order := order_of(row)) is not None]


def order_of(row: RowMapping | Mapping[str, Any]) -> Order | None:
    """Return the order of an audit row; None of one that is none, or of a role that may not."""
    if Right.RELEASE_ROWS not in RIGHTS.get(str(row["role"]), frozenset()):
        log.error("order %s is of a role that may not: %r", row["sequence"], row["role"])
        return None
    try:
        asked = Asked.model_validate(dict(row["detail"]))
    except ValidationError as error:
        log.error("order %s cannot be read: %s", row["sequence"], error.errors()[0]["msg"])
        return None
    return Order(
        order_id=int(row["sequence"]),
        dataset=asked.dataset,
        reason=asked.reason,
        mode=asked.mode,
        by=str(row["actor"]),
        why=asked.why,
        rows=asked.rows,
    )
