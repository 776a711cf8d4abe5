"""What forecasting keeps between two runs: what it learned, and what it published.

One row of the operations store each (migration `forecast_memory` of `permissions`), so that any
worker on any machine finds it, with the SHA-256 of its bytes. What does not hash to it, or cannot
be read, is as good as not there, and said. Work alone writes here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from permissions.database import writing
from permissions.tables import metadata

Part = Literal["fit", "said"]
MOST_BYTES = 64_000_000  # of one row: an entry of several thousand series

log = logging.getLogger(__name__)

forecast_memory = Table(
    "forecast_memory",
    metadata,
    Column("name", String(128), primary_key=True),  # id of forecasts.toml
    Column("part", String(8), primary_key=True),  # fit | said
    Column("at_ms", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),  # SHA-256 of the body
    Column("about", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as it was kept; `about` is what is said of it."""

    at_ms: int
    hash: str
    about: Mapping[str, Any]
    body: bytes


class Memory:
    """The rows of one operations store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, name: str, part: Part) -> Kept | None:
        """Return what is kept; None where nothing is, it was changed, or the store is away."""
        mine = (forecast_memory.c.name == name) & (forecast_memory.c.part == part)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(select(forecast_memory).where(mine)).one_or_none()
        except SQLAlchemyError as error:
            log.warning("what was kept of %s cannot be read: %s", name, error)
            return None
        if row is None:
            return None
        if sha256(row.body).hexdigest() != row.hash:
            log.error("what was kept of %s (%s) is not what was written", name, part)
            return None
        return Kept(int(row.at_ms), row.hash, row.about, row.body)

    def keep(
        self, name: str, part: Part, body: bytes, *, about: Mapping[str, Any], now_ms: float
    ) -> str:
        """Keep a body in place of the one before and return its hash; raises ValueError.

        A store that is not made yet, or is away, keeps nothing: then it is learned anew next time.
        """
        if len(body) > MOST_BYTES:
            raise ValueError(f"{name}: {len(body) / 1e6:.0f} MB are more than is kept")
        mine = (forecast_memory.c.name == name) & (forecast_memory.c.part == part)
        digest = sha256(body).hexdigest()
        row = {"at_ms": int(now_ms), "hash": digest, "about": dict(about), "body": body}
        try:
            with writing(self._engine) as connection:
                connection.execute(delete(forecast_memory).where(mine))
                connection.execute(insert(forecast_memory).values(name=name, part=part, **row))
        except SQLAlchemyError as error:
            log.warning("%s (%s) cannot be kept: %s", name, part, error)
        return digest
