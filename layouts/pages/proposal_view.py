"""Proposed signal plans as the page and the document show them: in words, names and local times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in words: seconds as people write them."""

    name: str
    cycle_s: int
    splits_s: tuple[int, ...]
    offset_s: int


@dataclass(frozen=True, slots=True)
class JunctionView:
    """A junction with signals, and the plan that runs there as far as it is told."""

    junction: str
    name: str
    running: PlanView | None


@dataclass(frozen=True, slots=True)
class Vote:
    """Somebody's word on a proposal, and when."""

    who: str
    at: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal; `may_decide` of whoever looks, else `why_not` (a key of the catalogue)."""

    proposal_id: str
    junction: JunctionView
    plan: PlanView
    reason: str
    by: Vote
    state: str
    votes: tuple[Vote, ...]
    needed: int
    rejected_by: str
    run: str  # of the twin, that speaks for it; "" without one
    run_href: str  # "" of a run that is not kept any more
    run_title: str
    may_decide: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal that is being written: what was typed."""

    junction: JunctionView
    name: str = ""
    cycle_s: str = ""
    splits_s: str = ""
    offset_s: str = ""
    reason: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class ProposalsView:
    """All that the page shows: a proposal, a draft, the junctions to choose from, or the list."""

    proposals: tuple[ProposalView, ...]
    chosen: ProposalView | None
    draft: Draft | None
    junctions: tuple[JunctionView, ...] | None  # None: nobody chooses one
    may_propose: bool
    run: str = ""  # carried on to the draft
    problem: str = ""
    is_exercise: bool = False  # in which nothing is proposed
