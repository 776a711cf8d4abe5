"""Proposals of signal plans: two people besides the proposer approve, then one is handed over.

This room commands no signal and speaks with no controller of any: what two people have approved is
a document for the police, who decide and change the plan in their own system. A proposal is what
the audit says of it, folded: nothing else remembers it, and nothing of it can be changed later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import uuid4

from operations.errors import ProposalRefused
from permissions.audit import AuditLog, Entry
from permissions.roles import Person, Right

NEEDED = 2  # approvals, by two people who are not the proposer
CYCLE_S = (20, 300)
LONGEST_REASON = 500
LISTED, TOLD = 200, 5000  # newest proposals; rows of the audit about one
PROPOSE, APPROVE, REJECT = "signal.propose", "signal.approve", "signal.reject"
_TARGET = "signals/"
_ID = re.compile(r"[0-9a-f]{12}")
_RUN = re.compile(r"[0-9A-Za-z_-]{1,64}")
State = Literal["open", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """What a junction would run: seconds of the cycle, of each phase, and of its offset."""

    junction: str
    plan: str
    cycle_s: int
    splits_s: tuple[int, ...]
    offset_s: int

    def fault(self) -> str | None:
        """Return what is wrong with it, None when nothing is."""
        low, high = CYCLE_S
        if not self.junction.strip() or not self.plan.strip():
            return "expected a junction and a plan"
        if not low <= self.cycle_s <= high:
            return f"a cycle of {self.cycle_s} s; expected {low} to {high}"
        if not self.splits_s or min(self.splits_s) <= 0 or sum(self.splits_s) != self.cycle_s:
            return f"splits of {sum(self.splits_s)} s; expected those of a cycle of {self.cycle_s}"
        if not 0 <= self.offset_s < self.cycle_s:
            return f"an offset of {self.offset_s} s; expected less than the cycle"
        return None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "junction": self.junction,
            "plan": self.plan,
            "cycleS": self.cycle_s,
            "splitsS": list(self.splits_s),
            "offsetS": self.offset_s,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> SignalPlan:
        """Read a plan; raises ProposalRefused for what is none."""
        try:
            splits = tuple(_whole(each) for each in body["splitsS"])
            made = cls(str(body["junction"])[:80], str(body["plan"])[:80],
                       _whole(body["cycleS"]), splits, _whole(body["offsetS"]))  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            expected = "expected junction, plan, and whole seconds: cycleS, splitsS, offsetS"
            raise ProposalRefused("invalidArgs", expected) from error
        if (wrong := made.fault()) is not None:
            raise ProposalRefused("invalidArgs", wrong)
        return made


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed plan, who wants it and why, and who has said what since."""

    proposal_id: str
    plan: SignalPlan
    reason: str
    by: str
    at_ms: float
    run: str = ""  # of the twin, that speaks for it
    approvals: Mapping[str, float] = field(default_factory=dict)  # who -> when
    rejected_by: str | None = None

    @property
    def state(self) -> State:
        """How it stands."""
        if self.rejected_by is not None:
            return "rejected"
        return "approved" if len(self.approvals) >= NEEDED else "open"

    def to_json(self) -> dict[str, Any]:
        """Return what people and other systems are told."""
        return {
            "proposalId": self.proposal_id,
            "plan": self.plan.to_json(),
            "reason": self.reason,
            "by": self.by,
            "atMs": self.at_ms,
            "run": self.run or None,
            "approvals": [{"by": who, "atMs": at} for who, at in self.approvals.items()],
            "needed": NEEDED,
            "rejectedBy": self.rejected_by,
            "state": self.state,
        }


