"""The page of proposed signal plans: reading them, proposing, approving, rejecting, the document.

Whoever acts is the session's own person; who may do what is `operations.proposals`' to decide, and
the audit's to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, redirect, request

from callbacks import page_realm, page_setting, session
from callbacks.desk import Desk, desk
from callbacks.names import people_names
from callbacks.proposal_evidence import check, run_of
from data_access.aggregates.signals import SIGNALS
from language import datetime_, moment, pick
from layouts.documents.proposal import proposal_document
from layouts.pages import proposals
from layouts.pages.proposal_view import (
    Draft,
    JunctionView,
    PlanView,
    ProposalsView,
    ProposalView,
    Vote,
)
from layouts.pages.proposals import PATH, href
from layouts.pages.shell import Setting, person_name
from operations.errors import ProposalRefused
from operations.proposals import APPROVE, NEEDED, REJECT, Proposal, Proposals, handover
from permissions.errors import Forbidden
from permissions.roles import Person, Right

LONGEST = 500  # characters of anything that is typed
DOCUMENT = "signal.document"
WHAT_IF = "/what-if"  # where a run is shown
DEEDS = {"approve": APPROVE, "reject": REJECT}
TYPED = ("plan", "cycle", "splits", "offset", "reason", "run")

routes = Blueprint("proposal_page", __name__, url_prefix=PATH)


def attach(app: Flask) -> None:
    """Serve the addresses the page's forms are sent to from `app`."""
    app.register_blueprint(routes)


def layout(
    proposal: str | None = None,
    new: str | None = None,
    junction: str | None = None,
    problem: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
    **typed: str,
) -> Any:
    """Build the page for what its address names; `typed` is what was written of a draft.

    In another world than live the plans that run are those of that world, and proposals as they
    stood then; nothing is proposed or decided there. An exercise has none: signals are real.
    """
    who = _reader()
    there = page_realm.world(PATH, realm, date, time, proposal=proposal)
    reach, setting = there.reach, there.setting
    junctions = _junctions(reach, who, setting.language)
    may_propose = who.may(Right.PROPOSE_SIGNALS) and there.is_live
    draft = None
    if junction and may_propose:
        draft = _draft(_junction(junctions, junction[:LONGEST]), typed)
    until_ms = None if there.is_live else reach.now_ms()
    found = [] if there.is_exercise else Proposals(reach.audit).newest(until_ms=until_ms)
    views = tuple(_view(each, reach, junctions, who, setting) for each in found)
    if not there.is_live:
        views = tuple(replace(each, may_decide=False, why_not="") for each in views)
    is_choosing = bool(new) and may_propose and draft is None
    waiting = next((each for each in views if each.may_decide), None)
    first = waiting or next(iter(views), None)
    chosen = next((each for each in views if each.proposal_id == proposal), first)
    view = ProposalsView(
        proposals=views,
        chosen=chosen if draft is None and not is_choosing else None,
        draft=draft,
        junctions=tuple(junctions.values()) if is_choosing else None,
        may_propose=may_propose,
        run=typed.get("run", "")[:64],
        is_exercise=there.is_exercise,
        problem=problem if problem in proposals.PROBLEMS else "",
    )
    return proposals.page(view, link=page_setting.link(), setting=setting)


@routes.post("/propose")
def propose() -> Response:
    """Keep a proposal, and lead to it; or back to the draft as it was typed."""
    form = {name: each[:LONGEST] for name, each in request.form.items()}
    who = session.person()
    try:
        if who is None:
            raise ProposalRefused("forbidden", "not signed in")
        run = form.get("run", "").strip()
        check(desk(), run)
        made = Proposals(desk().audit).propose(
            _plan(form), form.get("reason", ""), who=who, run=run, **_asked()
        )
    except ProposalRefused as refused:
        typed = {name: form.get(name, "") for name in TYPED}
        return _lead(junction=form.get("junction", ""), problem=refused.code, **typed)
    return _lead(proposal=made.proposal_id)


@routes.post("/decide")
def decide() -> Response:
    """Approve or reject a proposal, and lead back to it."""
    proposal_id, deed = request.form.get("proposal", ""), request.form.get("deed", "")
    who = session.person()
    try:
        if who is None:
            raise ProposalRefused("forbidden", "not signed in")
        Proposals(desk().audit).decide(proposal_id, DEEDS.get(deed, ""), who=who, **_asked())
    except ProposalRefused as refused:
        return _lead(proposal=proposal_id, problem=refused.code)
    return _lead(proposal=proposal_id)


