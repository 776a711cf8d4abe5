"""`python app.py job …`: which jobs there are, how they stand, and ending one."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import orjson

from processes.errors import RunError
from settings import Settings

if TYPE_CHECKING:
    from jobs.job import Job
    from jobs.store import JobStore

SHOWN = 30


class NoJob(RunError):
    """There is no job of that id, or it is not as it has to be."""


def add_commands(job: argparse.ArgumentParser) -> None:
    """Add the tasks of `job` to its parser."""
    tasks = job.add_subparsers(dest="task", required=True, metavar="task")
    listing = tasks.add_parser("list", help="list the newest jobs")
    listing.add_argument("--kind", action="append", help="of this kind alone; may be given again")
    listing.add_argument(
        "--limit", type=int, default=SHOWN, help=f"how many at most (default: {SHOWN})"
    )
    showing = tasks.add_parser("show", help="print one job as JSON, without its result")
    showing.add_argument("--result", action="store_true", help="print its result alone")
    cancelling = tasks.add_parser("cancel", help="end a job")
    for each in (showing, cancelling):
        each.add_argument("job_id", metavar="JOB_ID", help="as `job list` shows it")


def perform(settings: Settings, chosen: argparse.Namespace) -> str:
    """Do one task and return what to print; raises NoJob with a sentence."""
    from jobs.store import JobStore
    from permissions.database import open_operations

    engine = open_operations(settings.operations_url)
    try:
        store = JobStore(engine, city=settings.city)
        if chosen.task == "list":
            return _table(store.recent(chosen.kind, chosen.limit))
        job = find(store, chosen.job_id)
        if chosen.task == "cancel":
            store.cancel(job.id, time.time() * 1000)
            return f"Job {job.id} is told to end."
        return _shown(job, is_result=chosen.result)
    finally:
        engine.dispose()


def find(store: JobStore, job_id: str) -> Job:
    """Return a job; raises NoJob."""
    job = store.find(job_id)
    if job is None:
        raise NoJob(f"There is no job {job_id!r}; `job list` shows which there are.")
    return job


def _shown(job: Job, *, is_result: bool) -> str:
    about = {name: getattr(job, name) for name in job.__slots__ if name != "partial"}
    said = about.pop("result")
    if is_result:
        if said is None:
            raise NoJob(f"Job {job.id} is {job.state}; it has no result.")
        about = dict(said)
    return orjson.dumps(about, option=orjson.OPT_INDENT_2).decode()


def _table(jobs: list[Job]) -> str:
    rows = [
        f"{job.id}  {_instant(job.asked_at_ms)}  {job.kind:<24} {job.state:<10} "
        f"{job.progress:4.0%}  {_took(job):>7}  {job.person_id:<14} {job.reason}"
        for job in jobs
    ]
    return "\n".join(row.rstrip() for row in rows) or "Nobody has asked for a job yet."


def _instant(at_ms: float) -> str:
    from language import datetime_

    return datetime_(at_ms, language="en")


def _took(job: Job) -> str:
    return "" if job.took_s is None else f"{job.took_s:.1f} s"
