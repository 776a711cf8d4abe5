"""Four real pages as a wall of two by two before the real controller."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.player.conftest import opening, until
from tests.player.site import Site
from tests.player.wall import Wall, begin

pytestmark = pytest.mark.browser

TAKES = 20


@pytest.fixture(scope="module")
def on_air(
    tmp_path_factory: pytest.TempPathFactory,
    wall_port: int,
    site: Site,
    browser: Browser,
    context: BrowserContext,
) -> Iterator[Wall]:
    """A wall with all its pages on air."""
    with opening(browser, context) as open_page:
        wall = begin(tmp_path_factory.mktemp("wall"), wall_port, site, open_page)
        wall.pages = {output_id: wall.open(output_id) for output_id in wall.outputs}
        for page in wall.pages.values():
            until(page, "window.iocPlayer?.state.sceneId === 'alpha'")
        yield wall
        wall.end()


@pytest.fixture
def four(on_air: Wall) -> Wall:
    """The same wall as a test finds it: with the scene it began with."""
    on_air.take("alpha", hold=True)
    for page in on_air.pages.values():
        until(page, "iocPlayer.state.sceneId === 'alpha'")
    return on_air


def test_four_pages_paint_the_same_revision_after_a_take(four: Wall, tmp_path: Path) -> None:
    taken = four.take("beta", policy="all")
    assert taken["committed"]
    assert {each["outputId"] for each in taken["outputs"]} == set(four.outputs)
    states = [page.evaluate("iocPlayer.state") for page in four.pages.values()]
    assert {state["sceneId"] for state in states} == {"beta"}
    assert len({state["revision"] for state in states}) == 1
    for output_id, page in four.pages.items():
        page.screenshot(path=tmp_path / f"{output_id}.png")
        assert colours(page) > 20, f"{output_id} is blank"


def test_tiles_lie_where_the_canvas_has_them_across_the_bezels(four: Wall) -> None:
    boxes = {}
    for output_id, page in four.pages.items():
        box = page.locator(".slot.is-shown .tile-map").bounding_box()
        assert box is not None
        rect = four.outputs[output_id]
        boxes[output_id] = {**box, "x": box["x"] + rect["x"], "y": box["y"] + rect["y"]}
    first = next(iter(boxes.values()))
    assert all(box == first for box in boxes.values())
    centres = [each["x"] + each["width"] for each in four.outputs.values()]
    assert first["x"] < min(centres) < first["x"] + first["width"]


def test_a_previewed_scene_is_shown_on_all_at_one_instant(
    four: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    skews, latencies = [], []
    for i in range(TAKES):
        scene_id = "beta" if i % 2 == 0 else "alpha"
        four.tools.request("wall.preview", wallId="w", sceneId=scene_id)
        taken = four.take(scene_id)
        switches = [page.evaluate("iocPlayer.lastSwitch") for page in four.pages.values()]
        assert {each["switchId"] for each in switches} == {taken["switchId"]}
        assert {each["showAtMs"] for each in switches} == {taken["showAtMs"]}
        assert all(each["frameAtMs"] >= each["showAtMs"] for each in switches)
        frames = [each["ownFrameAtMs"] for each in switches]  # one machine, one clock
        skews.append(max(frames) - min(frames))
        latencies.append(taken["latencyMs"])
    skews.sort()
    latencies.sort()
    with capsys.disabled():
        print(
            f"\n  {TAKES} takes, 4 pages: skew ms p50 {skews[TAKES // 2]:.1f} max {skews[-1]:.1f}, "
            f"latency ms p50 {latencies[TAKES // 2]:.0f} max {latencies[-1]:.0f}"
        )


def test_a_render_in_both_scenes_keeps_its_node(four: Wall) -> None:
    page = next(
        page
        for page in four.pages.values()
        if page.locator(".slot.is-shown h2", has_text="Tốc độ").count() == 1
    )
    node = "document.querySelector('.slot.is-shown .js-plotly-plot')"
    page.evaluate(f"window.before = {node}")
    before = page.locator(".slot.is-shown .js-plotly-plot").bounding_box()
    four.take("beta")
    assert page.evaluate(f"{node} === before && before.isConnected")
    assert page.locator(".slot.is-shown .js-plotly-plot").bounding_box() != before


def test_new_content_changes_props_and_no_node(four: Wall) -> None:
    nodes = "[...document.querySelectorAll('.slot.is-shown .leaflet-container')]"
    for page in four.pages.values():
        page.evaluate(f"window.before = {nodes}")
    mounts = [page.evaluate("iocPlayer.counters.mounts") for page in four.pages.values()]
    four.render.update("Ngập", 7)
    four.render.update("Tổng quan", 8)
    for page in four.pages.values():
        until(page, "iocPlayer.counters.updates >= 1")
        assert page.evaluate(f"{nodes}.every((node, i) => node === before[i])")
    assert mounts == [page.evaluate("iocPlayer.counters.mounts") for page in four.pages.values()]
    expect(next(iter(four.pages.values())).locator("b").first).to_have_text("Tổng quan 8")


def test_the_picture_outlives_the_controller_and_is_right_soon_after_it(
    four: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    four.take("beta", hold=True)
    for page in four.pages.values():
        page.evaluate("window.kept = true")
    four.controller.kill()
    four.render.close()
    four.tools.close()
    for page in four.pages.values():
        expect(page.locator(".cover-mark")).to_contain_text("Mất liên lạc")
        assert page.locator(".slot.is-shown").count() > 0
        assert colours(page) > 20
    four.controller.start()
    began_s = time.monotonic()
    four.connect()
    for page in four.pages.values():
        until(page, "iocPlayer.state.phase === 'up' && iocPlayer.state.sceneId === 'beta'")
        expect(page.locator(".cover-mark")).to_have_count(0)
    took_s = time.monotonic() - began_s
    for page in four.pages.values():
        assert page.evaluate("window.kept") is True
        assert page.evaluate("iocPlayer.counters.mounts") <= 8
    assert four.take("alpha", policy="all")["committed"]
    with capsys.disabled():
        print(f"\n  right again {took_s:.2f} s after the restart")


def colours(page: Page) -> int:
    """Return how many colours the page's picture has, coarsely; a blank one has one."""
    script = """async (png) => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const pen = new OffscreenCanvas(200, 150).getContext("2d");
        pen.drawImage(image, 0, 0, 200, 150);
        const { data } = pen.getImageData(0, 0, 200, 150);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) {
            seen.add((data[i] >> 3) * 1024 + (data[i + 1] >> 3) * 32 + (data[i + 2] >> 3));
        }
        return seen.size;
    }"""
    found: int = page.evaluate(script, base64.b64encode(page.screenshot()).decode())
    return found
