"""What was known at 09:14, on the console and the room: chosen, framed, and back with one tap."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from callbacks import page_realm
from data_access.realms.realm import known_realm
from jobs.findings import FindingStore
from tests.layouts.tiles.sample import everything
from tests.pages.answerable import measure, tell, tell_of
from tests.pages.automatic import exercise
from tests.pages.browse import Client, as_text, nodes, words
from tests.pages.stand_in import NOW_MS
from tests.pages.test_quarantine import HeldThere
from wall.errors import ServiceError

ASKED = "?date=21/09/2026&time=09:14"
AT_MS = 1_789_956_840_000.0  # 09:14 in Hà Nội
REALM = known_realm(AT_MS)
AIR = "environment.air"
DRILL = "exercise:ngap"
PAGES = (
    "/data",
    f"/data?dataset={AIR}",
    "/data/quality",
    "/data/quality?by=agency",
    f"/data/quality?dataset={AIR}&criterion=live",
    "/data/coverage",
    "/data/coverage?agency=cong-an",
    f"/data/lineage?dataset={AIR}",
    "/data/sources",
    "/data/twins",
    "/data/quarantine",
    "/data/forecasts",
    "/data/anomalies",
    "/data/triage",
    "/brief",
    "/signals",
)
WORKED_AT = ("/data/twins", "/data/forecasts", "/data/anomalies", "/data/triage")


def band(tree) -> str:
    return next(words(n) for n in nodes(tree) if n["props"].get("id") == "realm-band")


def main(tree):
    return next(n["props"] for n in nodes(tree) if n["type"] == "Main")


@pytest.mark.parametrize("path", ["/console", "/"])
def test_a_page_is_shown_as_it_was_known_then_and_says_so(leader, link, path):
    tree = leader.page(path + ASKED)
    assert ("known.ask", {"atMs": AT_MS}) in [(op, args) for op, args, _ in link.asked]
    assert band(tree) == "NHƯ ĐÃ BIẾT LÚC 09:14 21/09/2026 Không phải số liệu hiện tại."
    assert main(tree)["data-realm"] == REALM
    assert str(int(AT_MS)) in main(tree)["data-realm-clock"]
    shell = next(n["props"] for n in nodes(tree) if "shell" in str(n["props"].get("className")))
    assert "is-exercise" in shell["className"]  # framed
    live = [n["props"] for n in nodes(tree) if n["props"].get("href") == "?"]
    assert len(live) == 1  # back to live


def test_tiles_read_what_was_known_and_nothing_of_now(leader, reach):
    now = everything()[AIR]
    then = {**now.payload["numbers"]["aqi"], "value": 12.0}
    known = replace(now, realm=REALM, payload={"numbers": {"aqi": then}})
    reach.cache.write_many([now, known])
    answer = leader.call(
        "console-bar.children",
        {
            "console-place.hash": "#/g/environment/t/air",
            "console-size.data": {"width": 1872, "height": 936},
            "page-realm.data": REALM,
        },
    )
    body = answer.get_json()["response"]["console-body"]["children"]
    figures = {
        n["props"]["data-figure"]: words(n) for n in nodes(body) if "data-figure" in n["props"]
    }
    assert figures == {f"{AIR}:numbers/aqi": "12"}


def test_while_it_is_being_made_the_page_says_how_far(leader, link):
    link.known_phase = "preparing"
    assert "Đang dựng lại, 40%" in band(leader.page("/console" + ASKED))


def test_what_nobody_can_find_out_is_said_and_not_shown_as_now(leader, link):
    link.refuses["known.ask"] = ServiceError("unavailable", "no feed")
    tree = leader.page("/console" + ASKED)
    assert "Chưa ai trả lời được" in band(tree)
    assert main(tree)["data-realm"] == REALM


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?date=31/02/2026&time=09:14", "Không hiểu ngày giờ"),
        ("?date=21/09/2026&time=", "Không hiểu ngày giờ"),
        ("?date=21/09/0000&time=09:14", "Không hiểu ngày giờ"),
        ("?date=21/09/2096&time=09:14", "Lúc ấy chưa tới"),
        ("?realm=known:20990101T0000Z", ""),
        ("?realm=known:%2e%2e", ""),
    ],
)
def test_another_time_leaves_the_page_live_and_says_why(leader, link, query, problem):
    tree = leader.page("/console" + query)
    if problem:
        assert problem in words(tree)
        assert main(tree)["data-realm"] == "live"
        assert "known.ask" not in [op for op, _, _ in link.asked]


def test_everyone_signed_in_may_look_back(server, link):
    assert "ĐÃ BIẾT" in band(Client(server).sign_in("viewer").page("/" + ASKED))


def test_the_form_begins_with_a_minute_that_is_past(leader):
    fields = {
        n["props"]["id"]: n["props"]["value"]
        for n in nodes(leader.page("/console"))
        if n["props"].get("id") in ("known-date", "known-time")
    }
    assert fields == {"known-date": "21/09/2026", "known-time": "21:12"}
    assert NOW_MS == 1_790_000_000_000.0


def also(path: str, query: str) -> str:
    """Return an address that names a world, too."""
    return f"{path}{'&' if '?' in path else '?'}{query.removeprefix('?')}"


def grid(tree) -> list[dict]:
    (found,) = [each for each in nodes(tree) if each["type"] == "AgGrid"]
    return found["props"]["rowData"]


def leading(tree) -> list[str]:
    """Return every address a page leads to, within itself or to another that shows any world."""
    links = [n["props"].get("href") for n in nodes(tree) if n["type"] == "A"]
    rows = [row.get("href") for n in nodes(tree) for row in n["props"].get("rowData") or ()]
    paths = ("/data", "/console", "/brief")
    return [each for each in [*links, *rows] if each and (each.startswith(paths) or each == "/")]


@pytest.fixture
def held(reach) -> HeldThere:
    made = HeldThere()
    object.__setattr__(reach, "held", made)
    return made


@pytest.mark.parametrize("path", PAGES)
def test_any_page_of_data_is_shown_as_it_was_known_then_and_leads_on_there(
    operator, reach, link, held, path
):
    tell(reach)
    tree = operator.page(also(path, ASKED))
    assert ("known.ask", {"atMs": AT_MS}) in [(op, args) for op, args, _ in link.asked]
    assert band(tree) == "NHƯ ĐÃ BIẾT LÚC 09:14 21/09/2026 Không phải số liệu hiện tại."
    assert main(tree)["data-realm"] == REALM
    shell = next(n["props"] for n in nodes(tree) if "shell" in str(n["props"].get("className")))
    assert "is-exercise" in shell["className"]
    assert leading(tree)
    assert [each for each in leading(tree) if REALM.replace(":", "%3A") not in each] == []
    assert "61,5%" not in words(tree)  # of now


@pytest.mark.parametrize("path", PAGES)
def test_any_page_of_data_is_shown_in_an_exercise_in_its_frame(operator, reach, link, held, path):
    tell(reach)
    exercise(link)
    tree = operator.page(also(path, f"realm={DRILL}"))
    assert band(tree).startswith("DIỄN TẬP Ngập 21/09/2026")
    assert main(tree)["data-realm"] == DRILL
    assert [each for each in leading(tree) if DRILL.replace(":", "%3A") not in each] == []
    is_unkept = "Không được lưu theo thời gian" in words(tree)
    assert is_unkept is (path == "/data/sources")


@pytest.mark.parametrize("path", WORKED_AT)
def test_an_exercise_nobody_plays_shows_nothing_that_was_found(operator, reach, link, path):
    tell(reach)
    tree = operator.page(f"{path}?realm={DRILL}")
    assert link.exercises == []
    assert band(tree).startswith("DIỄN TẬP")
    assert "Buổi diễn tập không được phát" in words(tree)


@pytest.mark.parametrize("path", PAGES)
def test_live_is_one_tap_away_and_what_the_address_names_is_kept(operator, reach, held, path):
    tell(reach)
    tree = operator.page(also(path, ASKED))
    choice = next(n for n in nodes(tree) if n["props"].get("id") == "realm-choice")
    kept = json.loads(choice["props"]["data-kept"])
    named = dict(each.split("=") for each in path.partition("?")[2].split("&") if each)
    assert named.items() <= kept.items()
    back = next(n["props"]["href"] for n in nodes(choice) if n["type"] == "A")
    assert "realm" not in back
    assert band(operator.page(path.partition("?")[0] + back)) == ""
    form = next(n for n in nodes(tree) if n["props"].get("className") == "known-form")
    hidden = {n["props"]["name"]: n["props"]["value"] for n in nodes(form)
              if n["props"].get("type") == "hidden"}  # fmt: skip
    assert hidden == kept


def test_what_is_listed_of_then_is_of_then_alone(operator, reach):
    tell(reach)
    rows = grid(operator.page("/data" + ASKED))
    assert {row["at"] for row in rows} == {None}  # nothing is known of then: not what is of now
    tell_of(reach, REALM, AT_MS)
    rows = grid(operator.page("/data" + ASKED))
    assert all(row["at"] is None or row["at"] <= AT_MS for row in rows)
    assert any(row["at"] for row in rows)
    assert "96,4%" in words(operator.page("/data/quality" + ASKED))
    assert "1 trên 42 bộ đang sống" in words(operator.page("/data/coverage" + ASKED))


@pytest.mark.parametrize("grid_id", ["catalogue", "coverage", "quality", "forecasts"])
def test_what_is_asked_again_is_of_then_too(operator, reach, grid_id):
    tell(reach)
    tell_of(reach, REALM, AT_MS)
    values = {f"{grid_id}-again.n_intervals": 3, "page-realm.data": REALM}
    answer = operator.call(f"{grid_id}-grid.rowData", values)
    assert answer.status_code == 200
    body = answer.get_json()["response"]
    rows = body[f"{grid_id}-grid"]["rowData"]
    assert all("realm=known" in row["href"] for row in rows if row.get("href"))
    if grid_id == "catalogue":
        assert all(row["at"] is None or row["at"] <= AT_MS for row in rows)


def test_a_score_of_then_has_its_course_to_then_and_says_that_its_parts_are_not_kept(
    operator, reach
):
    tell_of(reach, REALM, AT_MS)
    measure(reach)
    tree = operator.page(also(f"/data/quality?dataset={AIR}&criterion=sufficient", ASKED))
    assert "Từng phần của điểm chỉ được lưu ở lúc này" in words(tree)
    graph = next(n["props"]["figure"] for n in nodes(tree) if n["type"] == "Graph")
    ends = [each["x"][-1] for each in graph["data"] if each.get("x")]
    assert ends
    assert max(ends) == AT_MS


def test_nothing_is_let_in_then_and_what_was_held_is_of_then(operator, reach, held):
    tree = operator.page(also(f"/data/quarantine?dataset={AIR}&reason=outOfRange", ASKED))
    assert held.then_us == AT_MS * 1000
    assert not [n for n in nodes(tree) if n["props"].get("name") == "do"]
    assert "Những dòng đã bị giữ tới lúc ấy" in words(tree)
    operator.page(f"/data/quarantine?dataset={AIR}&reason=outOfRange")
    assert held.then_us is None


def test_what_work_had_found_is_what_it_had_found_then(reach, application):
    findings, now = FindingStore(reach.engine), everything()["forecast.air"]
    for number, at_ms in enumerate((AT_MS - 7_200_000, AT_MS - 60_000, AT_MS + 60_000)):
        said = replace(now, label={"vi": f"Lần {number}", "en": f"Time {number}"})
        findings.publish(said, f"job{number}", at_ms)
    reach.cache.write(now)
    with application.test_request_context():
        there = page_realm.desk_in(reach, REALM).cache
        drill = page_realm.desk_in(reach, DRILL).cache
    found = there.read("forecast.air")
    assert found is not None
    assert (found.label["vi"], found.realm) == ("Lần 1", REALM)
    assert found.origin != "live"
    assert there.read_many(["forecast.air", AIR]).keys() == {"forecast.air"}
    assert drill.read("forecast.air") is None  # the feed has put nothing there
    reach.cache.write(replace(found, realm=DRILL))
    assert drill.read("forecast.air") == replace(found, realm=DRILL)


@pytest.mark.parametrize("query", [ASKED, f"?realm={REALM}", f"?realm={DRILL}"])
@pytest.mark.parametrize(
    ("path", "said"), [("/what-if", "Trang này không có quá khứ"), ("/rule", "của lúc này")]
)
def test_a_page_of_now_alone_says_so_and_leads_back(operator, reach, link, path, said, query):
    exercise(link)
    tree = operator.page(path + query)
    assert said in words(tree)
    assert (band(tree), main(tree)["data-realm"]) == ("", "live")
    back = [n["props"]["href"] for n in nodes(tree) if n["props"].get("className") == "of-now"
            for n in nodes(n) if n["type"] == "A"]  # fmt: skip
    assert len(back) == 1
    assert back[0].startswith("/?realm=")
    assert said not in words(operator.page(path))


def test_news_of_worlds_keeps_what_the_address_names(operator, link):
    exercise(link)
    event = {"topic": "realms", "name": "changed", "count": 1}
    kept = json.dumps({"dataset": AIR})
    values = {"wall-event.data": event, "page-realm.data": "live", "realm-choice.data-kept": kept}
    told = as_text(operator.call("realm-choice.children", values))
    assert f"?dataset={AIR}&realm=exercise%3Angap" in told
    for wrong in ("[", "3", None):
        values["realm-choice.data-kept"] = wrong
        assert "?realm=exercise" in as_text(operator.call("realm-choice.children", values))


def test_who_looks_at_then_looks_now(operator, reach, held):
    reach.cache.write_many(everything().values())
    for path in ("/data/anomalies", f"/data?dataset={AIR}"):
        operator.page(also(path, ASKED))
    used = reach.usage.of(AIR, now_ms=NOW_MS, days=30)
    assert used
    assert {each.last_at_ms for each in used} == {NOW_MS}
