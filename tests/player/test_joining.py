"""Joining the wall link, losing it, and coming back; the page says what it knows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site, site_state
from tests.player.trees import tile, words

pytestmark = pytest.mark.browser

WHOLE = (0, 0, 1280, 720)


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait_for_join(1)
    return opened


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("iocPlayer.state")
    return found


def test_the_token_leaves_the_address_and_survives_a_reload(
    controller: ScriptedController, page: Page
) -> None:
    assert page.url.endswith("/wall/w/o")
    assert controller.wait("identify")["token"] == "abc"
    page.reload()
    assert controller.wait("identify")["token"] == "abc"


def test_it_says_who_and_how_large_it_is(controller: ScriptedController, page: Page) -> None:
    told = controller.wait("identify")
    assert told == {
        "kind": "output",
        "token": "abc",
        "protocol": "ioc-wall.v1",
        "framesRealms": True,
        "viewport": {"widthPx": 1280, "heightPx": 720, "devicePixelRatio": 1},
    }


def test_the_first_heartbeat_follows_the_first_burst_and_knows_the_clock(
    controller: ScriptedController, page: Page
) -> None:
    heartbeat = controller.wait("heartbeat")
    clocks = [frame for frame in controller.frames if frame["type"] == "clock"]
    assert len(clocks) == 8
    assert heartbeat["showing"] is None
    assert heartbeat["clock"]["uncertaintyMs"] >= 0
    assert not any("font" in each for each in heartbeat.get("errors", []))


@pytest.mark.parametrize("hours", [1, -48])
def test_the_clock_follows_a_controller_that_is_hours_ahead_or_days_behind(
    site: Site, controller: ScriptedController, open_page: OpenPage, hours: int
) -> None:
    controller.offset_ms = hours * 3_600_000
    open_page(f"{site.url}/wall/w/o#token=abc")
    clock = controller.wait("heartbeat")["clock"]
    assert abs(clock["offsetMs"] - controller.offset_ms) <= clock["uncertaintyMs"] + 5
    shown = controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    assert 0 <= shown["lateMs"] < 1000


def test_without_anything_on_air_it_says_so(controller: ScriptedController, page: Page) -> None:
    notice = page.locator(".cover-notice")
    expect(notice).to_contain_text("Chưa có cảnh nào")
    expect(notice).to_contain_text("w · o")
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    expect(notice).to_have_count(0)


def test_a_view_of_a_person_gets_its_token_from_the_session(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    open_page(f"{site.url}/wall/w/view/program")
    told = controller.wait("identify")
    assert (told["kind"], told["token"]) == ("view", "of-the-session")


def test_a_view_of_a_stranger_says_to_sign_in(
    controller: ScriptedController, site: Site, open_page: OpenPage, monkeypatch: Any
) -> None:
    monkeypatch.setattr(site_state, "signed_in", False)
    page = open_page(f"{site.url}/wall/w/view/program", forgive="401")
    expect(page.locator(".cover-notice")).to_contain_text("Cần đăng nhập")
    assert state(page)["phase"] == "refused"


def test_a_page_of_no_view_says_so_and_opens_no_link(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    page = open_page(f"{site.url}/wall/w/view/nonsense")
    expect(page.locator(".cover-notice")).to_contain_text("Không có màn")
    assert page.evaluate("iocPlayer.counters.opened") == 0


@pytest.mark.parametrize(
    ("code", "phase", "why"),
    [
        (4001, "refused", "chưa được ghi danh"),
        (4005, "refused", "Một trình phát khác"),
        (4011, "stopped", "đã bị ngắt"),
    ],
)
def test_a_refused_client_keeps_its_picture_and_shows_why(
    controller: ScriptedController, page: Page, code: int, phase: str, why: str
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.connections[-1].close(code, "scripted")
    mark = page.locator(".cover-mark")
    expect(mark).to_contain_text(why)
    expect(page.locator(".slot.is-shown")).to_have_count(1)
    told = state(page)
    assert (told["phase"], told["code"]) == (phase, code)
    if phase == "refused":
        assert 50_000 < told["retryAtMs"] - told["sinceMs"] <= 60_000
    else:
        assert told["retryAtMs"] is None


def test_the_link_comes_back_on_the_same_page_and_says_what_it_shows(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.wait("identify")
    page.evaluate("window.kept = true")
    controller.epoch += 1
    controller.connections[-1].close(1001)
    controller.wait_for_join(2)
    told = controller.wait("identify")
    assert told["showing"] == {"sceneId": "a", "revision": 1}
    expect(page.locator(".cover-mark")).to_have_count(0)
    assert page.evaluate("window.kept") is True


def test_a_lost_link_is_marked_over_the_picture(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.stop()
    expect(page.locator(".cover-mark")).to_contain_text("Mất liên lạc")
    expect(page.locator(".slot.is-shown")).to_contain_text("một")
    assert page.locator("#player").get_attribute("data-link") == "lost"


def test_a_controller_that_no_longer_answers_is_left(
    controller: ScriptedController, page: Page
) -> None:
    controller.wait("heartbeat")
    controller.mute = True
    controller.connections[-1].close(1001)
    until(page, "iocPlayer.state.reason === 'no answer'")
    controller.mute = False
    controller.wait_for_join(2)


def test_frames_of_a_deposed_controller_are_ignored(
    controller: ScriptedController, page: Page
) -> None:
    old = {"switchId": "old", "sceneId": "x", "revision": 1, "layer": "manual", "deadlineAtMs": 0}
    tiles = [tile("r9", words("cũ"), WHOLE)]
    controller.send("prepare", {**old, "tiles": tiles}, epoch=controller.epoch - 1)
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    assert page.evaluate("iocPlayer.counters.oldEpoch") == 1
    assert [f for f in controller.frames if f["type"] == "ready"] == []


def test_a_window_of_a_wrong_size_is_told_in_the_heartbeat(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    open_page(f"{site.url}/wall/w/o#token=abc", width=800, height=600)
    told = controller.wait("heartbeat")["errors"]
    assert "viewport 800x600, output 1280x720" in told


def test_bye_says_when_to_come_back(controller: ScriptedController, page: Page) -> None:
    controller.send("bye", {"code": 1001, "retryAfterMs": 10, "alternateUrls": []})
    controller.wait_for_join(2)
