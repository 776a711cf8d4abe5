"""Roles, what each may do, and the person who holds one.

The controller checks roles and ceilings of commands again for itself: this table decides what the
pages offer and let through.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data_access.classification import Classification

ROLES = ("operator", "leader", "presenter", "viewer", "administrator")


class Right(StrEnum):
    """Something a role may be allowed."""

    SEE_ROOM = "seeRoom"
    SEE_CONSOLE = "seeConsole"
    SEE_SOURCE_ROWS = "seeSourceRows"  # the last level of the drill-down
    SEE_OPERATOR = "seeOperator"
    COMMAND_WALLS = "commandWalls"  # every wall
    COMMAND_GIVEN_WALLS = "commandGivenWalls"  # walls whose file gives this role control
    ENROLL_DEVICES = "enrollDevices"
    TRIM_OUTPUTS = "trimOutputs"  # move a panel's picture to meet its neighbours'
    READ_AUDIT = "readAudit"
    MANAGE_ACCOUNTS = "manageAccounts"
    READ_PROOF = "readProof"  # what a wall showed when
    PROPOSE_SIGNALS = "proposeSignals"  # another signal plan, for others to approve
    APPROVE_SIGNALS = "approveSignals"
    SEE_QUARANTINE = "seeQuarantine"  # rows that were refused, as they came
    RELEASE_ROWS = "releaseRows"  # let refused rows in, answering for it
    SEE_TWINS = "seeTwins"  # what-ifs that were run, forecasts
    RUN_TWINS = "runTwins"  # ask for one, cancel one
    LABEL_ALERTS = "labelAlerts"  # say whether what was found unusual was so
    TRIAGE_REQUESTS = "triageRequests"  # say what a citizen's request is about
    APPROVE_BRIEFS = "approveBriefs"  # make a brief anew, and let one out to the walls


_VIEWER = frozenset({Right.SEE_ROOM, Right.SEE_CONSOLE, Right.SEE_TWINS})
_PRESENTER = _VIEWER | {Right.COMMAND_GIVEN_WALLS}
_LEADER = _PRESENTER | {
    Right.SEE_SOURCE_ROWS,
    Right.READ_PROOF,
    Right.APPROVE_SIGNALS,
    Right.RUN_TWINS,
    Right.LABEL_ALERTS,
    Right.APPROVE_BRIEFS,
}
_OPERATOR = _VIEWER | {
    Right.SEE_SOURCE_ROWS,
    Right.SEE_OPERATOR,
    Right.COMMAND_WALLS,
    Right.READ_PROOF,
    Right.PROPOSE_SIGNALS,
    Right.APPROVE_SIGNALS,
    Right.APPROVE_BRIEFS,
    Right.SEE_QUARANTINE,
    Right.RELEASE_ROWS,
    Right.RUN_TWINS,
    Right.LABEL_ALERTS,
    Right.TRIAGE_REQUESTS,
}

RIGHTS: dict[str, frozenset[Right]] = {
    "viewer": _VIEWER,
    "presenter": _PRESENTER,
    "leader": _LEADER,
    "operator": _OPERATOR,
    "administrator": _OPERATOR
    | {Right.ENROLL_DEVICES, Right.TRIM_OUTPUTS, Right.READ_AUDIT, Right.MANAGE_ACCOUNTS},
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    user_id: str
    name: str
    role: str
    site_id: str | None = None
    language: str | None = None
    ceiling: Classification = field(default_factory=Classification)
    demo: bool = False

    def may(self, right: Right) -> bool:
        """Tell whether this person's role has `right`."""
        return right in RIGHTS.get(self.role, frozenset())

    def may_command(self, control: Collection[str]) -> bool:
        """Tell whether this person may change what a wall shows that gives `control` to roles."""
        if self.may(Right.COMMAND_WALLS):
            return True
        return self.may(Right.COMMAND_GIVEN_WALLS) and self.role in control

    def may_see(self, classification: Classification) -> bool:
        """Tell whether data of `classification` is within this person's ceiling."""
        return classification.within(self.ceiling)

    def actor(self) -> dict[str, Any]:
        """Return who commands, as the wall protocol carries it."""
        return {"userId": self.user_id, "role": self.role, "siteId": self.site_id}
