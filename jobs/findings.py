"""The findings of one operations store: envelopes that work has made, until the feed copies them.

A finding replaces the one of its name, under a version that rises. What a run alone has found goes
with the run; all together take no more than a number of bytes, the oldest runs going first. What a
finding said before is kept beside for a while, compressed, so that "what was known then" can be
asked of it, too; of each name so many bytes.
"""

from __future__ import annotations

import logging
import math
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from data_access.envelope import Envelope
from data_access.finding import OF_ONE_RUN, Stood
from jobs.errors import Refused
from jobs.publishing import check
from jobs.tables import finding, finding_past
from language import told
from permissions.database import writing

MOST_KEPT_BYTES = 200_000_000
MOST_NAMES = 500
MOST_PAST_BYTES = 32_000_000  # of what one name said before, compressed
PAST_DAYS = 62
DAY_MS = 86_400_000
LET_GO = 64  # rows at a time

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
                select(finding).where(finding.c.name == envelope.aggregate)
            ).first()
            version = max(int(now_ms), 0 if before is None else int(before.version) + 1)
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
                _remember(connection, before, int(now_ms))
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

    def made_then(self, name: str, version: int) -> str | None:
        """Return the job that made what a finding said once; None where that is not kept."""
        mine = (finding_past.c.name == name) & (finding_past.c.version == version)
        try:
            with self._engine.connect() as connection:
                found = connection.execute(select(finding_past.c.job_id).where(mine)).scalar()
        except SQLAlchemyError as error:
            log.warning("nobody knows what made %s then: %s", name, error)
            return None
        return None if found is None else str(found)

    def said(self, name: str, version: int) -> Envelope | None:
        """Return what a finding said in one version; None where that is not kept, or while away."""
        was, now = finding_past.c, finding.c
        newest = select(now.envelope).where(now.name == name, now.version == version)
        past = select(was.envelope).where(was.name == name, was.version == version)
        try:
            with self._engine.connect() as connection:
                encoded = connection.execute(newest).scalar()
                packed = connection.execute(past).scalar() if encoded is None else None
        except SQLAlchemyError as error:
            log.warning("what %s said cannot be read: %s", name, error)
            return None
        if packed is not None:
            encoded = _unpacked(packed)
        return None if encoded is None else _whole([(name, encoded)]).get(name)

    def read(self, names: Collection[str]) -> Mapping[str, Envelope] | None:
        """Return the envelopes of these names that are whole; None while the store is away."""
        query = select(finding.c.name, finding.c.envelope).where(finding.c.name.in_(names))
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except SQLAlchemyError as error:
            log.warning("findings cannot be read: %s", error)
            return None
        return _whole((row.name, row.envelope) for row in rows)

    def as_of(self, names: Collection[str], at_ms: float) -> Mapping[str, Envelope] | None:
        """Return what these findings said at an instant, as far as it is kept; None while away."""
        stood = self.stood(names, at_ms)
        if stood is None:
            return None
        return {name: each.envelope for name, each in stood.items() if each.envelope is not None}

    def stood(self, names: Collection[str], at_ms: float) -> Mapping[str, Stood] | None:
        """Return what each of these findings said at an instant; None while away.

        What says something still does so without end, what cannot be read says nothing.
        """
        try:
            with self._engine.connect() as connection:
                return {name: _stood(connection, name, at_ms) for name in names}
        except SQLAlchemyError as error:
            log.warning("findings of then cannot be read: %s", error)
            return None


def _stood(connection: Connection, name: str, at_ms: float) -> Stood:
    was, now = finding_past.c, finding.c
    stands = connection.execute(
        select(now.envelope, now.written_at_ms).where(now.name == name, now.written_at_ms <= at_ms)
    ).first()
    if stands is not None:
        envelope = _whole([(name, stands.envelope)]).get(name)
        return Stood(envelope, float(stands.written_at_ms), math.inf)
    mine = was.name == name
    row = connection.execute(
        select(was.envelope, was.written_at_ms, was.until_at_ms)
        .where(mine, was.written_at_ms <= at_ms, was.until_at_ms > at_ms)
        .order_by(was.written_at_ms.desc(), was.version.desc())
        .limit(1)
    ).first()
    if row is not None:
        envelope = _whole([(name, _unpacked(row.envelope))]).get(name)
        return Stood(envelope, float(row.written_at_ms), float(row.until_at_ms))
    later = (
        select(func.min(was.written_at_ms)).where(mine, was.written_at_ms > at_ms),
        select(now.written_at_ms).where(now.name == name),
    )
    until = [each for query in later if (each := connection.execute(query).scalar()) is not None]
    return Stood(None, at_ms, float(min(until, default=math.inf)))


def _whole(kept: Iterable[tuple[str, bytes]]) -> dict[str, Envelope]:
    """Return the envelopes that can be read, by name."""
    found: dict[str, Envelope] = {}
    for name, encoded in kept:
        try:
            envelope = Envelope.decode(encoded)
            check(envelope)
        except (ValueError, TypeError, KeyError, AttributeError, Refused) as error:
            log.error("finding %s cannot be read: %s", name, error)
            continue
        if envelope.aggregate == name:
            found[name] = envelope
    return found


def _unpacked(packed: bytes) -> bytes:
    """Return what was compressed; b"" of what cannot be read."""
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""


def _remember(connection: Connection, was: Row[Any], now_ms: int) -> None:
    """Keep what a finding has said until now, and let go what is too old or too much of its name.

    What one run found is told with the run, and does not change.
    """
    if was.name.startswith(OF_ONE_RUN):
        return
    packed = zlib.compress(was.envelope)
    connection.execute(
        insert(finding_past).values(
            name=was.name,
            version=was.version,
            job_id=was.job_id,
            written_at_ms=was.written_at_ms,
            until_at_ms=max(now_ms, was.written_at_ms),
            kept_bytes=len(packed),
            envelope=packed,
        )
    )
    mine = finding_past.c.name == was.name
    old = finding_past.c.until_at_ms < now_ms - PAST_DAYS * DAY_MS
    connection.execute(delete(finding_past).where(mine, old))
    sizes = select(func.coalesce(func.sum(finding_past.c.kept_bytes), 0)).where(mine)
    bytes_ = int(connection.execute(sizes).scalar_one())
    oldest = (
        select(finding_past.c.version, finding_past.c.kept_bytes)
        .where(mine)
        .order_by(finding_past.c.version)
        .limit(LET_GO)
    )
    while bytes_ > MOST_PAST_BYTES:
        rows = connection.execute(oldest).all()
        if not rows:
            return
        for row in rows:
            if bytes_ <= MOST_PAST_BYTES:
                return
            gone = mine & (finding_past.c.version == row.version)
            connection.execute(delete(finding_past).where(gone))
            bytes_ -= row.kept_bytes


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
        raise Refused(
            "tooMuch",
            told("{count} findings of {size:.0f} MB are too many.", count=names, size=bytes_ / 1e6),
        )
