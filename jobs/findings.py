"""The findings of one operations store: envelopes that work has made, until the feed copies them.

A finding replaces the one of its name, under a version that rises. What a run alone has found goes
with the run; all together take no more than a number of bytes, the oldest runs going first.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from data_access.envelope import Envelope
from data_access.finding import OF_ONE_RUN
from jobs.errors import Refused
from jobs.publishing import check
from jobs.tables import finding
from permissions.database import writing

MOST_KEPT_BYTES = 200_000_000
MOST_NAMES = 500

log = logging.getLogger(__name__)


class FindingStore:
    """What work has found; read by the feed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publish(self, envelope: Envelope, job_id: str, now_ms: float) -> int:
        """Keep an envelope and return its version; raises Refused for what is no finding."""
        check(envelope)
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE finding IN SHARE ROW EXCLUSIVE MODE")
            before = connection.execute(
                select(finding.c.version).where(finding.c.name == envelope.aggregate)
            ).scalar()
            version = max(int(now_ms), 0 if before is None else int(before) + 1)
            encoded = replace(envelope, version=version).encode()
            row = {
                "version": version,
                "job_id": job_id,
                "written_at_ms": int(now_ms),
                "kept_bytes": len(encoded),
                "envelope": encoded,
            }
            if before is None:
                connection.execute(insert(finding).values(name=envelope.aggregate, **row))
            else:
                mine = finding.c.name == envelope.aggregate
                connection.execute(update(finding).where(mine).values(row))
            _let_go_surplus(connection, but=envelope.aggregate)
        return version

    def versions(self) -> Mapping[str, int] | None:
        """Return the version of each finding; None while the store cannot be read."""
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(select(finding.c.name, finding.c.version)).all()
        except SQLAlchemyError as error:  # not made yet, or it is away
            log.info("findings are not known: %s", error)
            return None
        return {row.name: int(row.version) for row in rows}

    def made_by(self, name: str) -> tuple[str, int] | None:
        """Return the job that made a finding, and its version; None of none, or while away."""
        query = select(finding.c.job_id, finding.c.version).where(finding.c.name == name)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).first()
        except SQLAlchemyError as error:
            log.warning("nobody knows what made %s: %s", name, error)
            return None
        return None if row is None else (str(row.job_id), int(row.version))

    def read(self, names: Collection[str]) -> Mapping[str, Envelope] | None:
        """Return the envelopes of these names that are whole; None while the store is away."""
        query = select(finding.c.name, finding.c.envelope).where(finding.c.name.in_(names))
        found: dict[str, Envelope] = {}
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except SQLAlchemyError as error:
            log.warning("findings cannot be read: %s", error)
            return None
        for row in rows:
            try:
                envelope = Envelope.decode(row.envelope)
                check(envelope)
            except (ValueError, TypeError, KeyError, AttributeError, Refused) as error:
                log.error("finding %s cannot be read: %s", row.name, error)
                continue
            if envelope.aggregate == row.name:
                found[row.name] = envelope
        return found


def _let_go_surplus(connection: Connection, *, but: str) -> None:
    """Let go the oldest of single runs while all together are too many or too large."""
    bytes_, names = connection.execute(
        select(func.coalesce(func.sum(finding.c.kept_bytes), 0), func.count())
    ).one()
    if bytes_ <= MOST_KEPT_BYTES and names <= MOST_NAMES:
        return
    oldest = connection.execute(
        select(finding.c.name, finding.c.kept_bytes)
        .where(finding.c.name.startswith(OF_ONE_RUN, autoescape=True), finding.c.name != but)
        .order_by(finding.c.written_at_ms)
    ).all()
    for row in oldest:
        if bytes_ <= MOST_KEPT_BYTES and names <= MOST_NAMES:
            return
        connection.execute(delete(finding).where(finding.c.name == row.name))
        bytes_, names = bytes_ - row.kept_bytes, names - 1
    if bytes_ > MOST_KEPT_BYTES or names > MOST_NAMES:
        raise Refused("tooMuch", f"{names} findings of {bytes_ / 1e6:.0f} MB are too many.")