class Proposals:
    """The proposals of one room, kept in its audit."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def propose(
        self,
        body: Mapping[str, Any],
        reason: str,
        *,
        who: Person,
        address: str,
        now_ms: float,
        run: str = "",
    ) -> Proposal:
        """Keep a new proposal and return it; raises ProposalRefused.

        `run` names what the twin found of it: evidence for those who approve, not a condition.
        """
        proposal_id = uuid4().hex[:12]
        target = f"{_TARGET}{proposal_id}"

        def keep(outcome: str, code: str | None, detail: Mapping[str, Any]) -> None:
            self._audit.append(
                Entry(now_ms, who, address, PROPOSE, outcome, target, code, detail=detail)
            )

        if not who.may(Right.PROPOSE_SIGNALS):
            keep("refused", "forbidden", {})
            raise ProposalRefused("forbidden", "this role proposes no signal plans")
        plan = SignalPlan.from_json(body)
        reason = " ".join(reason.split())[:LONGEST_REASON]
        if not reason:
            raise ProposalRefused("invalidArgs", "expected a reason")
        if run and not _RUN.fullmatch(run):
            raise ProposalRefused("invalidArgs", "expected the id of a run of the twin")
        evidence = {"run": run} if run else {}
        keep("ok", None, {"plan": plan.to_json(), "reason": reason, **evidence})
        return self.find(proposal_id)

    def decide(
        self, proposal_id: str, deed: str, *, who: Person, address: str, now_ms: float
    ) -> Proposal:
        """Approve or reject (`deed`) an open proposal and return it; raises ProposalRefused."""
        proposal = self.find(proposal_id)
        code = _refusal(proposal, deed, who)
        outcome = "ok" if code is None else "refused"
        target = f"{_TARGET}{proposal_id}"
        self._audit.append(Entry(now_ms, who, address, deed, outcome, target, code))
        if code is not None:
            raise ProposalRefused(code, REFUSALS[code])
        return self.find(proposal_id)

    def find(self, proposal_id: str, *, until_ms: float | None = None) -> Proposal:
        """Return a proposal, as it stood then with `until_ms`.

        Raises ProposalRefused when there is none.
        """
        rows: list[Mapping[str, Any]] = []
        if _ID.fullmatch(proposal_id):
            target = f"{_TARGET}{proposal_id}"
            told = self._audit.recent(target=target, limit=TOLD, until_ms=until_ms)
            rows = [dict(row) for row in told]
        found = folded(reversed(rows))
        if proposal_id not in found:
            raise ProposalRefused("unknownProposal", "no proposal of this id")
        return found[proposal_id]

    def newest(self, *, until_ms: float | None = None) -> list[Proposal]:
        """Return the newest proposals first, those of then with `until_ms`."""
        rows = self._audit.recent(action=PROPOSE, limit=LISTED, until_ms=until_ms)
        kept = [row["target"].removeprefix(_TARGET) for row in rows if row["outcome"] == "ok"]
        return [self.find(each, until_ms=until_ms) for each in kept]


REFUSALS = {
    "forbidden": "this role decides on no signal plans",
    "ownProposal": "the proposer does not decide on their own proposal",
    "twice": "this person has approved already; expected another",
    "decided": "the proposal has been decided",
}


def folded(rows: Iterable[Mapping[str, Any]]) -> dict[str, Proposal]:
    """Return the proposals that rows of the audit (oldest first) tell of, by id.

    What was refused, comes of the proposer, twice of one person or after a decision counts nothing.
    """
    found: dict[str, Proposal] = {}
    for row in rows:
        proposal_id = str(row["target"]).removeprefix(_TARGET)
        if row["outcome"] != "ok" or row["action"] not in (PROPOSE, APPROVE, REJECT):
            continue
        if row["action"] == PROPOSE:
            plan = SignalPlan.from_json(row["detail"]["plan"])
            reason, run = str(row["detail"]["reason"]), str(row["detail"].get("run", ""))
            by, at_ms = row["actor"], row["at_ms"]
            found[proposal_id] = Proposal(proposal_id, plan, reason, by, at_ms, run)
            continue
        one = found.get(proposal_id)
        if one is None or one.state != "open" or row["actor"] in (one.by, *one.approvals):
            continue
        if row["action"] == REJECT:
            found[proposal_id] = replace(one, rejected_by=row["actor"])
        else:
            approvals = {**one.approvals, row["actor"]: float(row["at_ms"])}
            found[proposal_id] = replace(one, approvals=approvals)
    return found


def handover(proposal: Proposal) -> dict[str, Any]:
    """Return the document for the police of an approved proposal; raises ProposalRefused.

    It is read by people: nothing is sent anywhere.
    """
    if proposal.state != "approved":
        missing = NEEDED - len(proposal.approvals)
        raise ProposalRefused("notApproved", f"{missing} of {NEEDED} approvals are missing")
    return {"document": "signal-plan-proposal", **proposal.to_json()}


def _refusal(proposal: Proposal, deed: str, who: Person) -> str | None:
    if deed not in (APPROVE, REJECT) or not who.may(Right.APPROVE_SIGNALS):
        return "forbidden"
    if proposal.state != "open":
        return "decided"
    if who.user_id == proposal.by:
        return "ownProposal"
    return "twice" if who.user_id in proposal.approvals else None


def _whole(found: Any) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError(f"{found!r} is no whole number")
    return found
