"""The store of jobs for those who ask: durable before it is acknowledged, answered again from it.

The same work (kind, inputs, versions) that is done already is the answer at once; that waits or
runs already is the same job. Not for whoever does the work: that is `claims`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from data_access.envelope import Text
from jobs.canonical import MOST_INPUT_BYTES, canonical, hash_of, pack
from jobs.errors import Refused
from jobs.job import Job, State
from jobs.kinds import KINDS, Kinds, find_kind
from jobs.rows import LIGHT, is_under_way, read_row
from jobs.tables import job
from jobs.versions import versions_of
from language import told
from permissions.database import writing

MOST_WAITING = 50
MOST_OF_ONE = 8  # that one person has waiting: nobody fills the queue alone
AGAIN = 5
CITY = Path("city")


class JobStore:
    """The jobs of one operations store."""

    def __init__(self, engine: Engine, *, city: Path = CITY, kinds: Kinds = KINDS) -> None:
        """`city` is the folder of the city, which decides results of twins, too."""
        self._engine = engine
        self._city = city
        self._kinds = kinds

    def ask(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        person_id: str,
        now_ms: float,
        *,
        title: Text,
        is_scheduled: bool = False,
    ) -> Job:
        """Return the job that does this: done before, under way, or new (kept when this returns).

        Raises UnknownKind, and Refused when inputs are no plain JSON, too large, or too much waits.
        """
        known = find_kind(kind, self._kinds)
        said = canonical(inputs)
        _refuse_too_large(said)
        versions = versions_of(known, self._city)
        key = key_of(kind, said, versions)
        row = _queued(kind, said, key=key, versions=versions)
        row |= {"title": dict(title), "person_id": person_id, "is_scheduled": is_scheduled}
        row["asked_at_ms"] = int(now_ms)
        for _ in range(AGAIN):
            try:
                with writing(self._engine) as connection:
                    found = _same(connection, key, is_repeatable=known.is_repeatable)
                    if found is None:
                        _has_room(connection, person_id)
                        connection.execute(insert(job).values(row))
                        found = str(row["id"])
            except IntegrityError:  # asked elsewhere in this very moment, on PostgreSQL
                continue
            answer = self.find(found)
            if answer is not None:  # else it ended and was let go meanwhile
                return answer
        raise Refused("busy", told("The same is being asked over and over."))

    def find(self, job_id: str, *, with_result: bool = True) -> Job | None:
        """Return a job, with its partial and whole result unless told otherwise; None of none."""
        if "\0" in job_id:  # from an address somebody typed; PostgreSQL takes no such text
            return None
        columns = job.columns if with_result else LIGHT
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(job.c.id == job_id)).mappings().first()
        return None if row is None else read_row(row)

    def recent(self, kinds: Collection[str] | None = None, limit: int = 50) -> list[Job]:
        """Return the newest jobs (of these kinds, else of all) without their results."""
        query = select(*LIGHT).order_by(job.c.asked_at_ms.desc(), job.c.id).limit(limit)
        if kinds is not None:
            query = query.where(job.c.kind.in_(kinds))
        with self._engine.connect() as connection:
            return [read_row(row) for row in connection.execute(query).mappings()]

    def cancel(self, job_id: str, now_ms: float) -> Job | None:
        """Have a job end: at once where it waits, in a moment where it runs; None of none."""
        ended = {"state": State.CANCELLED.value, "finished_at_ms": int(now_ms)}
        mine = job.c.id == job_id
        with writing(self._engine) as connection:
            connection.execute(
                update(job).where(mine, job.c.state == State.QUEUED.value).values(ended)
            )
            connection.execute(
                update(job)
                .where(mine, job.c.state == State.RUNNING.value)
                .values({"is_cancelled": True, "key": job_id})  # no answer to who asks again
            )
        return self.find(job_id)

    def last_scheduled(self, kind: str, *, or_asked: bool = False) -> tuple[float | None, bool]:
        """Return when the schedule (`or_asked`: anybody) last asked for a kind.

        And whether any of it is under way.
        """
        mine = job.c.kind == kind
        counted = mine if or_asked else and_(mine, job.c.is_scheduled)
        with self._engine.connect() as connection:
            last_ms = connection.execute(
                select(func.max(job.c.asked_at_ms)).where(counted)
            ).scalar()
            waiting = connection.execute(
                select(job.c.id).where(mine, is_under_way()).limit(1)
            ).first()
        return (None if last_ms is None else float(last_ms)), waiting is not None


def key_of(kind: str, inputs: bytes, versions: Mapping[str, str]) -> str:
    """Return what names the same work: SHA-256 of kind, canonical inputs and versions."""
    about = canonical({"kind": kind, "versions": versions})
    return hash_of(about + b"\n" + inputs)


def _refuse_too_large(said: bytes) -> None:
    if len(said) > MOST_INPUT_BYTES:
        raise Refused(
            "inputTooLarge",
            told(
                "The inputs have {size:.1f} MB; at most {most:.0f} MB are taken.",
                size=len(said) / 1e6,
                most=MOST_INPUT_BYTES / 1e6,
            ),
        )


def _queued(kind: str, said: bytes, *, key: str, versions: Mapping[str, str]) -> dict[str, Any]:
    """Return a new row of what nobody has begun; who asked, and when, is yet to be said."""
    packed = pack(said)
    return {
        "id": uuid.uuid4().hex,
        "kind": kind,
        "key": key,
        "inputs": packed,
        "versions": versions,
        "state": State.QUEUED.value,
        "attempt": 0,
        "is_cancelled": False,
        "progress": 0.0,
        "step": "",
        "code": "",
        "reason": "",
        "result_hash": "",
        "result_bytes": 0,
        "kept_bytes": len(packed),
    }


def _same(connection: Connection, key: str, *, is_repeatable: bool) -> str | None:
    which = is_under_way()
    if is_repeatable:
        which = or_(which, job.c.state == State.DONE.value)
    query = (
        select(job.c.id).where(job.c.key == key, which).order_by(job.c.asked_at_ms.desc()).limit(1)
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


def _has_room(connection: Connection, person_id: str) -> None:
    """Raise Refused when too much waits already."""
    waits = job.c.state == State.QUEUED.value
    count = select(func.count()).select_from(job)
    waiting = connection.execute(count.where(waits)).scalar() or 0
    own = connection.execute(count.where(waits, job.c.person_id == person_id)).scalar() or 0
    if waiting >= MOST_WAITING or own >= MOST_OF_ONE:
        raise Refused(
            "queueFull",
            told("{count} jobs wait already, {own} of them yours.", count=waiting, own=own),
        )
