"""Somebody who may only look: no page offers more, and a forged request changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layouts import ids
from tests.room.house import WALL, Room, Windows, words

pytestmark = pytest.mark.browser


@pytest.fixture
def viewer(room: Room, windows: Windows) -> Iterator[Page]:
    page = windows.sign_in("viewer", room.address("room"))
    expect(page.locator("iframe").first).to_be_visible()
    yield page
    windows.close(page)


def test_no_page_offers_a_viewer_to_take(viewer: Page, room: Room) -> None:
    assert viewer.locator("a[href^='/operator']").count() == 0
    viewer.goto(room.address("operator"))
    expect(viewer.locator("main")).to_contain_text(words("forbidden.title"))
    assert viewer.locator("#operator-take").count() == 0
    viewer.goto(room.address("console"))
    expect(viewer.locator(".console-bar[data-place='#/']")).to_be_visible()
    assert viewer.locator(".console-send-key").count() == 0


def test_a_forged_take_is_refused_and_audited(viewer: Page, room: Room) -> None:
    before = room.ask("wall.state")["program"]
    answer = _press_take(viewer, room)
    assert answer.status == 200
    assert words("error.forbidden").search(str(answer.json()))
    assert room.ask("wall.state")["program"] == before
    row = room.audited("wall.take")[0]
    assert (row["actor"], row["role"]) == ("viewer", "viewer")
    assert (row["outcome"], row["code"]) == ("refused", "forbidden")


def test_a_forged_take_from_another_page_is_refused(viewer: Page, room: Room) -> None:
    rows = len(room.audited("wall.take"))
    assert _press_take(viewer, room, token="made.up").status == 403
    assert _press_take(viewer, room, origin="http://127.0.0.1:1").status == 403
    assert len(room.audited("wall.take")) == rows


def _press_take(page: Page, room: Room, *, token: str | None = None, origin: str = "") -> Any:
    """Ask as the operator's page does when its take is pressed, with a viewer's session."""
    rules = page.request.get(f"{room.origin}/_dash-dependencies").json()
    rule = next(each for each in rules if f"{ids.OPERATOR_RESULT}.children" in each["output"])
    given = {
        ids.OPERATOR_TAKE: 1,
        ids.OPERATOR_WALL: WALL,
        ids.OPERATOR_SEEN: {"sceneId": None, "revision": None, "preview": "traffic"},
    }

    def filled(each: dict[str, Any]) -> Any:
        return [] if each["id"].startswith("{") else {**each, "value": given.get(each["id"])}

    outputs = [part.rsplit(".", 1) for part in rule["output"].strip(".").split("...")]
    body = {
        "output": rule["output"],
        "outputs": [{"id": name, "property": part.split("@")[0]} for name, part in outputs],
        "inputs": [filled(each) for each in rule["inputs"]],
        "state": [filled(each) for each in rule["state"]],
        "changedPropIds": [f"{ids.OPERATOR_TAKE}.n_clicks"],
    }
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    return page.request.post(
        f"{room.origin}/_dash-update-component",
        data=json.dumps(body),
        headers={
            "Content-Type": "application/json",
            "Origin": origin or room.origin,
            "X-CSRF-Token": cookies["ioc_csrf"] if token is None else token,
        },
    )
