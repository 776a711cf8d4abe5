"""The store of jobs for those who do the work: one has a job at a time, as long as it says so.

A claim is a lease: who claimed says now and then that it goes on. Every word about a job is taken
from its claimant alone, of this very attempt, so that a worker that was thought dead changes
nothing. A worker that died has its job done once more, by anybody; the second time it is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, select, update

from data_access.finding import OF_ONE_RUN
from jobs.errors import LeaseLost
from jobs.job import Job, State
from jobs.rows import LIGHT, read_row
from jobs.tables import finding, job
from language import pack, told
from permissions.database import writing

LEASE_S = 20.0
ATTEMPTS = 2
MOST_REASON = 500
KILLED = "workerKilled"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is somebody's for now."""

    job: Job
    worker: str
    key: str
    is_scheduled: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A result as it is kept, and under which versions it was made."""

    packed: bytes
    result_hash: str
    size: int  # of its canonical bytes
    versions: Mapping[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that nobody has yet."""

    job_id: str
    attempt: int
    is_scheduled: bool


class Claims:
    """The claims of one operations store."""

    def __init__(self, engine: Engine, *, lease_s: float = LEASE_S) -> None:
        self._engine = engine
        self.lease_s = lease_s
        self._lease_ms = lease_s * 1000

    @property
    def beat_s(self) -> float:
        """How often a worker says that it goes on."""
        return self.lease_s / 4

    def claim(
        self,
        worker: str,
        kinds: Collection[str],
        now_ms: float,
        *,
        job_id: str | None = None,
        takes_scheduled: bool = True,
    ) -> Claim | None:
        """Take the next job of these kinds: people's first, then the oldest; None of none.

        With `job_id` that one alone. Among several claimants exactly one gets a job.
        """
        if not self.is_waiting(kinds, job_id=job_id, takes_scheduled=takes_scheduled):
            return None  # a look takes no lock of SQLite's
        query = _next(kinds, job_id, takes_scheduled=takes_scheduled)
        with writing(self._engine) as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
            if row is None:
                return None
            connection.execute(
                update(job)
                .where(job.c.id == row["id"])
                .values(
                    state=State.RUNNING.value,
                    worker=worker,
                    attempt=row["attempt"] + 1,
                    lease_until_ms=int(now_ms + self._lease_ms),
                    started_at_ms=int(now_ms),
                    progress=0.0,
                    step="",
                    partial=None,
                )
            )
            query = select(*LIGHT).where(job.c.id == row["id"])
            mine = connection.execute(query).mappings().one()
        return Claim(read_row(mine), worker, str(mine["key"]), bool(mine["is_scheduled"]))

    def is_waiting(
        self, kinds: Collection[str], *, job_id: str | None = None, takes_scheduled: bool = True
    ) -> bool:
        """Tell whether there is a job that `claim` would take now."""
        query = _next(kinds, job_id, takes_scheduled=takes_scheduled)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def go_on(self, claim: Claim, now_ms: float) -> None:
        """Say that the work goes on; raises LeaseLost when it is this worker's no more."""
        self._change(claim, {"lease_until_ms": int(now_ms + self._lease_ms)})

    def is_wanted(self, claim: Claim) -> bool:
        """Tell whether nobody has asked that it end; raises LeaseLost."""
        with self._engine.connect() as connection:
            row = connection.execute(select(job.c.is_cancelled).where(*_mine(claim))).first()
        if row is None:
            raise LeaseLost(f"Job {claim.job.id} is no longer {claim.worker}'s.")
        return not row.is_cancelled

    def progress(self, claim: Claim, share: float, step: str) -> None:
        """Keep how far it is; raises LeaseLost."""
        self._change(claim, {"progress": min(max(share, 0.0), 1.0), "step": step[:64]})

    def partial(self, claim: Claim, packed: bytes) -> None:
        """Keep a first answer; raises LeaseLost."""
        self._change(claim, {"partial": packed, "kept_bytes": len(packed)})

    def finish(self, claim: Claim, made: Made, now_ms: float) -> None:
        """Keep the result; raises LeaseLost."""
        ended = _ended(State.DONE, now_ms) | {
            "versions": dict(made.versions),
            "key": made.key,
            "progress": 1.0,
            "partial": None,
            "result": made.packed,
            "result_hash": made.result_hash,
            "result_bytes": made.size,
            "kept_bytes": len(made.packed),
        }
        self._change(claim, ended)

    def fail(self, claim: Claim, code: str, reason: str, now_ms: float) -> None:
        """Keep why it cannot be done; raises LeaseLost."""
        said = {"code": code[:64], "reason": pack(reason, longest=MOST_REASON)}
        self._change(claim, _ended(State.FAILED, now_ms) | said)

    def cancelled(self, claim: Claim, now_ms: float) -> None:
        """Say that it was ended since somebody asked for that; raises LeaseLost."""
        self._change(claim, _ended(State.CANCELLED, now_ms))

    def died(self, claim: Claim, now_ms: float) -> None:
        """Say that its process was killed: it is done once more, or failed; raises LeaseLost."""
        with writing(self._engine) as connection:
            row = connection.execute(select(*LIGHT).where(*_mine(claim))).mappings().first()
            if row is None:
                raise LeaseLost(f"Job {claim.job.id} is no longer {claim.worker}'s.")
            _once_more(connection, row, now_ms)

    def give_back(self, claim: Claim) -> None:
        """Let somebody else do it, from the beginning, since this worker ends; raises LeaseLost."""
        waits = _waiting() | {"attempt": claim.job.attempt - 1}
        self._change(claim, waits)

    def take_back(self, worker: str, now_ms: float) -> int:
        """Let what `worker` had be done once more: it was killed and begins anew."""
        return self._release(job.c.worker == worker, now_ms)

    def reap(self, now_ms: float) -> int:
        """Let what dead workers had be done once more; return how many jobs that were."""
        return self._release(job.c.lease_until_ms < int(now_ms), now_ms)

    def waiting(self, limit: int = 100) -> list[Waiting]:
        """Return the jobs that nobody has yet, people's first, then the oldest."""
        query = (
            select(job.c.id, job.c.attempt, job.c.is_scheduled)
            .where(job.c.state == State.QUEUED.value)
            .order_by(job.c.is_scheduled, job.c.asked_at_ms, job.c.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                Waiting(row.id, int(row.attempt), bool(row.is_scheduled))
                for row in connection.execute(query)
            ]

    def _release(self, which: Any, now_ms: float) -> int:
        running = (which, job.c.state == State.RUNNING.value)
        with self._engine.connect() as connection:
            if connection.execute(select(job.c.id).where(*running).limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            query = select(*LIGHT).where(*running).with_for_update(skip_locked=True)
            rows = connection.execute(query).mappings().all()
            for row in rows:
                _once_more(connection, row, now_ms)
        return len(rows)

    def _change(self, claim: Claim, values: Mapping[str, Any]) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(update(job).where(*_mine(claim)).values(dict(values)))
            if not changed.rowcount:
                raise LeaseLost(f"Job {claim.job.id} is no longer {claim.worker}'s.")
            if values.get("state") in (State.FAILED.value, State.CANCELLED.value):
                _let_go_findings(connection, claim.job.id)


def _next(kinds: Collection[str], job_id: str | None, *, takes_scheduled: bool) -> Select[Any]:
    query = (
        select(*LIGHT)
        .where(job.c.state == State.QUEUED.value, job.c.kind.in_(kinds))
        .order_by(job.c.is_scheduled, job.c.asked_at_ms, job.c.id)
        .limit(1)
    )
    if job_id is not None:
        query = query.where(job.c.id == job_id)
    return query if takes_scheduled else query.where(~job.c.is_scheduled)


def _mine(claim: Claim) -> tuple[Any, ...]:
    return (
        job.c.id == claim.job.id,
        job.c.state == State.RUNNING.value,
        job.c.worker == claim.worker,
        job.c.attempt == claim.job.attempt,
    )


def _once_more(connection: Connection, row: RowMapping, now_ms: float) -> None:
    if row["is_cancelled"]:
        values = _ended(State.CANCELLED, now_ms)
    elif row["attempt"] < ATTEMPTS:
        values = _waiting()
    else:
        words = pack(told("The worker was killed, twice."))
        values = _ended(State.FAILED, now_ms) | {"code": KILLED, "reason": words}
    connection.execute(update(job).where(job.c.id == row["id"]).values(values))
    _let_go_findings(connection, row["id"])


def _waiting() -> dict[str, Any]:
    return {
        "state": State.QUEUED.value,
        "worker": None,
        "lease_until_ms": None,
        "progress": 0.0,
        "step": "",
        "partial": None,
    }


def _ended(state: State, now_ms: float) -> dict[str, Any]:
    return {
        "state": state.value,
        "finished_at_ms": int(now_ms),
        "lease_until_ms": None,
        "worker": None,
    }


def _let_go_findings(connection: Connection, job_id: str) -> None:
    """What a run alone has found stands for no run that came to nothing."""
    of_one_run = finding.c.name.startswith(OF_ONE_RUN, autoescape=True)
    connection.execute(delete(finding).where(of_one_run, finding.c.job_id == job_id))
