"""A leader at the touch console: from the city down to a source row, a wall to send to, English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import until
from tests.room.house import Room, Windows, scene_key, show, words

pytestmark = pytest.mark.browser


@pytest.fixture
def leader(room: Room, windows: Windows) -> Iterator[Page]:
    page = windows.sign_in("leader", room.address("console"), touch=True)
    expect(page.locator(".console-bar[data-place='#/']")).to_be_visible()
    yield page
    windows.close(page)


def _is_at(page: Page, place: str) -> None:
    expect(page.locator(f".console-bar[data-place='{place}']")).to_be_visible()


def _has_owner_and_age(page: Page) -> None:
    card = page.locator(".source-card")
    expect(card.locator(".card-owner")).to_contain_text("Công an")
    expect(card.locator(".card-age .ioc-age")).to_contain_text("trước")


def test_taps_lead_from_a_bottleneck_to_the_rows_of_a_series(leader: Page) -> None:
    bottlenecks = leader.locator(".console-tile[id*='\"b.']")
    expect(bottlenecks).to_have_count(5)
    leader.locator(".console-cover[href='#/g/transport']").first.tap()  # congestion
    _is_at(leader, "#/g/transport")
    leader.locator(".console-cover[href='#/g/transport/t/day']").tap()
    _is_at(leader, "#/g/transport/t/day")
    expect(leader.locator(".console-tile .js-plotly-plot")).to_be_visible()
    _has_owner_and_age(leader)
    rows = leader.locator(".source-rows tbody tr")
    expect(rows.first.locator(".row-reference")).to_contain_text("speed_days.csv:")
    expect(rows.first.locator(".row-figure")).to_contain_text("km/h")


def test_taps_lead_from_a_group_to_a_unit_and_its_rows(leader: Page) -> None:
    leader.locator(".console-cover[href='#/g/feedback']").last.tap()
    _is_at(leader, "#/g/feedback")
    leader.locator(".console-cover[href='#/g/feedback/areas/feedback.requests']").tap()
    _is_at(leader, "#/g/feedback/areas/feedback.requests")
    expect(leader.locator(".unit-row")).to_have_count(126)
    worst = leader.locator(".unit-row").first
    name = worst.locator(".unit-name").inner_text()
    expect(worst.locator(".unit-figure")).to_have_text("1")
    worst.tap()
    expect(leader.locator(".crumbs [aria-current=page]")).to_contain_text(name)
    expect(leader.locator(".figure-row.is-chosen .ioc-age")).to_contain_text("trước")
    expect(leader.locator(".card-owner")).not_to_be_empty()
    expect(leader.locator(".source-rows tbody tr").first).to_contain_text("requests_")
    leader.locator(".console-back").tap()
    _is_at(leader, "#/g/feedback/areas/feedback.requests")


def test_a_scene_sent_is_on_the_wall_until_it_is_taken_back(
    leader: Page, displays: dict[str, Page], room: Room
) -> None:
    show(room, displays, "overview")
    leader.locator(".console-cover[href='#/g/transport']").last.tap()
    _is_at(leader, "#/g/transport")
    leader.locator(".console-send-key").tap()
    _is_at(leader, "#/g/transport/send")
    scene = scene_key(leader, "traffic")
    offer = leader.locator(".offer").filter(has=scene)
    said = offer.locator(".offer-outcome")
    name = scene.locator(".scene-name").inner_text()
    scene.tap()
    expect(said).to_contain_text(words("done.take", scene=name))
    for page in displays.values():
        until(page, "iocPlayer.state.sceneId === 'traffic'")
    expect(displays["a2"].locator(".slot.is-shown .tile-map")).to_be_visible()
    outcome, asked = room.audited("wall.take")[:2]
    assert (asked["actor"], outcome["outcome"]) == ("leader", "ok")
    offer.locator(".offer-undo button").tap()
    expect(said).to_contain_text(words("done.clear"))
    for page in displays.values():
        until(page, "iocPlayer.state.sceneId === 'overview'")
    assert room.ask("wall.state")["layers"].keys() == {"base"}


def test_english_is_one_tap_away_and_stays_where_one_was(leader: Page) -> None:
    leader.locator(".console-cover[href='#/g/transport']").last.tap()
    _is_at(leader, "#/g/transport")
    leader.locator(".key-language[value=en]").tap()
    expect(leader.locator(".shell")).to_have_attribute("lang", "en")
    expect(leader.locator(".console-tile .tile").first).to_have_attribute("lang", "en")
    expect(leader.locator(".nav-link.is-here")).to_contain_text(words("nav.console", "en"))
    _is_at(leader, "#/g/transport")
    expect(leader.locator(".console-tile", has_text="Mean speed").first).to_be_visible()
    leader.locator(".key-language[value=vi]").tap()
    expect(leader.locator(".shell")).to_have_attribute("lang", "vi")
