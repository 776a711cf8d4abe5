"""R39: a signal plan is proposed, two others approve, all is logged; no signal is commanded."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from operations import proposals as module
from operations.errors import ProposalRefused
from operations.proposals import APPROVE, NEEDED, REJECT, Proposals, folded, handover
from permissions.audit import AuditLog
from permissions.database import open_operations
from permissions.roles import Person

PLAN = {"junction": "CAM-N01", "plan": "Cao điểm", "cycleS": 120, "splitsS": [50, 40, 30],
        "offsetS": 15}  # fmt: skip
OPERATOR = Person("hoa", "Hoa", "operator")
LEADERS = (Person("an", "An", "leader"), Person("binh", "Bình", "leader"))
REASON = "Hàng chờ 300 m lúc 17 giờ"


@dataclass
class Desk:
    """Proposals of one audit, a minute passing with every deed."""

    audit: AuditLog
    now_ms: float = 1_700_000_000_000.0

    def propose(self, who: Person = OPERATOR, **changed: Any) -> Any:
        self.now_ms += 60_000
        return Proposals(self.audit).propose(
            PLAN | changed, REASON, who=who, address="10.0.0.1", now_ms=self.now_ms
        )

    def decide(self, one: Any, who: Person, deed: str = APPROVE) -> Any:
        self.now_ms += 60_000
        return Proposals(self.audit).decide(
            one.proposal_id, deed, who=who, address="10.0.0.1", now_ms=self.now_ms
        )


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    engine = open_operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    yield Desk(AuditLog(engine, key=b"k" * 32))
    engine.dispose()


def refused(code: str, deed: Any) -> None:
    with pytest.raises(ProposalRefused) as caught:
        deed()
    assert caught.value.code == code


def test_r39_it_needs_two_approvals_of_two_others(desk: Desk) -> None:
    one = desk.propose()
    assert (one.state, NEEDED) == ("open", 2)
    refused("notApproved", lambda: handover(one))
    refused("ownProposal", lambda: desk.decide(one, OPERATOR))
    once = desk.decide(one, LEADERS[0])
    assert once.state == "open"
    refused("notApproved", lambda: handover(once))
    refused("twice", lambda: desk.decide(one, LEADERS[0]))
    twice = desk.decide(one, LEADERS[1])
    assert twice.state == "approved"
    told = handover(twice)
    assert [each["by"] for each in told["approvals"]] == ["an", "binh"]
    assert told["plan"]["splitsS"] == [50, 40, 30]
    refused("decided", lambda: desk.decide(one, Person("chi", "Chi", "leader"), REJECT))


def test_r39_every_word_of_it_is_in_the_log_which_nobody_can_change(desk: Desk) -> None:
    one = desk.propose()
    for who in LEADERS:
        desk.decide(one, who)
    rows = desk.audit.recent(target=f"signals/{one.proposal_id}")
    assert [(row["action"], row["actor"], row["outcome"]) for row in reversed(rows)] == [
        ("signal.propose", "hoa", "ok"),
        ("signal.approve", "an", "ok"),
        ("signal.approve", "binh", "ok"),
    ]
    assert rows[-1]["detail"]["reason"] == REASON
    assert desk.audit.broken_at() is None


def test_r39_one_no_ends_it(desk: Desk) -> None:
    one = desk.propose()
    desk.decide(one, LEADERS[0])
    ended = desk.decide(one, LEADERS[1], REJECT)
    assert (ended.state, ended.rejected_by) == ("rejected", "binh")
    refused("decided", lambda: desk.decide(one, Person("chi", "Chi", "operator")))


@pytest.mark.parametrize("role", ["viewer", "presenter", "leader"])
def test_r39_not_every_role_proposes(desk: Desk, role: str) -> None:
    refused("forbidden", lambda: desk.propose(Person("x", "X", role)))
    assert desk.audit.recent(action="signal.propose")[0]["outcome"] == "refused"


@pytest.mark.parametrize("role", ["viewer", "presenter"])
def test_r39_nor_does_every_role_approve(desk: Desk, role: str) -> None:
    one = desk.propose()
    refused("forbidden", lambda: desk.decide(one, Person("x", "X", role)))


@pytest.mark.parametrize(
    "changed",
    [
        {"splitsS": [50, 40]},
        {"splitsS": [160, -40]},
        {"splitsS": []},
        {"cycleS": 10_000},
        {"cycleS": "120"},
        {"offsetS": 120},
        {"offsetS": -1},
        {"junction": " "},
        {"splitsS": 7},
    ],
)
def test_r39_a_plan_that_cannot_run_is_not_proposed(desk: Desk, changed: dict[str, Any]) -> None:
    refused("invalidArgs", lambda: desk.propose(**changed))
    assert Proposals(desk.audit).newest() == []


def test_r39_the_newest_come_first_and_an_unknown_one_is_said(desk: Desk) -> None:
    first, second = desk.propose(), desk.propose(offsetS=20)
    found = Proposals(desk.audit).newest()
    assert [each.proposal_id for each in found] == [second.proposal_id, first.proposal_id]
    refused("unknownProposal", lambda: Proposals(desk.audit).find("../audit"))
    refused("unknownProposal", lambda: Proposals(desk.audit).find("0" * 12))


def test_r39_two_approvals_at_one_instant_both_count_and_a_forged_one_does_not() -> None:
    def row(action: str, actor: str, outcome: str = "ok") -> dict[str, Any]:
        detail = {"plan": PLAN, "reason": REASON}
        return {"target": "signals/1", "action": action, "actor": actor, "outcome": outcome,
                "at_ms": 1, "detail": detail}  # fmt: skip

    told = [row("signal.propose", "hoa"), row("signal.approve", "hoa"),
            row("signal.approve", "x", "refused"), row("signal.approve", "an"),
            row("signal.approve", "an")]  # fmt: skip
    assert folded(told)["1"].state == "open"
    assert folded([*told, row("signal.approve", "binh")])["1"].state == "approved"


def test_r39_no_way_leads_from_a_proposal_to_a_signal() -> None:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    allowed = {
        "__future__", "re", "collections.abc", "dataclasses", "typing", "uuid",
        "operations.errors", "permissions.audit", "permissions.roles",
    }  # fmt: skip
    assert imported <= allowed  # no socket, no client of anything
