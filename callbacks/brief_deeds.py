"""What a person does with a brief: has one made, approves it, asks about it. Audited, each.

An approval is of the text that was read: of its digest, which the page sends back. Reading and
drawing the page is `callbacks.brief`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from analytics.brief.endpoint import Endpoint
from analytics.brief.errors import EndpointError
from analytics.brief.finding import Approval, Finding, envelope_of, finding_in, name_of
from analytics.brief.rephrase import Answer, answer
from analytics.brief.rules import BriefRules, read_rules
from callbacks import session
from callbacks.desk import Desk
from data_access.envelope import Envelope
from jobs.errors import JobError
from jobs.findings import FindingStore
from jobs.job import Job
from jobs.store import JobStore
from language import LANGUAGES
from layouts.pages.shell import person_name
from permissions.roles import Person, Right

KIND = "brief"
ASKING = BoundedSemaphore(2)  # questions at a time: each holds a thread of this process

log = logging.getLogger(__name__)


@cache
def rules_of(city: Path) -> Mapping[str, BriefRules]:
    """Return the rules of a city's briefs by kind ({}: it has none); read once."""
    return {str(kind): rules for kind, rules in read_rules(city).items()}


class Refused(Exception):
    """A deed was not done; `code` is one of `brief.error`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def published(reach: Desk, name: str, *, is_then: bool = False) -> Envelope | None:
    """Return a brief's envelope as it was published last: as kept, else as the feed copied it.

    Of another time (`is_then`), as the desk's cache has it.
    """
    if is_then:
        return reach.cache.read(name)
    kept = FindingStore(reach.engine).read([name])
    return (kept or {}).get(name) or reach.cache.read(name)


def make(reach: Desk, who: Person, inputs: Mapping[str, Any], title: Mapping[str, str]) -> Job:
    """Have a draft made and return the job; raises Refused."""
    _allowed(who, "brief.make", dict(inputs))
    now_ms = reach.now_ms()
    asked = session.audit(who, "brief.make", "asked", target="brief", detail=dict(inputs))
    store = JobStore(reach.engine, city=reach.settings.city)
    try:
        job = store.ask(KIND, {**inputs, "atMs": now_ms}, who.user_id, now_ms, title=dict(title))
    except JobError as error:
        log.warning("no brief is made: %s", error)
        session.audit(who, "brief.make", "failed", target="brief", code="busy", answers=asked)
        raise Refused("busy") from error
    session.audit(who, "brief.make", "ok", target="brief", answers=asked, detail={"jobId": job.id})
    return job


def approve(reach: Desk, who: Person, kind: str, digest: str) -> Finding:
    """Let the draft with this digest out, answering for it; raises Refused."""
    target = f"brief/{kind}"
    _allowed(who, "brief.approve", {"digest": digest}, target)
    envelope = published(reach, name_of(kind, draft=True))
    finding = finding_in(envelope)
    now_ms = reach.now_ms()
    code = ""
    if envelope is None or finding is None or finding.digest != digest:
        code = "changed"
    elif not who.may_see(finding.brief.classification):
        code = "ceiling"
    elif now_ms - finding.brief.made_at_ms > envelope.stale_after_ms:
        code = "stale"
    if code or finding is None:
        session.audit(who, "brief.approve", "refused", target=target, code=code,
                      detail={"digest": digest})  # fmt: skip
        raise Refused(code)
    asked = session.audit(who, "brief.approve", "asked", target=target, detail={"digest": digest})
    names = {each: person_name(who, each) for each in LANGUAGES}
    approval = Approval(who.user_id, names, now_ms, digest)
    approved = envelope_of(
        finding.brief,
        rules_of(reach.settings.city)[finding.brief.kind],
        reach.city,
        approval=approval,
        wording=finding.wording,
        seen=finding.seen,
    )
    try:
        FindingStore(reach.engine).publish(approved, f"approval-{asked}", now_ms)
    except JobError as error:
        log.error("an approved brief cannot be published: %s", error)
        session.audit(who, "brief.approve", "failed", target=target, answers=asked)
        raise Refused("busy") from error
    text = {each: [s.text(each) for s in finding.brief.sentences] for each in LANGUAGES}
    session.audit(who, "brief.approve", "ok", target=target, answers=asked,
                  detail={"digest": digest, "text": text})  # fmt: skip
    return Finding(finding.brief, approval, digest, finding.wording, finding.seen)


def ask(
    who: Person, question: str, finding: Finding, endpoint: Endpoint, *, language: str
) -> Answer:
    """Return what the endpoint answers over a brief; raises EndpointError, Refused."""
    target = f"brief/{finding.brief.kind}"
    detail = {"model": endpoint.model, "digest": finding.digest, "question": question[:400]}
    asked = session.audit(who, "brief.ask", "asked", target=target, detail=detail)
    if not ASKING.acquire(blocking=False):
        session.audit(who, "brief.ask", "refused", target=target, code="busy", answers=asked)
        raise Refused("busy")
    try:
        told = answer(question, finding.brief, endpoint, language=language)
    except EndpointError as error:
        session.audit(who, "brief.ask", "failed", target=target, code=error.code, answers=asked)
        raise
    finally:
        ASKING.release()
    kept = {
        "sent": list(told.sent),
        "said": [text for text, _ in told.parts],
        "refused": [[each.text, [r.code for r in each.refusals]] for each in told.refused],
    }
    session.audit(who, "brief.ask", "ok", target=target, answers=asked, detail=kept)
    return told


def _allowed(who: Person, action: str, detail: dict[str, Any], target: str = "brief") -> None:
    if not who.may(Right.APPROVE_BRIEFS):
        session.audit(who, action, "refused", target=target, code="forbidden", detail=detail)
        raise Refused("forbidden")
