"""Who did what: rows that can only be added, each sealed over the one before.

A command leaves two rows, `asked` before it is sent and its outcome after (`answers` points back),
so that nothing is done unrecorded even when a process dies between. Triggers of the store refuse
change and deletion; the seal is an HMAC, so that a row changed below the triggers shows.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Engine, RowMapping, insert, select

from permissions.database import writing
from permissions.roles import Person
from permissions.tables import audit

OUTCOMES = ("asked", "ok", "refused", "failed")
NOBODY = Person(user_id="-", name="", role="-")
ROWS_AT_ONCE = 1_000  # of the whole audit, which grows for years
_BEGINNING = "0" * 64
_SEALED = tuple(str(column.key) for column in audit.columns if column.key != "hash")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to add; `target` names what it was done to ("wall/le-lai"); never a secret."""

    at_ms: float
    person: Person
    address: str
    action: str
    outcome: str
    target: str = ""
    code: str | None = None
    answers: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class AuditLog:
    """The audit of one operations store, sealed with `key`."""

    def __init__(self, engine: Engine, *, key: bytes) -> None:
        self._engine = engine
        self._key = key

    def append(self, entry: Entry) -> int:
        """Add a row and return its sequence number; it is durable when this returns.

        Raises ValueError for an outcome that is none.
        """
        if entry.outcome not in OUTCOMES:
            raise ValueError(f"outcome {entry.outcome!r} is none of {', '.join(OUTCOMES)}")
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
            last = connection.execute(
                select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
            ).first()
            row: dict[str, Any] = {
                "sequence": last.sequence + 1 if last else 1,
                "at_ms": int(entry.at_ms),
                "actor": entry.person.user_id,
                "role": entry.person.role,
                "site_id": entry.person.site_id,
                "address": entry.address[:64],
                "action": entry.action,
                # What somebody asked for may be any text; PostgreSQL takes none with a NUL.
                "target": entry.target.replace("\0", "\ufffd")[:200],
                "outcome": entry.outcome,
                "code": entry.code,
                "answers": entry.answers,
                "detail": dict(entry.detail),
                "previous_hash": last.hash if last else _BEGINNING,
            }
            connection.execute(insert(audit).values(**row, hash=self._seal(row)))
        return int(row["sequence"])

    def recent(
        self,
        *,
        action: str | None = None,
        target: str | None = None,
        limit: int = 50,
        until_ms: float | None = None,
    ) -> list[RowMapping]:
        """Return the newest rows first, of one action or target when named.

        With `until_ms` those that there were by then.
        """
        query = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
        if until_ms is not None:
            query = query.where(audit.c.at_ms <= until_ms)
        if action is not None:
            query = query.where(audit.c.action == action)
        if target is not None:
            query = query.where(audit.c.target == target)
        with self._engine.connect() as connection:
            return list(connection.execute(query).mappings())

    def broken_at(self) -> int | None:
        """Return the sequence of the first row that was changed, removed or put in, or None."""
        previous, expected = _BEGINNING, 1
        with self._engine.connect() as connection:
            every = select(audit).order_by(audit.c.sequence)
            few = connection.execution_options(yield_per=ROWS_AT_ONCE)
            for row in few.execute(every).mappings():
                whole = row["sequence"] == expected and row["previous_hash"] == previous
                if not whole or not hmac.compare_digest(row["hash"], self._seal(dict(row))):
                    return expected
                previous, expected = row["hash"], expected + 1
        return None

    def heads(self) -> Iterator[tuple[int, str]]:
        """Yield (sequence, seal) of every row, in order: any of them can be noted elsewhere."""
        query = select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence)
        with self._engine.connect() as connection:
            few = connection.execution_options(yield_per=ROWS_AT_ONCE)
            for row in few.execute(query):
                yield row.sequence, row.hash

    def _seal(self, row: Mapping[str, Any]) -> str:
        sealed = orjson.dumps({name: row[name] for name in _SEALED}, option=orjson.OPT_SORT_KEYS)
        return hmac.new(self._key, sealed, hashlib.sha256).hexdigest()
