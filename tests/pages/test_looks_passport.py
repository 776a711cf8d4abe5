"""A passport and the quarantine in the browser: one tap, closed by Esc, fit to read and to hit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callbacks.desk import Desk
from data_access.realms.realm import known_realm
from tests.layouts.tiles.sample import NOW_MS, everything
from tests.pages import looking
from tests.pages.automatic import exercise
from tests.pages.test_looks import (  # noqa: F401 - fixtures
    address,
    desk,
    page,
    site,
)
from tests.pages.test_quarantine import AIR, HeldThere

pytestmark = [pytest.mark.browser, pytest.mark.looks]

TILE = "#/g/environment/t/rain/max_day"


def _tap(page: Page, mark: str) -> None:  # noqa: F811
    box = page.locator(f".console-tile [data-figure='{mark}']").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    expect(page.locator("#passport .passport-figure")).to_be_visible()


def _small_keys(page: Page) -> list[str]:  # noqa: F811
    """Return the keys of the drawer that no finger hits; what lies below it is no matter."""
    boxes = [each.bounding_box() for each in page.locator("#passport .key:visible").all()]
    return [f"a key of {box}" for box in boxes if not box or min(box["width"], box["height"]) < 48]


def test_r57_one_tap_on_a_number_opens_its_passport_and_esc_closes_it(
    page: Page,  # noqa: F811
    address: str,  # noqa: F811
) -> None:
    complaints: list[str] = []
    for language in looking.LANGUAGES:
        page.goto(f"{address}/console")
        looking.speak(page, language)
        expect(page.locator(".console-tile .tile").first).to_be_visible()
        _tap(page, "city.bottlenecks:numbers/air")
        assert page.url.endswith("#/") or page.url.endswith("/console")  # the link was not followed
        looking.settled(page)
        width = page.evaluate(
            "(e) => e.scrollWidth - e.clientWidth", page.query_selector("#passport")
        )
        complaints += [f"the drawer is {width} px too wide"] if width > 0 else []
        assert page.locator("#passport :focus").count() == 1
        complaints += _small_keys(page)  # what lies below the drawer is looked at without it
        complaints += looking.unfit(page) if language == "en" else []
        following = page.locator("#passport [data-page='1']")
        following.click()
        expect(page.locator("#passport .page-words")).to_contain_text("2")
        page.keyboard.press("Escape")
        expect(page.locator("#passport")).to_be_hidden()
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("realm", ["exercise:ngap", known_realm(NOW_MS - 3_600_000)])
def test_r57_a_passport_of_another_world_stands_in_its_frame(
    page: Page,  # noqa: F811
    address: str,  # noqa: F811
    desk: Desk,  # noqa: F811
    realm: str,
) -> None:
    link: Any = desk.link
    exercise(link, now_ms=NOW_MS)
    desk.cache.write_many(replace(each, realm=realm) for each in everything().values())
    complaints: list[str] = []
    for language in looking.LANGUAGES:
        page.goto(f"{address}/console?realm={realm}")
        looking.speak(page, language)
        expect(page.locator(".console-tile .tile").first).to_be_visible()
        _tap(page, "city.bottlenecks:numbers/air")
        framed = page.locator("#passport .passport-exercise")
        expect(framed).to_have_attribute("data-realm", realm)
        expect(framed.locator(".passport-exercise-head strong")).to_be_visible()
        looking.settled(page)
        for each in ("#passport", "#passport .passport-exercise"):
            wide = page.evaluate("(e) => e.scrollWidth - e.clientWidth", page.query_selector(each))
            complaints += [f"{each} is {wide} px too wide"] if wide > 0 else []
        complaints += _small_keys(page)
        complaints += looking.unfit(page) if language == "en" else []
        page.keyboard.press("Escape")
        expect(page.locator("#passport")).to_be_hidden()
    link.exercises = []
    assert not complaints, "\n".join(complaints)


def test_r57_by_keyboard_the_focus_comes_back_to_the_key(
    page: Page,  # noqa: F811
    address: str,  # noqa: F811
) -> None:
    page.goto(f"{address}/console{TILE}")
    key = page.locator(".passport-key")
    key.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#passport .passport-figure")).to_be_visible()
    page.locator("#passport .passport-close").click()
    expect(page.locator("#passport")).to_be_hidden()
    expect(key).to_be_focused()


def test_quarantine_is_fit_to_work_with(
    page: Page,  # noqa: F811
    address: str,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    object.__setattr__(desk, "held", HeldThere())
    complaints: list[str] = []
    for query in (
        "",
        f"?dataset={AIR}&reason=outOfRange",
        "?dataset=security.logins&reason=badTime",
    ):
        for language in looking.LANGUAGES:
            page.goto(f"{address}/data/quarantine{query}")
            looking.speak(page, language)
            looking.settled(page)
            found = looking.complaints(page, is_contrast_seen=language == "vi")
            complaints += [f"{language} {query}: {each}" for each in found]
    assert not complaints, "\n".join(complaints)
