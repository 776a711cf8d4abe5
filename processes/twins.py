"""`python app.py twin …`: the digital twins at the command line.

`rerun` does again what a run did, from its own inputs, and compares: a result that nobody can make
again is none.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from processes.job_commands import NoJob, find
from processes.twin_imports import import_source
from settings import Settings

if TYPE_CHECKING:
    from data_access.envelope import Envelope
    from jobs.job import Job
    from jobs.kinds import JobKind, Kinds
    from jobs.supervision import Ended


def add_commands(twin: argparse.ArgumentParser) -> None:
    """Add the tasks of `twin` to its parser."""
    tasks = twin.add_subparsers(dest="task", required=True, metavar="task")
    again = tasks.add_parser("rerun", help="do a run again; 1 when it comes out otherwise")
    again.add_argument("job_id", metavar="JOB_ID", help="as `job list` shows it")
    importing = tasks.add_parser("import", help="take a model or network of others")
    importing.add_argument(
        "source",
        metavar="FILE",
        type=Path,
        help="a .inp of SWMM (drainage); an OSM extract or a GMNS folder (traffic)",
    )
    importing.add_argument(
        "--crs",
        help="system of a GMNS folder's coordinates, such as EPSG:3405, where config.csv has none",
    )


def perform(
    settings: Settings, chosen: argparse.Namespace, *, kinds: Kinds | None = None
) -> tuple[str, bool]:
    """Do one task; return what to print, and whether all is right. Raises NoJob, NoImport."""
    if chosen.task == "import":
        return import_source(settings, chosen.source, crs=chosen.crs), True
    from jobs.kinds import KINDS

    return _rerun(settings, chosen.job_id, KINDS if kinds is None else kinds)


def _rerun(settings: Settings, job_id: str, kinds: Kinds) -> tuple[str, bool]:
    from jobs.errors import UnknownKind
    from jobs.job import State
    from jobs.kinds import find_kind
    from jobs.store import JobStore
    from jobs.supervision import End
    from jobs.versions import versions_of
    from permissions.database import open_operations

    engine = open_operations(settings.operations_url)
    try:
        job = find(JobStore(engine, city=settings.city), job_id)
    finally:
        engine.dispose()
    if job.state is not State.DONE:
        raise NoJob(f"Job {job.id} is {job.state}: there is no result to compare with.")
    try:
        kind = find_kind(job.kind, kinds)
    except UnknownKind as error:
        raise NoJob(str(error)) from error
    if not kind.is_repeatable:
        raise NoJob(f"What {job.kind} says follows from rows of its time: it is not comparable.")
    ended = asyncio.run(_again(settings, job, kind))
    if ended.end is not End.DONE:
        return f"{job.id}: it {ended.end.value} this time. {ended.reason}".rstrip(), False
    lines = [f"then  {job.result_hash}", f"now   {ended.result_hash}"]
    versions = versions_of(kind, settings.city)
    for name in sorted({*versions, *job.versions}):
        then, now = job.versions.get(name, "none"), versions.get(name, "none")
        if then != now:
            lines.append(f"{name} was {then}, and is {now}.")
    is_same = ended.result_hash == job.result_hash
    lines.append("The same." if is_same else "It is NOT the same.")
    return "\n".join(lines), is_same


async def _again(settings: Settings, job: Job, kind: JobKind) -> Ended:
    from jobs.pool import pool_name
    from jobs.supervision import supervise
    from jobs.worker import start

    worker = await start(settings, pool_name(settings, of="rerun"))
    return await supervise(
        worker,
        kind.work,
        job.inputs,
        keeper=_Shown(),
        timeout_s=kind.timeout_s,
    )


class _Shown:
    """Keeps nothing of a run; says on standard error how far it is."""

    def is_wanted(self) -> bool:
        return True

    def progress(self, share: float, step: str) -> None:
        print(f"{share:4.0%} {step}", file=sys.stderr)

    def partial(self, packed: bytes) -> None:
        """Let it be: the last answer counts."""

    def publish(self, envelope: Envelope) -> None:
        """Let it be: what was shown stays."""
