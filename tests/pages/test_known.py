"""What was known at 09:14, on the console and the room: chosen, framed, and back with one tap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.realms.realm import known_realm
from tests.layouts.tiles.sample import everything
from tests.pages.browse import Client, nodes, words
from tests.pages.stand_in import NOW_MS
from wall.errors import ServiceError

ASKED = "?date=21/09/2026&time=09:14"
AT_MS = 1_789_956_840_000.0  # 09:14 in Hà Nội
REALM = known_realm(AT_MS)
AIR = "environment.air"


def band(tree) -> str:
    return next(words(n) for n in nodes(tree) if n["props"].get("id") == "realm-band")


def main(tree):
    return next(n["props"] for n in nodes(tree) if n["type"] == "Main")


@pytest.mark.parametrize("path", ["/console", "/"])
def test_a_page_is_shown_as_it_was_known_then_and_says_so(leader, link, path):
    tree = leader.page(path + ASKED)
    assert ("known.ask", {"atMs": AT_MS}) in [(op, args) for op, args, _ in link.asked]
    assert band(tree) == "ĐÃ BIẾT LÚC 09:14 21/09/2026 Không phải số liệu hiện tại."
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
