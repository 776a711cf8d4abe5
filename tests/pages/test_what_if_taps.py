"""Four taps in Chromium, from the map of what-ifs to a wall, with real engines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from callbacks import what_if
from callbacks.desk import Desk
from jobs.claimed import Desk as JobsDesk
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.kinds import is_there
from jobs.pool import Pool
from jobs.store import JobStore
from layouts.pages.what_if_draft import new_draft
from layouts.tiles.registry import read_options
from tests.pages import looking
from tests.pages.site import served
from twin.envelope import pair_id, run_name
from wall.scene import scene_from_json


@contextmanager
def pool_of(desk: Desk) -> Iterator[None]:
    """Do the jobs of a desk, as the role `jobs` does."""
    stop = threading.Event()
    jobs = JobsDesk(desk.settings, Claims(desk.engine), FindingStore(desk.engine))
    thread = threading.Thread(target=lambda: asyncio.run(Pool(jobs, at_once=1).run(stop)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    with served(tmp_path_factory.mktemp("what-if")) as (address, desk), pool_of(desk):
        yield address, desk


@pytest.fixture(scope="module")
def page(browser: Browser, site: tuple[str, Desk]) -> Iterator[Page]:
    """A leader's page; it may not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    context.set_default_timeout(60_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{site[0]}/sign-in")
    opened.click(".demo-key[value=leader]")
    expect(opened.locator(".shell-head")).to_be_visible()
    yield opened
    context.close()
    assert complaints == []


# Where the first tap falls: a road of the traffic twin, the pump station of the others.
TAPS = {"traffic": "path.leaflet-interactive", "drainage": ".wi-touch", "coupled": ".wi-touch"}


@pytest.mark.browser
@pytest.mark.parametrize("kind", [k for k in TAPS if is_there(f"twin.{k}.run")])
def test_four_taps_from_the_map_to_a_wall(
    kind: str, page: Page, site: tuple[str, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, desk = site

    def short(kind: str, options: Any) -> Any:
        draft = new_draft(kind, options)
        return replace(draft, terms=replace(draft.terms, hours=3, horizon_min=30, seeds=2))

    monkeypatch.setattr(what_if, "new_draft", short)
    page.goto(f"{address}/what-if?twin={kind}")
    expect(page.locator(".wi-touch").first).to_be_attached()
    assert looking.complaints(page, is_contrast_seen=kind != "drainage") == []

    if kind == "drainage":
        _draw_a_storm(page)
    page.locator(f"#what-if-map {TAPS[kind]}").first.click(force=True)
    expect(page.locator(".wi-measures")).to_be_visible()
    assert looking.complaints(page) == []
    page.click("#what-if-run")
    expect(page.locator(".wi-compare")).to_be_visible(timeout=170_000)
    assert looking.complaints(page, is_contrast_seen=kind != "drainage") == []
    page.click(".wi-compare")
    expect(page.locator(".wi-send").first).to_be_visible()
    assert looking.complaints(page, is_contrast_seen=kind != "drainage") == []
    if kind == "drainage":
        page.get_by_role("link", name="Chênh lệch").click()
        expect(page.locator(".wi-pair")).to_be_visible()
        assert looking.complaints(page, is_contrast_seen=True) == []
    page.locator(".wi-send").first.click()
    expect(page.locator(".outcome")).to_contain_text("Đã phát")

    link: Any = desk.link
    (put,) = [args for op, args, _ in link.asked if op == "scene.put"]
    link.asked.clear()
    scene = scene_from_json(put["scene"])
    needs = {name for t in scene.tiles if t.kind not in ("clock", "stage")
             for name in _needs(t.kind, t.options)}  # fmt: skip
    (job,) = JobStore(desk.engine).recent([f"twin.{kind}"])
    if kind == "drainage":
        (course,) = job.inputs["scenario"]["storm"]["mm"].values()
        assert course[0] < course[-2] < course[-1]  # as the finger went
    # Where the difference is seen, that is what is sent.
    assert needs == {run_name(pair_id(job.id, None) if kind == "drainage" else job.id)}
    whole = JobStore(desk.engine).find(job.id)
    assert whole is not None
    assert whole.result is not None
    roads = desk.twins.options("traffic", desk.settings, desk.city) or {}
    wards = {ward["id"] for ward in roads["areas"]}
    assert len(wards) == 11
    assert wards <= set(whole.result["areas"])
    found = FindingStore(desk.engine).read([*needs, f"twin.latest.{kind}"])
    assert found is not None
    assert set(found) == {*needs, f"twin.latest.{kind}"}
    page.goto("about:blank")  # what it still asks for is not waited for


def _draw_a_storm(page: Page) -> None:
    """Draw rain that grows, by a finger and by keys; a bar keeps the keyboard all the while."""
    page.click(".wi-conditions")
    page.click("""[id='{"about":"drawn","do":"storm","part":"what-if-key"}']""")
    bars = page.locator(".wi-storm-bars.is-drawn")
    expect(bars).to_be_visible()
    assert looking.complaints(page) == []
    said, box = page.locator(".wi-storm-said"), bars.bounding_box()
    assert box is not None
    before = said.inner_text()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 60, steps=3)
    page.mouse.up()
    expect(said).not_to_have_text(before)
    drawn, last = said.inner_text(), bars.locator(".wi-bar").last
    depth = float(last.get_attribute("aria-valuenow") or 0)
    page.keyboard.press("ArrowUp")
    expect(said).not_to_have_text(drawn)
    expect(last).to_be_focused()
    assert float(last.get_attribute("aria-valuenow") or 0) > depth
    expect(page.locator(".wi-bar-said")).to_contain_text("11:00–12:00")


def _needs(kind: str, options: Any) -> tuple[str, ...]:
    found, checked = read_options(kind, options)
    return found.needs(checked)
