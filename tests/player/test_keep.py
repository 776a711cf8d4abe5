"""A display that starts while no controller answers shows its last picture, and says so."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import tile, words

pytestmark = pytest.mark.browser

LEFT, RIGHT = (0, 0, 640, 720), (640, 0, 640, 720)
LEVELS = {
    "internal": {"level": "internal", "compartments": []},
    "restricted": {"level": "restricted", "compartments": []},
    "health": {"level": "internal", "compartments": ["health"]},
}
_ON_DISK = """(async () => {
  const db = await new Promise((resolve) => {
    indexedDB.open("ioc-display").onsuccess = (event) => resolve(event.target.result);
  });
  const all = (name) => new Promise((resolve) => {
    db.transaction(name).objectStore(name).getAll().onsuccess = (e) => resolve(e.target.result);
  });
  const found = JSON.stringify([await all("pictures"), await all("contents")]);
  db.close();
  return found;
})()"""


def kept(page: Page, *, holds: str) -> str:
    """Wait until the display's disk holds some words; return all that is on it."""
    until(page, f"(await {_ON_DISK}).includes({holds!r})")
    found: str = page.evaluate(_ON_DISK)
    return found


def show(controller: ScriptedController, switch_id: str, **levels: str) -> None:
    tiles: list[dict[str, Any]] = []
    for (text, level), rect in zip(levels.items(), (LEFT, RIGHT), strict=False):
        made = tile(f"r-{text}", words(text), rect)
        tiles.append({**made, "classification": LEVELS[level]})
    controller.show(switch_id, f"scene-{switch_id}", tiles)


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait_for_join(1)
    return opened


def test_the_last_picture_is_there_before_any_controller(
    controller: ScriptedController, page: Page
) -> None:
    show(controller, "s1", first="internal", second="internal")
    kept(page, holds="second")
    controller.stop()
    page.reload()
    expect(page.locator(".slot.is-shown")).to_have_count(2)
    expect(page.locator(".slot.is-shown").first).to_contain_text("first")
    expect(page.locator(".cover-mark")).to_contain_text("Hình lưu từ")
    again = ScriptedController(port=controller.port)
    try:
        told = again.wait("identify")
        assert told["showing"] == {"sceneId": "scene-s1", "revision": 1}
        show(again, "s2", third="internal")
        expect(page.locator(".slot.is-shown")).to_have_count(1)
        expect(page.locator(".cover-mark")).to_have_count(0)
    finally:
        again.stop()


def test_what_is_above_internal_or_in_a_compartment_never_lies_on_the_disk(
    controller: ScriptedController, page: Page
) -> None:
    show(controller, "s1", secret="restricted", plain="internal")
    assert "secret" not in kept(page, holds="plain").replace("r-secret", "")
    show(controller, "s2", patient="health", other="internal")
    found = kept(page, holds="other")
    assert "patient" not in found.replace("r-patient", "")
    assert "plain" not in found, "what is no longer shown is not kept"
    controller.stop()
    page.reload()
    expect(page.locator(".slot.is-shown")).to_have_count(2)
    expect(page.locator(".slot.is-shown").first).to_contain_text("không được lưu")


def test_a_display_without_a_disk_works_all_the_same(
    controller: ScriptedController, site: Site, open_page: OpenPage, page: Page
) -> None:
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined });")
    page.reload()
    controller.wait_for_join(2)
    show(controller, "s1", first="internal")
    expect(page.locator(".slot.is-shown")).to_have_count(1)
