"""R39: proposals of signal plans by their addresses, each deed by the session's own person."""

from __future__ import annotations

from typing import Any

from callbacks.security import CSRF_HEADER
from tests.pages.browse import ORIGIN, Client

API = "/api/signals/proposals"
PLAN = {"junction": "CAM-N01", "plan": "Cao điểm", "cycleS": 90, "splitsS": [50, 40], "offsetS": 0}


def propose(client: Client, body: Any) -> Any:
    headers = {"Origin": ORIGIN, CSRF_HEADER: client.csrf()}
    return client._client.post(API, json=body, base_url=ORIGIN, headers=headers)


def test_r39_an_operator_proposes_two_others_approve_and_the_document_is_there(
    operator, leader, server, reach
) -> None:
    made = propose(operator, {"plan": PLAN, "reason": "Hàng chờ dài"})
    assert made.status_code == 200
    one = f"{API}/{made.get_json()['proposalId']}"
    own = operator.post(f"{one}/approve")
    assert (own.status_code, own.get_json()["error"]["code"]) == (403, "ownProposal")
    assert leader.post(f"{one}/approve").get_json()["state"] == "open"
    assert leader.get(f"{one}/handover").status_code == 409
    chief = Client(server).sign_in("administrator")
    assert chief.post(f"{one}/approve").get_json()["state"] == "approved"
    told = leader.get(f"{one}/handover").get_json()
    assert {each["by"] for each in told["approvals"]} == {"leader", "administrator"}
    assert [each["state"] for each in leader.get(API).get_json()] == ["approved"]
    deeds = [row["action"] for row in reach.audit.recent(limit=9) if row["outcome"] == "ok"]
    assert deeds.count("signal.approve") == 2


def test_r39_what_is_no_proposal_and_who_may_not_is_refused(operator, viewer, stranger) -> None:
    for body in (None, [], {"plan": []}, {"plan": PLAN}, {"plan": PLAN | {"offsetS": 95}}):
        assert propose(operator, body).status_code == 400, body
    assert viewer.get(API).status_code == 403
    assert propose(viewer, {"plan": PLAN, "reason": "x"}).status_code == 403
    assert operator.post(f"{API}/nothing/approve").status_code == 404
    assert stranger.get(API, Accept="application/json").status_code == 401
