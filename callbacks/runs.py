"""The runs of twins as the pages know them: jobs, who asked, what they were attached to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from callbacks.desk import Desk
from callbacks.names import people_names
from callbacks.twins import KINDS, job_kind
from data_access.classification import Classification
from data_access.envelope import Text
from jobs.job import Job, State
from jobs.store import JobStore
from layouts.pages.what_if_run import Listed, Note
from permissions.roles import Person
from twin.comparison import Compared
from twin.result import RunResult

RECENT = 30
ATTACH = "twin.attach"
LONGEST_NOTE = 200
LOOKED_AT = 500  # newest rows of the audit that attach a run


def store(reach: Desk) -> JobStore:
    """Return the jobs of this room."""
    return JobStore(reach.engine, city=reach.settings.city)


def kind_of(job: Job) -> str | None:
    """Return which twin a job asks; None of another job."""
    return next((kind for kind in KINDS if job.kind == job_kind(kind)), None)


def find(reach: Desk, job_id: str) -> Job | None:
    """Return a run of a twin; None where there is none of that id."""
    job = store(reach).find(job_id)
    return job if job is not None and kind_of(job) is not None else None


def result_of(job: Job) -> RunResult | None:
    """Return a run's answer, else its first one, None where there is neither."""
    found = job.result if job.result is not None else job.partial
    return None if found is None else cast(RunResult, found)


def compared(reach: Desk, job_ids: Sequence[str]) -> list[Compared]:
    """Return the finished runs of these ids, each once, in their order; others are left out."""
    jobs = [find(reach, job_id) for job_id in dict.fromkeys(job_ids)]
    return [
        Compared(job.id, dict(job.title), cast(RunResult, job.result))
        for job in jobs
        if job is not None and job.state == State.DONE and job.result is not None
    ]


def listed(
    reach: Desk, *, limit: int = RECENT, but: Sequence[str] = (), kind: str | None = None
) -> list[Listed]:
    """Return the newest runs for a list; of one `kind`, those that can be compared."""
    names = people_names(reach)
    wanted = [job_kind(each) for each in (KINDS if kind is None else (kind,))]
    return [
        Listed(
            job.id,
            kind_of(job) or KINDS[0],
            dict(job.title),
            job.state,
            job.asked_at_ms,
            who_of(job, names),
        )
        for job in store(reach).recent(wanted, limit)
        if job.id not in but and (kind is None or job.state == State.DONE)
    ]


def who_of(job: Job, names: Mapping[str, str]) -> str:
    """Return who asked, by name where the room knows one."""
    return names.get(job.person_id) or job.person_id


def notes(reach: Desk, job_id: str, who: Person) -> list[Note]:
    """Return what a run was attached to, the newest first: what the audit says of it.

    Left out are documents above the person's ceiling.
    """
    names = people_names(reach)
    rows: list[Any] = reach.audit.recent(action=ATTACH, target=f"job/{job_id}")
    return [
        Note(
            str(row["detail"].get("words", "")),
            names.get(row["actor"]) or row["actor"],
            float(row["at_ms"]),
        )
        for row in rows
        if row["outcome"] == "ok" and who.may_see(_secrecy(row["detail"]))
    ]


def attached_to(
    reach: Desk, number: str, names: Collection[str], who: Person
) -> list[tuple[Job, Note]]:
    """Return the runs that were attached to a document, by its number or one of its names.

    The newest first, each once. Left out is what was attached above the person's ceiling.
    """
    people = people_names(reach)
    found: dict[str, tuple[Job, Note]] = {}
    rows: list[Any] = reach.audit.recent(action=ATTACH, limit=LOOKED_AT)
    for row in rows:
        words, job_id = str(row["detail"].get("words", "")), row["target"].removeprefix("job/")
        is_meant = words in names or number in (each.strip(".,;:()") for each in words.split())
        if row["outcome"] != "ok" or not is_meant or job_id in found:
            continue
        job = find(reach, job_id) if who.may_see(_secrecy(row["detail"])) else None
        if job is not None:
            by = people.get(row["actor"]) or row["actor"]
            found[job_id] = job, Note(words, by, float(row["at_ms"]))
    return list(found.values())


def _secrecy(detail: Mapping[str, Any]) -> Classification:
    said = detail.get("classification")
    return Classification() if said is None else Classification.from_json(said)


def title(job: Job) -> Text:
    """Return what was asked, in words."""
    return dict(job.title)
