"""Every page on both screens in both languages: nothing cut, small, pale or hard to hit."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from callbacks.desk import Desk
from callbacks.replays import Replays
from data_access.realms.realm import known_realm
from layouts.pages.console_place import GROUPS
from layouts.pages.operator_state import VIEWS
from tests.layouts.tiles.sample import NOW_MS, everything
from tests.pages import answerable, looking, proposed
from tests.pages.a_day import a_day, answers
from tests.pages.automatic import automate, exercise
from tests.pages.site import FIXED_CLOCK, served
from tests.pages.stand_in import envelope
from tests.pages.test_automation import NUMBERS
from tests.pages.test_quarantine import HeldThere
from tests.pages.troubles import (
    controller_away,
    everything_fails,
    nobody_ever_came,
    nothing_is_prepared,
    tooled,
)
from wall.errors import ServiceError

pytestmark = [pytest.mark.browser, pytest.mark.looks]

expect.set_options(timeout=20_000)  # a page loads its code first, on a busy machine

PLACES = (
    "#/",
    *(f"#/g/{group}" for group in GROUPS),
    "#/g/environment/areas/environment.rain",
    "#/g/feedback/a/00070/feedback.requests",
    "#/g/transport/t/speed/worst_speed",
    "#/g/environment/t/b.flooding",
    "#/g/security/t/b.urban_order",
    "#/send",
    "#/g/security/t/alerts",
    "#/g/environment/send",
)
AWAY = "ERR_CONNECTION_REFUSED"  # the controller is a stand-in: the link finds nobody


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    with served(tmp_path_factory.mktemp("pages")) as (address, desk):
        answerable.be_busy(desk)
        answerable.tell(desk)
        answerable.measure(desk)
        answerable.arrange(desk)
        proposed.tell(desk)
        yield address, desk


@pytest.fixture(scope="module")
def address(site) -> str:
    return site[0]


@pytest.fixture(scope="module")
def desk(site) -> Desk:
    return site[1]


@pytest.fixture(scope="module", params=looking.SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page of a signed-in administrator; none may complain or go abroad."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    context.add_init_script(FIXED_CLOCK)
    context.set_default_timeout(30_000)
    # The walls' own pictures are the player's: here their frames stay empty, and load at once.
    context.route(
        "**/proof/glass**", lambda route: route.fulfill(body="", content_type="text/html")
    )
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


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/operator?wall=le-lai",
        "/operator?wall=ngo-quyen",
        "/proof?wall=le-lai&verify=1",
        "/proof?date=31/02/2026&time=9",
        "/brief?kind=morning",
        "/brief?kind=flash&language=en",
        *answerable.PATHS,
        *proposed.PATHS,
    ],
)
def test_a_page_is_fit_to_work_with(page, address, path):
    page.goto(address + path)
    assert looking.look(page) == []


def test_the_catalogue_is_sorted_searched_and_opened_with_keys(page, address, desk):
    page.goto(f"{address}/data")
    looking.speak(page, "vi")
    first = page.locator(".ag-row[row-index='0']")
    expect(first.locator(".grid-link")).to_be_visible()
    page.locator(".ag-header-cell[col-id=lowest]").focus()
    page.keyboard.press("Enter")  # the largest first, and at once again: the least
    page.keyboard.press("Enter")
    expect(first).to_contain_text("61,5")
    page.locator("#catalogue-search").fill("không khí")
    expect(page.locator(".grid-link")).to_have_count(1)
    page.locator(".ag-header-cell[col-id=lowest]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/data?dataset=environment.air")
    expect(page.locator(".entry-name")).to_be_visible()


@pytest.fixture
def link(desk):
    """The stand-in controller, as it was before after each test."""
    was = deepcopy(desk.link.bodies)
    yield desk.link
    desk.link.bodies = was
    desk.link.__dict__ |= {
        "playlists": {},
        "running": {},
        "schedules": {},
        "rules": [],
        "exercises": [],
    }
    desk.link.refuses.clear()


PEER = {"ngo-quyen": ("ws://127.0.0.1:9/ws",)}


@pytest.fixture
def at_le_lai(desk, link):
    """Ngô Quyền is another site's, whose line was cut."""
    was = desk.settings
    object.__setattr__(
        desk, "settings", was.model_copy(update={"site": "le-lai", "wall_peers": PEER})
    )
    peer = {"connected": False, "asOfAtMs": NOW_MS - 40_000}
    link.bodies["ngo-quyen"]["peer"] = peer
    yield peer
    object.__setattr__(desk, "settings", was)


@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "cut"])
def test_walls_of_another_site_are_fit_to_read(page, address, at_le_lai, is_heard):
    at_le_lai["connected"] = is_heard
    complaints: list[str] = []
    for path in ("/", "/operator?wall=ngo-quyen", SEND):
        page.goto("about:blank")
        page.goto(address + path)
        expect(page.locator(".drawn-words").first).to_be_visible()
        complaints += [f"{path}: {each}" for each in looking.look(page)]
    assert not complaints, "\n".join(complaints)


