"""A stranger's first minutes: open what was printed, sign in, switch a wall, see how it went."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from language import number
from tests.player.conftest import until
from tests.player.test_wall import colours
from tests.processes.started import until as eventually
from tests.room.house import WALL, Room, Windows, scene_key, show, words

pytestmark = pytest.mark.browser

# Press the take as soon as the page says of a scene that it is ready, before anything else of the
# page is drawn anew.
TAKE_AT_ONCE = """(scene) => new Promise((done, never) => {
    const said = document.getElementById("operator-result");
    const take = document.getElementById("operator-take");
    const look = () => {
        if (!said.textContent.includes(scene) || take.disabled) return;
        watch.disconnect();
        take.click();
        done();
    };
    const watch = new MutationObserver(look);
    const all = { attributes: true, childList: true, subtree: true, characterData: true };
    watch.observe(document.body, all);
    setTimeout(never, 30000, new Error("the scene was never ready"));
    look();
})"""


@pytest.fixture(scope="module")
def operator(room: Room, windows: Windows) -> Iterator[Page]:
    """The operator's page, signed in to with what was printed."""
    page = windows.open(room.address("operator"))
    page.fill("#sign-in-user", "operator")
    page.fill("#sign-in-password", room.password("operator"))
    page.click(".sign-in-enter")
    expect(page.locator(f".op-tab[href='/operator?wall={WALL}']")).to_be_visible()
    yield page
    windows.close(page)


def _digit(page: Page, scene_id: str) -> str:
    """Return what is printed on a scene's key."""
    return scene_key(page, scene_id).locator("kbd").inner_text()


def _name(page: Page, scene_id: str) -> str:
    return scene_key(page, scene_id).locator(".scene-name").inner_text()


def _says(page: Page, key: str, **values: str) -> None:
    expect(page.locator("#operator-result")).to_contain_text(words(key, **values))


def _ms(length: float | None, *, decimals: int) -> str:
    return number(length, "ms", decimals=decimals, language="vi")


def _shown(displays: dict[str, Page]) -> set[tuple[str, str]]:
    states = [page.evaluate("iocPlayer.state") for page in displays.values()]
    return {(state["sceneId"], state["revision"]) for state in states}


def test_the_addresses_are_those_of_the_pages(room: Room, displays: dict[str, Page]) -> None:
    assert room.address("room") == f"{room.origin}/"
    assert room.address("console") == f"{room.origin}/console"
    assert len(room.displays()) == 8
    assert len(_shown(displays)) == 1  # the scene below, on all of them
    for page in displays.values():
        assert "token" not in page.url  # nobody reads it from a panel


def test_a_digit_prepares_enter_takes_and_every_display_shows_it(
    operator: Page, displays: dict[str, Page], room: Room
) -> None:
    before = _shown(displays)
    name = _name(operator, "traffic")
    operator.locator("#operator-panel").focus()
    operator.keyboard.press(_digit(operator, "traffic"))
    _says(operator, "done.preview", scene=name, of="4")
    _says(operator, "why.offline", names="a1, a4, b1, b4")
    assert _shown(displays) == before  # what is prepared is not on the wall
    operator.keyboard.press("Enter")
    _says(operator, "done.take", scene=name)

    for page in displays.values():
        until(page, "iocPlayer.state.sceneId === 'traffic'")
    shown = _shown(displays)
    assert len(shown) == 1
    assert shown != before
    for output_id, page in displays.items():
        switch = page.evaluate("iocPlayer.lastSwitch")
        assert switch["frameAtMs"] >= switch["showAtMs"]  # none before the common instant
        assert colours(page) > 20, f"{output_id} is blank"
        assert page.locator(".slot.is-shown .tile-map .leaflet-container").count() == 1

    measured = room.ask("wall.state")["lastSwitch"]
    told = operator.locator("#operator-switch .op-figures dd")
    expect(told.nth(0)).to_have_text(_ms(measured["skewMs"], decimals=1))
    expect(told.nth(1)).to_have_text(_ms(measured["latencyMs"], decimals=0))
    expect(operator.locator("#operator-program-head")).to_contain_text(name)


def test_clear_brings_back_the_scene_below_and_who_did_what_is_kept(
    operator: Page, displays: dict[str, Page], room: Room
) -> None:
    show(room, displays, "overview")
    scene_key(operator, "economy").click()
    _says(operator, "done.preview", scene=_name(operator, "economy"))
    operator.keyboard.press("Enter")
    _says(operator, "done.take", scene=_name(operator, "economy"))
    for page in displays.values():
        until(page, "iocPlayer.state.sceneId === 'economy'")
    operator.locator("#operator-clear").click()
    _says(operator, "done.clear")
    for page in displays.values():
        until(page, "iocPlayer.state.sceneId === 'overview'")
    expect(operator.locator("#operator-clear")).to_be_disabled()
    for action in ("wall.take", "wall.clear"):
        outcome, asked = room.audited(action)[:2]
        assert (asked["actor"], asked["role"]) == ("operator", "operator")
        assert (asked["outcome"], outcome["outcome"]) == ("asked", "ok")
        assert outcome["answers"] == asked["sequence"]


def test_what_is_said_to_be_ready_is_what_a_take_takes_at_that_very_moment(
    operator: Page, displays: dict[str, Page], room: Room
) -> None:
    operator.locator("#operator-panel").focus()
    for scene_id in ("rain", "feedback"):
        name = _name(operator, scene_id)
        operator.keyboard.press(_digit(operator, scene_id))
        operator.evaluate(TAKE_AT_ONCE, name)
        _says(operator, "done.take", scene=name)
        assert room.ask("wall.state")["program"]["sceneId"] == scene_id
    show(room, displays, "overview")


def test_keys_do_nothing_without_the_panel_and_while_typing(operator: Page, room: Room) -> None:
    digit = _digit(operator, "environment")
    prepared, taken = (len(room.audited(action)) for action in ("wall.preview", "wall.take"))
    operator.evaluate("document.activeElement.blur()")
    operator.keyboard.press(digit)
    operator.keyboard.press("Enter")
    operator.locator(".shell-nav a.is-here").focus()
    operator.keyboard.press(digit)
    operator.evaluate(
        """() => {
            const field = document.createElement("input");
            field.id = "typed";
            document.querySelector("#operator-panel").append(field);
        }"""
    )
    field = operator.locator("#typed")
    field.focus()
    operator.keyboard.type(f"{digit}1")
    operator.keyboard.press("Enter")
    expect(field).to_have_value(f"{digit}1")
    field.evaluate("(field) => field.remove()")
    # The first key that counts is the first that is heard of.
    operator.locator("#operator-panel").focus()
    operator.keyboard.press(digit)
    _says(operator, "done.preview", scene=_name(operator, "environment"))
    eventually(lambda: len(room.audited("wall.preview")) == prepared + 2)  # asked, ok
    assert len(room.audited("wall.take")) == taken
