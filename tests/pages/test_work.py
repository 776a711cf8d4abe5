"""Working at the pages in a real browser: keys, the way back, the link to a real controller."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from data_access.envelope import Envelope
from layouts.pages.scene_keys import key_of
from settings import Settings
from tests.layouts.tiles.sample import NOW_MS, everything
from tests.pages.conftest import SECRET
from tests.pages.site import FIXED_CLOCK, free_port, served
from tests.pages.stand_in import TOOLS
from wall.client import BlockingClient
from wall.server import serve

pytestmark = pytest.mark.browser

COMMANDS = ("wall.preview", "wall.take", "wall.clear", "wall.extend")

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    with served(tmp_path_factory.mktemp("work")) as both:
        yield both


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="vi-VN")
    opened.add_init_script(FIXED_CLOCK)
    opened.route("**/wall/**", lambda route: route.fulfill(body="", content_type="text/html"))
    yield opened
    opened.close()


def _signed_in(context: BrowserContext, address: str, user: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.click(f".demo-key[value={user}]")
    expect(page.locator(".shell-head")).to_be_visible()
    return page


@pytest.fixture
def operator(context: BrowserContext, site) -> Iterator[Page]:
    page = _signed_in(context, site[0], "operator")
    page.goto(f"{site[0]}/operator")
    expect(page.locator(".scene")).to_have_count(7)
    site[1].link.asked.clear()
    yield page
    page.close()


def test_a_digit_prepares_and_enter_takes_while_the_panel_has_the_focus(operator, site):
    panel = operator.locator("#operator-panel")
    panel.focus()
    operator.keyboard.press("5")
    expect(operator.locator("#operator-result")).to_contain_text("đã sẵn sàng")
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-result")).to_contain_text("Đã phát")
    asked = [(op, args.get("sceneId")) for op, args, _ in site[1].link.asked if op in COMMANDS]
    assert asked == [("wall.preview", "flood"), ("wall.take", "flood")]


def test_ten_scenes_have_a_digit_and_ten_more_with_shift(operator):
    told = operator.evaluate(
        """async () => {
            const { meaning } = await import("/assets/operator.mjs");
            const pressed = [{ key: "1" }, { key: "0" }, { key: "!", code: "Digit1", shift: true },
                { key: ")", code: "Digit0", shift: true }, { key: "Enter", shift: true }];
            return pressed.map((each) => meaning(each)?.prepare ?? null);
        }"""
    )
    assert told == [1, 10, 11, 20, None]
    assert [key_of(position) for position in (1, 10, 11, 20, 21)] == [
        "1",
        "0",
        "Shift+1",
        "Shift+0",
        None,
    ]


def _commands(site) -> list[str]:
    return [op for op, _, _ in site[1].link.asked if op in COMMANDS]


def test_keys_do_nothing_elsewhere_on_the_page(operator, site):
    operator.locator(".op-tab").first.focus()
    operator.keyboard.press("4")
    operator.evaluate("document.activeElement.blur()")
    operator.keyboard.press("4")
    operator.keyboard.press("Enter")
    operator.locator("#operator-panel").focus()
    operator.keyboard.press("Control+4")
    operator.keyboard.press("Escape")
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-panel")).not_to_be_focused()
    operator.locator("#operator-panel").focus()
    operator.keyboard.press("5")  # the first key that counts; nothing came before it
    expect(operator.locator("#operator-result")).to_contain_text("đã sẵn sàng")
    assert _commands(site) == ["wall.preview"]


def test_enter_on_a_key_presses_that_key(operator, site):
    operator.locator("#operator-extend").focus()
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-result")).to_contain_text("Đã giữ thêm")
    assert _commands(site) == ["wall.extend"]


def test_enter_before_the_answer_does_not_take_what_was_prepared_before(operator, site):
    operator.locator("#operator-panel").evaluate(
        """(panel) => ["5", "Enter"].forEach((key) =>
            panel.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))"""
    )
    expect(operator.locator("#operator-result")).to_contain_text("đã sẵn sàng")
    assert _commands(site) == ["wall.preview"]
    operator.locator("#operator-panel").focus()
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-result")).to_contain_text("Đã phát")
    assert _commands(site) == ["wall.preview", "wall.take"]


def test_a_scene_chosen_by_hand_is_taken_by_the_next_enter(operator, site):
    operator.locator(".scene").nth(1).click()
    expect(operator.locator("#operator-panel")).to_be_focused()
    expect(operator.locator("#operator-result")).to_contain_text("đã sẵn sàng")
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-result")).to_contain_text("Đã phát")
    assert _commands(site) == ["wall.preview", "wall.take"]


def _tool(operator, do: str, about: str):
    return operator.locator(f'[id*=\'"do":"{do}"\'][id*=\'"about":"{about}"\']')


def _tooling(site) -> list[str]:
    return [op for op, _, _ in site[1].link.asked if op in TOOLS]


def test_what_the_room_will_see_is_asked_first_by_finger_and_by_key(operator, site):
    operator.locator(".op-views input[value=tools]").check()
    dialog = operator.locator("#asking")
    _tool(operator, "wall.night", "on").click()
    expect(dialog).to_contain_text("sang ánh sáng ban đêm?")
    dialog.locator("[data-answer=no]").click()
    expect(dialog).to_be_hidden()
    _tool(operator, "wall.night", "on").focus()
    operator.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    operator.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    operator.keyboard.press("Enter")  # the focus is where it was
    expect(dialog.locator("[data-answer=no]")).to_be_focused()
    assert _tooling(site) == []
    operator.keyboard.press("Tab")
    operator.keyboard.press("Enter")
    expect(operator.locator("#operator-result")).to_contain_text("Đã chuyển sang ban đêm: 7 màn")
    assert _tooling(site) == ["wall.night"]


def test_a_question_left_does_not_answer_the_next(operator, site):
    operator.locator(".op-views input[value=tools]").check()
    dialog = operator.locator("#asking")
    _tool(operator, "wall.night", "off").click()
    operator.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    _tool(operator, "wall.mask", "public").click()  # covers at once
    expect(operator.locator("#operator-result")).to_contain_text("Đã che")
    assert _tooling(site) == ["wall.mask"]


def test_a_trim_asks_once_and_then_each_press_moves(browser, site):
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="vi-VN")
    context.route("**/wall/**", lambda route: route.fulfill(body="", content_type="text/html"))
    page = _signed_in(context, site[0], "administrator")
    page.goto(f"{site[0]}/operator")
    site[1].link.asked.clear()
    page.locator(".op-views input[value=tools]").check()
    page.locator("#operator-place").select_option("a3")
    _tool(page, "wall.trim", "a3|3|0").click()
    page.locator("#asking [data-answer=yes]").click()
    expect(page.locator("#operator-result")).to_contain_text("Đã xê dịch hình: 1 màn")
    with page.expect_response(
        lambda answer: "operator-pressed" in (answer.request.post_data or "")
    ):
        _tool(page, "wall.trim", "a3|2|1").click()
    expect(page.locator("#asking")).to_be_hidden()
    moved = [args["trimPx"] for op, args, _ in site[1].link.asked if op == "wall.trim"]
    assert moved == [{"x": 3, "y": 0}, {"x": 2, "y": 1}]
    context.close()


def test_a_session_that_ended_leads_to_the_sign_in_page_and_back(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.route("**/wall/**", lambda route: route.fulfill(body="", content_type="text/html"))
    page = _signed_in(context, site[0], "operator")
    page.goto(f"{site[0]}/operator?wall=ngo-quyen")
    expect(page.locator(".scene")).to_have_count(7)
    context.clear_cookies()
    page.locator(".scene").first.click()
    expect(page.locator(".sign-in-form")).to_be_visible()
    page.click(".demo-key[value=operator]")
    expect(page.locator(".op-tab.is-here")).to_contain_text("Ngô Quyền")
    context.close()


def test_a_server_that_does_not_answer_is_said(operator):
    dash = re.compile("/_dash-update-component")
    operator.route(dash, lambda route: route.abort())
    operator.locator(".scene").first.click()
    expect(operator.locator(".live-state.is-silent")).to_contain_text("Máy chủ không trả lời")
    operator.unroute(dash)
    operator.locator(".scene").first.click()
    expect(operator.locator("#operator-result")).to_contain_text("đã sẵn sàng")
    expect(operator.locator(".live-state.is-silent")).to_have_count(0)


def test_the_way_back_on_the_console_is_the_browsers_own(context, site):
    page = _signed_in(context, site[0], "leader")
    page.goto(f"{site[0]}/console")
    page.locator(".console-cover[href='#/g/transport']").last.click()
    expect(page.locator(".console-bar[data-place='#/g/transport']")).to_be_visible()
    page.locator(".console-cover[href='#/g/transport/t/day']").click()
    expect(page.locator(".source-rows tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator(".console-bar[data-place='#/g/transport']")).to_be_visible()
    page.locator(".console-back").click()
    expect(page.locator(".console-bar[data-place='#/']")).to_be_visible()
    page.close()


class Controller:
    """The real controller in a thread of this process; it can be ended and begun again."""

    def __init__(self, settings) -> None:
        self._settings = settings
        self._since_s = time.monotonic()  # its clock goes on from the pages' fixed now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        listening = threading.Event()

        async def run() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await serve(
                self._settings,
                ready=lambda port: listening.set(),
                stop=self._stop,
                clock=lambda: NOW_MS + (time.monotonic() - self._since_s) * 1000,
            )

        self._thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        self._thread.start()
        assert listening.wait(20)

    def end(self) -> None:
        assert self._loop is not None
        assert self._stop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=20)


@contextmanager
def _feed(settings) -> Iterator[BlockingClient]:
    client = BlockingClient(settings.wall_url, settings.secret(), service="feed")
    try:
        yield client
    finally:
        client.close()


def _faster(by: float) -> Envelope:
    speed = everything()["transport.speed"]
    numbers = speed.payload["numbers"]
    changed = {**numbers["mean_speed"], "value": by}
    payload = {**speed.payload, "numbers": {**numbers, "mean_speed": changed}}
    return replace(speed, version=speed.version + int(by), payload=payload)


def test_a_console_hears_what_changed_says_when_it_cannot_and_recovers(context, site):
    address, desk = site
    controller = Controller(desk.settings)
    controller.begin()
    page = _signed_in(context, address, "leader")
    page.goto(f"{address}/console#/g/transport")
    expect(page.locator(".live-state.is-up")).to_be_visible()
    mean = page.locator("[id*='t.speed']")
    expect(mean).to_contain_text("27,4")
    untouched = page.locator("[id*='t.situations'] .tile").element_handle()
    with _feed(desk.settings) as feed:
        desk.cache.write(_faster(31))
        feed.publish("versions", {"transport.speed": 38})
        expect(mean).to_contain_text("31,0")
    assert untouched.evaluate("(element) => element.isConnected")  # only what changed

    controller.end()
    expect(page.locator(".live-state.is-lost")).to_contain_text("hỏi lại mỗi 15 giây")
    desk.cache.write(_faster(33))  # told while nobody listens
    controller.begin()
    expect(page.locator(".live-state.is-up")).to_be_visible()
    expect(mean).to_contain_text("33,0")
    page.close()
    controller.end()


def test_a_wall_of_another_site_is_seen_live_over_that_sites_own_controller(
    browser, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("sites")
    port = free_port()
    there = {"ngo-quyen": (f"ws://127.0.0.1:{port}/ws",)}
    sites = {"site": "le-lai", "wall_peers": there, "wall_peer_links": there}
    with served(folder / "here", **sites, service_token=SECRET) as (address, _):
        away = {"data_dir": folder / "there", "wall_port": port, "site": "ngo-quyen"}
        elsewhere = Settings.model_validate(
            {**away, "service_token": SECRET, "wall_origins": (address,)}
        )
        controller = Controller(elsewhere)
        controller.begin()
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
        page = _signed_in(context, address, "operator")
        page.goto(f"{address}/wall/ngo-quyen/view/program")
        expect(page.locator("#player")).to_have_attribute("data-link", "up")
        expect(page.locator(".slot.is-shown").first).to_be_visible()
        context.close()
        controller.end()
