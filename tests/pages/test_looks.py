"""Every page on both screens in both languages: nothing cut, small, pale or hard to hit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from layouts.pages.console_place import GROUPS
from tests.pages import looking
from tests.pages.site import FIXED_CLOCK, served

pytestmark = pytest.mark.browser

expect.set_options(timeout=20_000)  # a page loads its code first, on a busy machine

SCREENS = [(1920, 1080), (1280, 800)]
LANGUAGES = ("vi", "en")
PLACES = (
    "#/",
    *(f"#/g/{group}" for group in GROUPS),
    "#/g/environment/areas/environment.rain",
    "#/g/feedback/a/00070/feedback.requests",
    "#/g/transport/t/speed/worst_speed",
    "#/g/security/t/alerts",
    "#/g/environment/send",
)
AWAY = "ERR_CONNECTION_REFUSED"  # the controller is a stand-in: the link finds nobody


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("pages")) as (found, _):
        yield found


@pytest.fixture(scope="module", params=SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page of a signed-in administrator; none may complain or go abroad."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    context.add_init_script(FIXED_CLOCK)
    context.set_default_timeout(30_000)
    # The walls' own pictures are the player's: here their frames stay empty, and load at once.
    context.route("**/wall/**", lambda route: route.fulfill(body="", content_type="text/html"))
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text)
              if message.type == "error" and AWAY not in message.text else None)  # fmt: skip
    context.on("request", lambda sent: complaints.append(f"abroad: {sent.url}")
               if not sent.url.startswith((address, "data:", "blob:")) else None)  # fmt: skip
    opened.goto(f"{address}/sign-in")
    opened.click(".demo-key[value=administrator]")
    expect(opened.locator(".shell-head")).to_be_visible()
    yield opened
    context.close()
    assert complaints == []


def _speak(page: Page, language: str) -> None:
    key = page.locator(f".key-language[value={language}]")
    if key.get_attribute("aria-pressed") != "true":
        key.click()
        expect(key).to_have_attribute("aria-pressed", "true")


def _settled(page: Page) -> None:
    """Wait for the face, the link's last word, and charts."""
    page.evaluate("document.fonts.ready")
    expect(page.locator(".live-state.is-lost")).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.dash-graph')]"
        ".every((g) => g.querySelector('.main-svg'))"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/operator?wall=le-lai", "/operator?wall=ngo-quyen"])
def test_a_page_is_fit_to_work_with(page, address, path, language):
    page.goto(address + path)
    _speak(page, language)
    _settled(page)
    assert looking.complaints(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_is_fit_for_a_finger(page, address, language):
    page.goto(f"{address}/console")
    _speak(page, language)
    complaints: list[str] = []
    for place in PLACES:
        page.evaluate("(place) => { location.hash = place; }", place)
        expect(page.locator(f".console-bar[data-place='{place}']")).to_be_visible()
        _settled(page)
        complaints += [f"{place}: {each}" for each in looking.complaints(page)]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_sign_in_page_is_fit_to_sign_in(browser, address, size, language):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    stranger = context.new_page()
    stranger.goto(f"{address}/sign-in?refused=wrongCredentials")
    expect(stranger.locator(".sign-in-refused")).to_be_visible()
    _speak(stranger, language)
    assert looking.complaints(stranger) == []
    context.close()