OPERATOR, SEND = "/operator?wall=le-lai", "/console#/g/transport/send"
TROUBLES = (
    (nothing_is_prepared, (OPERATOR,)),
    (nobody_ever_came, ("/", OPERATOR)),
    (everything_fails, ("/", OPERATOR)),
    (controller_away, ("/", OPERATOR, SEND)),
)


@pytest.mark.parametrize(
    ("trouble", "paths"), TROUBLES, ids=lambda each: getattr(each, "__name__", "")
)
def test_pages_are_fit_in_trouble_too(page, address, link, trouble, paths):
    trouble(link)
    complaints: list[str] = []
    for path in paths:
        page.goto("about:blank")
        page.goto(address + path)
        expect(page.locator(".room-wall, .op-panel, .offer").first).to_be_visible()
        complaints += [f"{path}: {each}" for each in looking.look(page)]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_the_operator_is_fit_to_read(page, address, link, view):
    tooled(link)
    page.goto(address + OPERATOR)
    page.locator(f".op-views input[value={view}]").check()
    expect(page.locator(f".op-view-{view}")).to_be_visible()
    complaints = looking.look(page)  # another language is another load, and the view stays
    page.locator(f".op-views input[value={VIEWS[0]}]").check()
    assert not complaints, "\n".join(complaints)


def test_pages_in_an_exercise_are_fit_to_read(page, address, desk, link):
    exercise(link, now_ms=NOW_MS)
    desk.cache.write_many(replace(each, realm="exercise:ngap") for each in everything().values())
    complaints: list[str] = []
    for path in ("/?realm=exercise:ngap", "/console?realm=exercise:ngap", OPERATOR):
        page.goto("about:blank")
        page.goto(address + path)
        expect(page.locator(".realm-band .realm-mark, .guard-exercise")).to_be_visible()
        complaints += [f"{path}: {each}" for each in looking.look(page)]
        # Another language is another load: it is of the same world.
        expect(page.locator(".realm-band .realm-mark, .guard-exercise")).to_be_visible()
    assert not complaints, "\n".join(complaints)


OF_THEN = (
    "/data",
    "/data?dataset=economy.projects",
    "/data/quality",
    "/data/quality?dataset=environment.air&criterion=sufficient",
    "/data/coverage",
    "/data/lineage?dataset=transport.speed",
    "/data/sources",
    "/data/quarantine",
    "/data/forecasts",
    "/brief?kind=morning",
)


@pytest.mark.parametrize("realm", ["exercise:ngap", known_realm(NOW_MS - 3_600_000)])
def test_pages_of_data_in_another_world_are_fit_to_read(page, address, desk, link, realm):
    exercise(link, now_ms=NOW_MS)
    object.__setattr__(desk, "held", HeldThere())
    answerable.tell_of(desk, realm, NOW_MS - 3_600_000)
    complaints: list[str] = []
    for path in OF_THEN:
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}realm={realm}")
        expect(page.locator(".realm-band .realm-mark")).to_be_visible()
        complaints += [f"{path}: {each}" for each in looking.look(page)]
        expect(page.locator(".realm-band .realm-mark")).to_be_visible()
    page.locator(".known-choice summary").click()
    expect(page.locator(".known-form")).to_be_visible()
    complaints += looking.unfit(page)
    assert not complaints, "\n".join(complaints)


def test_a_page_of_then_comes_anew_when_what_was_known_is_made(page, address, desk, link):
    page.goto(f"{address}/data/lineage")
    then_ms = NOW_MS - 60_000 * looking.width(page)  # a minute that no other screen has asked for
    realm = known_realm(then_ms)
    link.known_phase = "preparing"
    page.goto(f"{address}/data/lineage?dataset=transport.speed&realm={realm}")
    looking.speak(page, "vi")
    expect(page.locator(".realm-band [data-phase=preparing]")).to_be_visible()
    made = page.locator("#main .node-main")
    expect(made).not_to_contain_text("mô phỏng")
    answerable.tell_of(desk, realm, then_ms)
    link.known_phase = "running"
    page.evaluate(
        "dash_clientside.set_props('wall-event', {data: {topic: 'realms', count: 7}})"
    )  # as the link does when the controller says so
    expect(page.locator(".realm-band [data-phase=running]")).to_be_visible()
    expect(made).to_contain_text("mô phỏng")


def test_the_installers_tools_and_their_question_are_fit_for_a_finger(page, address, link):
    tooled(link)
    page.goto(address + OPERATOR)
    page.locator(".op-views input[value=tools]").check()
    complaints: list[str] = []
    for language in looking.LANGUAGES:
        looking.speak(page, language)
        looking.settled(page)
        page.locator("#operator-place").select_option("a3")
        arrows = page.locator(".tool-arrows .key")
        expect(arrows).to_have_count(5)
        arrows.last.scroll_into_view_if_needed()
        complaints += looking.complaints(page, is_contrast_seen=True)
        page.evaluate("performance.now = () => 1e9 * Math.random()")  # no question is settled
        arrows.first.click()
        expect(page.locator(".asking-words")).to_be_visible()
        complaints += looking.unfit(page) if language == "en" else []
        keys = page.locator(".asking-keys .key")
        boxes = [each.bounding_box() for each in keys.all()]
        complaints += [f"a key of {box}" for box in boxes if not box or box["height"] < 48]
        keys.last.click()
        expect(page.locator(".outcome.is-done")).to_be_visible()
        complaints += looking.complaints(page, is_contrast_seen=language == "vi")
    page.locator(f".op-views input[value={VIEWS[0]}]").check()
    assert not complaints, "\n".join(complaints)


