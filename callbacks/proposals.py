"""Proposals of signal plans, for pages and other systems: `/api/signals/proposals`, JSON.

Proposing, approving, rejecting, and the document for the police. No address here leads to a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from callbacks import session
from callbacks.desk import desk
from callbacks.proposal_evidence import check
from operations.errors import ProposalRefused
from operations.proposals import APPROVE, REJECT, Proposal, Proposals, handover
from permissions.roles import Person, Right

STATUS = {"forbidden": 403, "ownProposal": 403, "unknownProposal": 404, "invalidArgs": 400,
          "unknownRun": 400}  # fmt: skip
CONFLICT = 409

routes = Blueprint("proposals", __name__, url_prefix="/api/signals/proposals")


def attach(app: Flask) -> None:
    """Serve the addresses of this module from `app`."""
    app.register_blueprint(routes)


@routes.get("")
def listed() -> Response:
    """Answer the newest proposals."""
    return _answer(lambda who: [each.to_json() for each in _readable(who).newest()])


@routes.get("/<proposal_id>/handover")
def handed_over(proposal_id: str) -> Response:
    """Answer the document of an approved proposal."""
    return _answer(lambda who: handover(_readable(who).find(proposal_id)))


@routes.post("")
def proposed() -> Response:
    """Keep a proposal: `{plan, reason, run}`; `run` names one of the twin, where there is one."""
    body = request.get_json(silent=True)
    given: dict[str, Any] = body if isinstance(body, dict) else {}
    plan = given.get("plan")

    def keep(who: Person) -> dict[str, Any]:
        reason = str(given.get("reason") or "")
        run = str(given.get("run") or "")
        check(desk(), run)
        made = _proposals().propose(
            plan if isinstance(plan, dict) else {}, reason, who=who, run=run, **_asked()
        )
        return made.to_json()

    return _answer(keep)


@routes.post("/<proposal_id>/<any(approve, reject):deed>")
def decided(proposal_id: str, deed: str) -> Response:
    """Approve or reject a proposal."""
    action = APPROVE if deed == "approve" else REJECT

    def decide(who: Person) -> dict[str, Any]:
        made: Proposal = _proposals().decide(proposal_id, action, who=who, **_asked())
        return made.to_json()

    return _answer(decide)


def _proposals() -> Proposals:
    return Proposals(desk().audit)


def _readable(who: Person) -> Proposals:
    if not who.may(Right.APPROVE_SIGNALS):
        raise ProposalRefused("forbidden", "this role reads no proposals")
    return _proposals()


def _asked() -> dict[str, Any]:
    return {"address": session.address(), "now_ms": desk().now_ms()}


def _answer(make: Callable[[Person], Any]) -> Response:
    who = session.person()
    try:
        if who is None:
            raise ProposalRefused("forbidden", "not signed in")
        return jsonify(make(who))
    except ProposalRefused as refused:
        response = jsonify(error={"code": refused.code, "message": str(refused)})
        response.status_code = STATUS.get(refused.code, CONFLICT)
        return response