@routes.get("/<proposal_id>/document.pdf")
def paper(proposal_id: str) -> Response:
    """Answer the document of an approved proposal; every copy is audited."""
    reach, who = desk(), session.person()
    target = f"signals/{proposal_id[:LONGEST]}"
    if who is None or not who.may(Right.APPROVE_SIGNALS):
        session.audit(who, DOCUMENT, "refused", target=target, code="forbidden")
        return session.error("forbidden", 403)
    try:
        found = Proposals(reach.audit).find(proposal_id)
        handover(found)
    except ProposalRefused as refused:
        session.audit(who, DOCUMENT, "refused", target=target, code=refused.code)
        return _lead(proposal=proposal_id[:LONGEST], problem=refused.code)
    setting = page_setting.setting()
    view = _view(found, reach, _junctions(reach, who, setting.language), who, setting)
    at = datetime_(reach.now_ms(), language=setting.language, timezone=setting.timezone)
    made = proposal_document(
        view,
        at=at,
        by=person_name(who, setting.language),
        city=pick(reach.city.name, setting.language),
        language=setting.language,
    )
    session.audit(who, DOCUMENT, "ok", target=target)
    response = Response(made, mimetype="application/pdf")
    name = f"signal-plan-{found.proposal_id}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _plan(form: Mapping[str, str]) -> dict[str, Any]:
    """Return a plan as the operations read it; what is no number stays words, and is refused."""
    splits = form.get("splits", "").replace("+", " ").replace("-", " ").replace(",", " ")
    return {
        "junction": form.get("junction", ""),
        "plan": form.get("plan", ""),
        "cycleS": _whole(form.get("cycle", "")),
        "splitsS": [_whole(each) for each in splits.split()],
        "offsetS": _whole(form.get("offset", "")),
    }


def _whole(typed: str) -> int | str:
    plain = typed.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 6 else typed


def _view(
    each: Proposal,
    reach: Desk,
    junctions: Mapping[str, JunctionView],
    who: Person,
    setting: Setting,
) -> ProposalView:
    names = people_names(reach)

    def vote(user_id: str, at_ms: float) -> Vote:
        at = moment(at_ms, now=reach.now_ms(), language=setting.language, timezone=setting.timezone)
        return Vote(names.get(user_id, user_id), at)

    why_not = _why_not(each, who)
    job = run_of(reach, each.run)
    return ProposalView(
        proposal_id=each.proposal_id,
        junction=_junction(junctions, each.plan.junction),
        plan=PlanView(each.plan.plan, each.plan.cycle_s, each.plan.splits_s, each.plan.offset_s),
        reason=each.reason,
        by=vote(each.by, each.at_ms),
        state=each.state,
        votes=tuple(vote(user_id, at_ms) for user_id, at_ms in each.approvals.items()),
        needed=NEEDED,
        rejected_by="" if each.rejected_by is None else names.get(each.rejected_by, ""),
        run=each.run,
        run_href="" if job is None else f"{WHAT_IF}?{urlencode({'run': job.id})}",
        run_title="" if job is None else pick(job.title, setting.language),
        may_decide=each.state == "open" and not why_not,
        why_not=why_not,
    )


def _why_not(each: Proposal, who: Person) -> str:
    if not who.may(Right.APPROVE_SIGNALS):
        return "forbidden"
    if who.user_id == each.by:
        return "ownProposal"
    return "twice" if who.user_id in each.approvals else ""


def _draft(junction: JunctionView, typed: Mapping[str, str]) -> Draft:
    """Return a draft as it was typed, else of the plan that runs."""
    running = junction.running
    given = {name: typed.get(name, "")[:LONGEST] for name in TYPED}
    if running is not None and not any(given[name] for name in TYPED if name != "run"):
        given |= {
            "plan": running.name,
            "cycle": str(running.cycle_s),
            "splits": " + ".join(map(str, running.splits_s)),
            "offset": str(running.offset_s),
        }
    return Draft(
        junction=junction,
        name=given["plan"],
        cycle_s=given["cycle"],
        splits_s=given["splits"],
        offset_s=given["offset"],
        reason=given["reason"],
        run=given["run"],
    )


def _junctions(reach: Desk, who: Person, language: str) -> dict[str, JunctionView]:
    """Return the junctions whose running plans are told, by id."""
    envelope = reach.cache.read(SIGNALS)
    if envelope is None or not who.may_see(envelope.classification):
        return {}
    table = envelope.payload.get("tables", {}).get("running")
    rows = [] if table is None else table["rows"]
    found: dict[str, JunctionView] = {}
    for row in rows:
        junction = str((row.get("source") or {}).get("entity") or "")
        if junction:
            name = row.get("name")
            called = pick(name, language) if isinstance(name, Mapping) else str(name or junction)
            found[junction] = JunctionView(junction, called, _running(row))
    return dict(sorted(found.items(), key=lambda pair: (pair[1].name, pair[0])))


def _running(row: Mapping[str, Any]) -> PlanView | None:
    splits = str(row.get("splits") or "").split("-")
    cycle, offset = row.get("cycle"), row.get("offset")
    if not isinstance(cycle, int | float) or not all(each.isdecimal() for each in splits):
        return None
    lag = round(offset) if isinstance(offset, int | float) else 0
    return PlanView(str(row.get("plan") or ""), round(cycle), tuple(map(int, splits)), lag)


def _junction(junctions: Mapping[str, JunctionView], junction: str) -> JunctionView:
    """Return a junction; one whose plans are not told is called by its id."""
    return junctions.get(junction) or JunctionView(junction, junction, None)


def _reader() -> Person:
    who = session.person()
    if who is None or not who.may(Right.APPROVE_SIGNALS):
        session.audit(who, "signal.see", "refused", code="forbidden")
        raise Forbidden("not for this role")
    return who


def _asked() -> dict[str, Any]:
    return {"address": session.address(), "now_ms": desk().now_ms()}


def _lead(**query: str) -> Response:
    where = href(**query)
    assert where.startswith(PATH)  # noqa: S101 - nobody is led elsewhere
    return redirect(where, 303)  # type: ignore[return-value]