def test_a_rules_day_is_fit_to_read(page, address, desk, link, tmp_path):
    automate(link, now_ms=NOW_MS)
    desk.cache.write(envelope("rules.sample", payload=NUMBERS))
    was = desk.replays
    object.__setattr__(desk, "replays", Replays(answers(tmp_path, a_day())))
    complaints: list[str] = []
    for language in looking.LANGUAGES:
        page.goto(f"{address}/rule?rule=heavy-rain&wall=le-lai")
        looking.speak(page, language)
        looking.settled(page)
        complaints += looking.complaints(page, is_contrast_seen=True)
        page.locator("#rule-day-day").fill("31/02/2026")
        page.locator("#rule-day-day").press("Enter")
        expect(page.locator(".rule-day-problem")).to_be_visible()
        complaints += looking.complaints(page, is_contrast_seen=True)
        page.locator("#rule-day-day").fill("21/09/2026")
        page.locator("#rule-day-ask").click()
        expect(page.locator(".rule-day-fired")).to_be_visible()
        looking.settled(page)
        is_seen = language == "en" or looking.width(page) < looking.SCREENS[0][0]
        complaints += looking.complaints(page, is_contrast_seen=is_seen)
    desk.replays.close()
    object.__setattr__(desk, "replays", was)
    assert not complaints, "\n".join(complaints)


def test_what_came_of_a_take_is_fit_to_read(page, address, link):
    page.goto(address + OPERATOR)
    everything_fails(link)
    for language in looking.LANGUAGES:
        looking.speak(page, language)
        link.refuses.clear()
        page.locator("#operator-take").click()
        expect(page.locator(".outcome.is-troubled")).to_be_visible()
        looking.settled(page)
        assert looking.complaints(page) == []
        link.refuses["wall.take"] = ServiceError(
            "policyNotMet", "no", link.bodies["le-lai"]["lastSwitch"]
        )
        page.locator("#operator-take").click()
        expect(page.locator(".outcome.is-refused")).to_be_visible()
        is_seen = language == "en" or looking.width(page) < looking.SCREENS[0][0]
        assert looking.complaints(page, is_contrast_seen=is_seen) == []


@pytest.mark.parametrize("language", looking.LANGUAGES)
def test_the_console_is_fit_for_a_finger(page, address, language):
    page.goto(f"{address}/console")
    looking.speak(page, language)
    is_seen = language == "en" or looking.width(page) < looking.SCREENS[0][0]
    complaints: list[str] = []
    for place in PLACES:
        page.evaluate("(place) => { location.hash = place; }", place)
        expect(page.locator(f".console-bar[data-place='{place}']")).to_be_visible()
        looking.settled(page)
        found = looking.complaints(page, is_contrast_seen=is_seen)
        complaints += [f"{place}: {each}" for each in found]
    assert not complaints, "\n".join(complaints)


def test_the_place_of_a_map_that_is_not_drawn_yet_is_ground_without_a_foreign_word(page, address):
    held: list[Any] = []
    page.route("**/async-GeoJSON.js", lambda route: held.append(route))
    page.goto("about:blank")
    page.goto(f"{address}/console#/g/environment")
    ground = page.locator(".tile .leaflet-container").first
    expect(ground).to_contain_text("Loading")
    expect(ground).to_have_css("color", "rgba(0, 0, 0, 0)")
    bare = ground.evaluate("(e) => getComputedStyle(e).backgroundColor")
    for route in held:
        route.continue_()
    page.unroute("**/async-GeoJSON.js")
    expect(page.locator(".tile .leaflet-pane path").first).to_be_visible()
    expect(ground).not_to_have_css("background-color", bare)


@pytest.mark.parametrize("size", looking.SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_sign_in_page_is_fit_to_sign_in(browser, address, size):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    stranger = context.new_page()
    stranger.goto(f"{address}/operator")  # signed out, every page leads here
    expect(stranger.locator(".sign-in-form")).to_be_visible()
    for language in looking.LANGUAGES:
        looking.speak(stranger, language)
        is_seen = language == "en" or size != looking.SCREENS[0]
        for refused in ("wrongCredentials", "tooManyAttempts&wait=900", "staleForm"):
            stranger.goto(f"{address}/sign-in?refused={refused}")
            expect(stranger.locator(".sign-in-refused")).to_be_visible()
            expect(stranger.locator(".sign-in-time")).not_to_be_empty()
            assert looking.complaints(stranger, is_contrast_seen=is_seen) == []
    context.close()
