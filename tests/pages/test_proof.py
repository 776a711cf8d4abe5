"""What a wall showed when: for whom, as what, and that asking leaves a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from callbacks.proof import NoInstant, iso_ms, typed_ms
from language import has, text
from layouts.pages.proof_glass import geometry_files, with_prefix
from permissions.demo import DEMO_ACCOUNTS
from tests.pages.browse import Client, nodes, words
from tests.pages.shown import HASH, MAP
from tests.pages.site import served
from tests.pages.stand_in import NOW_MS
from tests.player import trees
from wall.errors import ServiceError
from wall.proof.verify import FAULTS

expect.set_options(timeout=20_000)  # a page loads its code first, on a busy machine
ZONE = "Asia/Ho_Chi_Minh"
AT = "2026-09-21T09:14:00+07:00"
AT_MS = 1_789_956_840_000.0
API = f"/api/walls/le-lai/shown?at={AT.replace('+', '%2B')}"
READERS = ("operator", "leader", "administrator")


def said(key: str, language: str = "vi") -> str:
    return text(f"pages.proof.{key}", language)


def test_a_day_and_a_time_are_read_as_people_here_write_them():
    for date, time in (
        ("21/09/2026", "09:14"),
        ("21/9/2026 ", "9:14:00"),
        ("21/09/2026", "09:14:00,0"),
    ):
        assert typed_ms(date, time, ZONE) == AT_MS
    assert typed_ms("21/09/2026", "09:14:00,25", ZONE) == AT_MS + 250
    assert iso_ms(AT, ZONE) == iso_ms("2026-09-21T09:14", ZONE) == AT_MS
    assert iso_ms("2026-09-21T09:14:00 07:00", ZONE) == AT_MS  # a plus that was not escaped


@pytest.mark.parametrize(
    ("date", "time"),
    [("31/02/2026", "09:14"), ("2026-09-21", "09:14"), ("21/09/2026", "25:00"), ("", ""),
     ("01/01/0001", "00:00"), ("21/09/2026", "9h14")],
)  # fmt: skip
def test_what_is_no_day_and_time_is_said(operator: Client, date: str, time: str) -> None:
    with pytest.raises(NoInstant):
        typed_ms(date, time, ZONE)
    told = words(operator.page(f"/proof?wall=le-lai&date={date or 'x'}&time={time}"))
    assert said("problem.when") in told


@pytest.mark.parametrize("user", [each.user_id for each in DEMO_ACCOUNTS])
def test_only_those_with_the_right_may_ask(server, link, reach, user) -> None:
    client = Client(server).sign_in(user)
    told = words(client.page("/proof?wall=le-lai"))
    answer = client.get(API)
    if user in READERS:
        assert said("entry").split("{")[0] in told
        assert answer.status_code == 200
        return
    assert said("entry").split("{")[0] not in told
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
    assert not [op for op, *_ in link.asked if op.startswith("proof.")]
    assert reach.audit.recent(action="proof.at")[0]["outcome"] == "refused"
    assert words(client.page("/proof/glass?wall=le-lai&at=1")).count(said("no_picture")) == 0


def test_a_stranger_is_told_to_sign_in(stranger) -> None:
    assert stranger.get(API, Accept="application/json").status_code == 401


def test_the_api_answers_what_the_controller_says_within_the_persons_ceiling(
    leader, link, reach
) -> None:
    body = leader.get(API).get_json()
    assert (body["wallId"], body["atMs"], body["chain"]["isWhole"]) == ("le-lai", AT_MS, True)
    assert body["tiles"][0]["content"]["type"] == "Section"
    op, args, actor = link.asked[-1]
    assert (op, args["atMs"], actor["role"]) == ("proof.at", AT_MS, "leader")
    assert args["ceiling"] == {"level": "restricted", "compartments": ["health", "party", "police"]}
    assert "content" not in leader.get(f"{API}&contents=0").get_json()["tiles"][0]
    newest = reach.audit.recent(action="proof.at", limit=2)
    assert [row["outcome"] for row in newest] == ["ok", "asked"]
    assert newest[1]["detail"]["atMs"] == AT_MS
    assert newest[1]["target"] == "wall/le-lai"


def test_the_api_refuses_in_one_shape(operator, link) -> None:
    bad = operator.get("/api/walls/le-lai/shown?at=yesterday")
    assert (bad.status_code, bad.get_json()["error"]["code"]) == (400, "invalidArgs")
    assert operator.get(API.replace("le-lai", "nowhere")).status_code == 404
    body = {"code": "notKept", "message": "gone", "oldestAtMs": AT_MS}
    link.refuses["proof.at"] = ServiceError("notKept", "gone", body)
    gone = operator.get(API)
    assert (gone.status_code, gone.get_json()["error"]["oldestAtMs"]) == (404, AT_MS)
    link.refuses["proof.at"] = ServiceError("unavailable", "away")
    assert operator.get(API).status_code == 503


def test_the_page_says_scene_outputs_contents_and_seal(operator) -> None:
    page = operator.page("/proof?wall=le-lai&date=21/09/2026&time=09:14:00")
    told = words(page)
    assert "lúc 09:14:00 21/09/2026" in told
    for each in ("is.shown", "is.offline", "is.changing", "is.failed", "withheld", "not_final"):
        assert said(each) in told
    assert said("pictures") in told
    assert said("by_aside").format(first=1238, last=1240) in told
    assert HASH in told
    assert f"4096:{HASH}" in told
    frame = next(each for each in nodes(page) if each["type"] == "Iframe")
    assert frame["props"]["src"] == f"/proof/glass?wall=le-lai&at={AT_MS:.3f}"
    steps = [each["props"]["href"] for each in nodes(page) if each["type"] == "A"
             and "at=" in each["props"].get("href", "")]  # fmt: skip
    assert "/proof?wall=le-lai&at=2026-09-21T02%3A13%3A00.001%2B00%3A00" in steps


def test_without_a_time_it_is_now(operator, link) -> None:
    operator.page("/proof")
    op, args, _ = link.asked[-1]
    assert (op, args["contents"]) == ("proof.at", False)
    assert NOW_MS - 5_000 < args["atMs"] < NOW_MS


def test_the_whole_chain_is_verified_when_asked(operator, link, reach) -> None:
    told = words(operator.page("/proof?wall=le-lai&verify=1"))
    assert said("broken.changed").format(number=9) in told
    assert said("missing").format(first=2001, last=2999) in told
    assert said("aside").format(first=1999, last=2002) in told
    assert reach.audit.recent(action="proof.verify")[0]["outcome"] == "ok"


def test_every_fault_has_words():
    of_heads = {
        "headOlder",
        "headMissing",
        "headNotCopied",
        "headNowhere",
    }
    assert {
        code for code in FAULTS if has(f"pages.proof.broken.{code}")
    } == FAULTS.keys() - of_heads


@pytest.mark.parametrize(
    ("code", "key"),
    [("notKept", "notKept"), ("proofBroken", "proofBroken"), ("unknownWall", "unavailable")],
)
def test_what_can_not_be_answered_is_said(operator, link, code, key) -> None:
    body = {"code": code, "message": "no", "oldestAtMs": AT_MS}
    link.refuses["proof.at"] = ServiceError(code, "no", body)
    told = words(operator.page("/proof?wall=le-lai"))
    assert said(f"problem.{key}") in told
    assert "09:14:00 21/09/2026" in told  # the oldest there is


def test_the_picture_is_drawn_of_the_very_trees(operator, reach) -> None:
    (reach.settings.geometry_dir).mkdir(parents=True)
    (reach.settings.geometry_dir / MAP.removeprefix("/geometry/")).write_text("{}")
    page = operator.page(f"/proof/glass?wall=le-lai&at={AT_MS}")
    slots = [each for each in nodes(page) if "slot" in each["props"].get("className", "").split()]
    assert words(slots[0]["props"]["children"]).startswith("41")
    graph = next(each for each in nodes(slots[1]) if each["type"] == "Graph")
    assert graph["props"]["id"] == "proof-glass-01-g"
    assert any(each["type"] == "GeoJSON" for each in nodes(slots[2]))
    assert [words(each["props"]["children"]) for each in slots[3:]] == [
        said("tile.withheld"),
        said("tile.missing"),
        said("tile.masked"),
    ]
    assert slots[0]["props"]["data-as-of-ms"] == AT_MS - 42_000


def test_a_map_whose_ground_is_gone_says_so(operator) -> None:
    page = operator.page(f"/proof/glass?wall=le-lai&at={AT_MS}")
    assert said("tile.geometry") in words(page)
    assert list(geometry_files(trees.map_({}, url=MAP))) == [MAP.removeprefix("/geometry/")]
    assert with_prefix("words", "slot") == "words"


def test_no_picture_is_said_in_words(operator, link) -> None:
    link.refuses["proof.at"] = ServiceError("notKept", "gone")
    assert said("no_picture") in words(operator.page("/proof/glass?wall=le-lai&at=1"))
    assert said("no_picture") in words(operator.page("/proof/glass?wall=le-lai&at=x"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("proof")) as (address, _):
        yield address


@pytest.mark.browser
def test_the_picture_stands_still_at_its_instant_and_fills_its_frame(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/sign-in")
    page.click(".demo-key[value=operator]")
    expect(page.locator(".shell-head")).to_be_visible()
    page.goto(f"{address}/proof?wall=le-lai")
    page.fill("#proof-date", "21/09/2026")
    page.fill("#proof-time", "09:14:00")
    page.keyboard.press("Enter")
    expect(page.locator(".proof-picture h2")).to_contain_text("09:14:00 21/09/2026")
    frame = page.frame_locator("iframe.live-frame")
    expect(frame.locator(".slot .ioc-clock").first).to_have_text("09:14")
    expect(frame.locator(".slot .main-svg").first).to_be_attached()
    box = frame.locator(".player-canvas").bounding_box()
    outer = page.locator(".proof-wall-picture").bounding_box()
    assert box is not None
    assert outer is not None
    assert abs(box["width"] - outer["width"]) < 3
    page.locator(".proof-steps a").first.click()
    expect(page.locator(".proof-picture h2")).to_contain_text("09:13:00 21/09/2026")
    expect(frame.locator(".slot .main-svg").first).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert complaints == []
    context.close()
