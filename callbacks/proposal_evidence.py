"""The run of the traffic twin that a proposal of a signal plan names: whether it is there."""

from __future__ import annotations

from callbacks.desk import Desk
from jobs.job import Job
from jobs.store import JobStore
from operations.errors import ProposalRefused

KIND = "twin.traffic"


def run_of(reach: Desk, run: str) -> Job | None:
    """Return the run of the traffic twin of this id; None where there is none."""
    if not run:
        return None
    job = JobStore(reach.engine, city=reach.settings.city).find(run, with_result=False)
    return job if job is not None and job.kind == KIND else None


def check(reach: Desk, run: str) -> None:
    """Raise ProposalRefused for the id of a run that is none of the traffic twin."""
    if run and run_of(reach, run) is None:
        raise ProposalRefused("unknownRun", "no run of the traffic twin of this id")
