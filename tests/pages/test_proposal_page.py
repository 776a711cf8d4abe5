"""R39: the page of proposed signal plans: who sees, proposes and decides, and what it shows."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.store import JobStore
from layouts.pages.proposals import PATH
from tests.layouts.tiles.sample import everything
from tests.pages.automatic import exercise
from tests.pages.browse import Client, nodes, words
from tests.pages.stand_in import NOW_MS
from tests.pages.test_known import ASKED, AT_MS

SIGNALS = "transport.signals"
JUNCTION = "CAM-N02"
FORM = {"junction": JUNCTION, "plan": "Cao điểm chiều", "cycle": "90", "splits": "50 + 40",
        "offset": "5", "reason": "Hàng chờ dài", "run": ""}  # fmt: skip


@pytest.fixture
def running(reach) -> None:
    """Let the plans that run be told."""
    reach.cache.write(everything()[SIGNALS])


def send(client: Client, where: str, **form: str) -> dict[str, str]:
    """Send a form, and return what the address asks for to which one is led."""
    answer = client.post(f"{PATH}/{where}", form)
    assert answer.status_code == 303
    place = urlsplit(answer.location)
    assert place.path == PATH
    return {name: found[0] for name, found in parse_qs(place.query).items()}


def decide(client: Client, proposal: str, deed: str = "approve") -> dict[str, str]:
    return send(client, "decide", proposal=proposal, deed=deed)


def keys(tree) -> list[str]:
    """Return the deeds a page offers."""
    return [n["props"]["value"] for n in nodes(tree) if n["props"].get("name") == "deed"]


def test_an_operator_chooses_a_junction_and_begins_with_the_plan_that_runs(operator, running):
    tree = operator.page(f"{PATH}?new=1&run=a1b2c3")
    links = [n["props"]["href"] for n in nodes(tree)
             if n["props"].get("className") == "key proposal-junction"]  # fmt: skip
    assert links
    assert all("run=a1b2c3" in each for each in links)
    fields = {n["props"].get("name"): n["props"].get("value")
              for n in nodes(operator.page(f"{PATH}?junction=CAM-N01&run=a1b2c3"))
              if n["type"] == "Input"}  # fmt: skip
    assert (fields["plan"], fields["cycle"], fields["splits"]) == (
        "Cao điểm",
        "140",
        "56 + 44 + 40",
    )
    assert fields["run"] == "a1b2c3"


def test_two_others_approve_and_then_there_is_a_document(operator, leader, server, reach, running):
    asked = send(operator, "propose", **FORM)
    early = leader.get(f"{PATH}/{asked['proposal']}/document.pdf")
    assert "problem=notApproved" in early.location
    one = f"{PATH}?proposal={asked['proposal']}"
    seen = operator.page(one)
    assert keys(seen) == []
    assert "Người đề xuất không tự phê duyệt." in words(seen)
    tree = leader.page(one)
    assert keys(tree) == ["approve", "reject"]
    told = words(tree)
    for part in ("Hàng chờ dài", "50 + 40 giây", "Chờ phê duyệt 0/2"):
        assert part in told
    assert decide(leader, asked["proposal"]) == asked
    assert keys(leader.page(one)) == []
    assert decide(leader, asked["proposal"])["problem"] == "twice"
    chief = Client(server).sign_in("administrator")
    decide(chief, asked["proposal"])
    after = words(leader.page(one))
    assert "Đã phê duyệt" in after
    assert "Văn bản chuyển giao" in after
    paper = leader.get(f"{PATH}/{asked['proposal']}/document.pdf")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    assert reach.audit.recent(action="signal.document")[0]["actor"] == "leader"
    assert decide(chief, asked["proposal"], "reject")["problem"] == "decided"


def test_the_twins_run_that_speaks_for_it_is_one_tap_away(operator, leader, reach):
    assert send(operator, "propose", **FORM | {"run": "../audit"})["problem"] == "unknownRun"
    title = {"vi": "Đèn Hàng Đậu 90 giây", "en": "Signals at Hàng Đậu, 90 s"}
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("twin.traffic", {}, "operator", reach.now_ms(), title=title)
    asked = send(operator, "propose", **FORM | {"run": job.id})
    tree = leader.page(f"{PATH}?proposal={asked['proposal']}")
    assert "Đèn Hàng Đậu 90 giây" in words(tree)
    assert f"/what-if?run={job.id}" in [n["props"].get("href") for n in nodes(tree)]


def test_one_no_ends_it_and_says_whose(operator, leader):
    asked = send(operator, "propose", **FORM)
    decide(leader, asked["proposal"], "reject")
    told = words(operator.page(f"{PATH}?proposal={asked['proposal']}"))
    assert "không đồng ý" in told
    assert "Văn bản" not in told


@pytest.mark.parametrize(
    "changed",
    [
        {"splits": "50 + 41"},
        {"splits": "fifty"},
        {"cycle": ""},
        {"cycle": "9" * 400},
        {"reason": " "},
        {"offset": "-1"},
        {"plan": ""},
    ],
)
def test_what_cannot_run_comes_back_as_it_was_typed(operator, reach, changed):
    asked = send(operator, "propose", **FORM | changed)
    assert asked["problem"] == "invalidArgs"
    assert asked["junction"] == JUNCTION
    told = operator.page(f"{PATH}?junction={JUNCTION}&problem=invalidArgs&plan=Đêm&cycle=90")
    assert "Chưa hợp lệ" in words(told)
    assert "Đêm" in [n["props"].get("value") for n in nodes(told)]
    assert [row["outcome"] for row in reach.audit.recent(action="signal.propose")] != ["ok"]


def test_a_leader_approves_and_does_not_propose(leader, running):
    tree = leader.page(f"{PATH}?new=1&junction={JUNCTION}")
    assert "Đề xuất phương án" not in words(tree)
    assert send(leader, "propose", **FORM)["problem"] == "forbidden"


def test_a_viewer_sees_nothing_of_it(viewer, stranger):
    assert "Chưa có đề xuất" not in words(viewer.page(PATH))
    assert [n for n in nodes(viewer.page("/")) if n["props"].get("href") == PATH] == []
    assert stranger.post(f"{PATH}/decide", {"proposal": "0" * 12}).status_code in (303, 401, 403)


def test_then_proposals_stand_as_they_stood_and_nobody_decides(operator, leader, reach, running):
    def at(ms: float) -> None:
        object.__setattr__(reach, "now_ms", lambda: ms)

    at(AT_MS - 60_000)
    before = send(operator, "propose", **FORM)["proposal"]
    at(NOW_MS)
    after = send(operator, "propose", **FORM | {"reason": "Muộn hơn"})["proposal"]
    decide(leader, before, "reject")

    then = leader.page(f"{PATH}{ASKED}&proposal={before}")
    assert keys(then) == []
    assert "Hàng chờ dài" in words(then)
    assert "Muộn hơn" not in words(then)
    assert after not in str(then)
    assert [n["props"]["className"] for n in nodes(then)
            if "proposal-state" in str(n["props"].get("className"))] == [
        "proposal-state is-open"] * 2  # fmt: skip
    assert "Đề xuất phương án" not in words(operator.page(f"{PATH}{ASKED}&new=1"))
    assert keys(leader.page(f"{PATH}?proposal={after}")) == ["approve", "reject"]


def test_an_exercise_has_no_proposals_and_says_why(operator, leader, link):
    exercise(link)
    send(operator, "propose", **FORM)
    drill = leader.page(f"{PATH}?realm=exercise:ngap")
    assert "Trong diễn tập không có đề xuất nào" in words(drill)
    assert "Hàng chờ dài" not in words(drill)


@pytest.mark.parametrize("query", ["?proposal=../x", "?problem=<b>", "?junction=%F0%9F%98%80", "?"])
def test_any_address_gives_a_page(operator, query):
    assert words(operator.page(f"{PATH}{query}"))
