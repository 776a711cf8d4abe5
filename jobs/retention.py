"""What is let go of the store of jobs: bounded for each kind, in number and in bytes over all."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, select

from data_access.finding import OF_ONE_RUN
from jobs.job import ENDED
from jobs.kinds import KINDS, Kinds
from jobs.tables import finding, job
from permissions.database import writing

MOST_BYTES = 1_000_000_000  # of all jobs, as kept
KEPT_UNKNOWN = 10  # of a kind that is none any more


def tidy(engine: Engine, *, kinds: Kinds = KINDS, most_bytes: int = MOST_BYTES) -> int:
    """Let go the oldest ended jobs that are too many, with what they found; return how many."""
    ended = job.c.state.in_([each.value for each in ENDED])
    query = (
        select(job.c.id, job.c.kind, job.c.kept_bytes)
        .where(ended)
        .order_by(job.c.finished_at_ms.desc(), job.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    surplus: list[str] = []
    counts: dict[str, int] = {}
    bytes_ = 0
    for row in rows:  # the newest first
        counts[row.kind] = counts.get(row.kind, 0) + 1
        most = kinds[row.kind].keep if row.kind in kinds else KEPT_UNKNOWN
        if counts[row.kind] > most or bytes_ + row.kept_bytes > most_bytes:
            surplus.append(row.id)
        else:
            bytes_ += row.kept_bytes
    if surplus:
        with writing(engine) as connection:
            for job_id in surplus:
                _let_go(connection, job_id)
    return len(surplus)


def _let_go(connection: Connection, job_id: str) -> None:
    connection.execute(delete(job).where(job.c.id == job_id))
    of_one_run = finding.c.name.startswith(OF_ONE_RUN, autoescape=True)
    connection.execute(delete(finding).where(of_one_run, finding.c.job_id == job_id))
