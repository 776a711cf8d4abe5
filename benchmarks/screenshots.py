"""Photographs every page in both languages, both whole walls for each scene, and panels in states.

Writes PNG files, and one small picture of both walls for the README. Needs no display.
"""

from __future__ import annotations

import argparse
import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product as product_of
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.arguments import common
from benchmarks.browsers import launch
from benchmarks.crowd import outputs_there
from benchmarks.figures import ROOT
from benchmarks.product import ALL, AUTOMATIC, Product, until
from data_access.cache import open_cache

SIZES = ((1920, 1080), (1280, 800))
LANGUAGES = ("vi", "en")
PAGES = (  # name, path, demo account
    ("sign-in", "/sign-in", None),
    ("room", "/", "viewer"),
    ("operator", "/operator?wall=le-lai", "operator"),
    ("operator-ngo-quyen", "/operator?wall=ngo-quyen", "operator"),
    ("rule", "/rule?rule=heavy-rain&wall=le-lai", "operator"),
    ("console", "/console", "leader"),
    *(
        (f"console-{group}", f"/console#/g/{group}", "leader")
        for group in ("economy", "transport", "environment", "security", "feedback")
    ),
    ("console-units", "/console#/g/environment/areas/environment.rain", "leader"),
    ("console-unit", "/console#/g/feedback/a/00070/feedback.requests", "leader"),
    ("console-rows", "/console#/g/security/t/b.urban_order", "leader"),
    ("console-send", "/console#/send", "leader"),
    ("data", "/data", "operator"),
    ("data-entry", "/data?dataset=environment.air", "operator"),
    ("data-quality", "/data/quality", "operator"),
    ("data-agencies", "/data/quality?by=agency", "operator"),
    ("data-score", "/data/quality?dataset=environment.air&criterion=accurate", "operator"),
    ("data-coverage", "/data/coverage", "operator"),
    ("data-lineage", "/data/lineage?dataset=transport.speed", "operator"),
    ("data-sources", "/data/sources", "operator"),
    ("data-twins", "/data/twins", "operator"),
    ("data-forecasts", "/data/forecasts", "operator"),
    ("data-anomalies", "/data/anomalies", "operator"),
    ("data-triage", "/data/triage", "operator"),
    ("data-quarantine", "/data/quarantine", "operator"),
    (
        "data-held",
        "/data/quarantine?dataset=feedback.requests&reason=closedBeforeOpened",
        "operator",
    ),
    ("data-forecast", "/data/forecasts?forecast=traffic-speed&series=speed_kmh", "operator"),
    ("what-if", "/what-if", "leader"),
    ("brief", "/brief", "leader"),
    ("signals", "/signals", "operator"),
    ("proof", "/proof", "operator"),
)
BROWSER = "chromium-headless-shell"  # nothing is shown to anyone
BANNER = {"vi": "Diễn tập phòng chống úng ngập", "en": "Flood drill"}
MASKED = {"maskId": "photograph", "ceiling": {"level": "public", "compartments": []}}
OVERLAYS: dict[str, dict[str, Any]] = {
    "identify": {"kind": "identify"},
    "pattern": {"kind": "testPattern"},
    "banner": {"kind": "banner", "text": BANNER},
}
TAKEN, PREVIEWED = "overview", "traffic"
README_WIDTH_PX = 1600
_FILLED_S = 15.0  # nothing new for so long: all sources have come
_SETTLE_S = 2.5  # charts and maps draw after their data is there; embedded walls join

_SHOWS = "() => Boolean(window.iocPlayer?.lastSwitch)"
_SHOWS_SCENE = "(id) => window.iocPlayer?.state.sceneId === id"
_BEZELS = """(wall) => {
  const {canvas, outputs} = wall;
  const layer = document.createElement("div");
  layer.style.cssText = "position:fixed;inset:0;z-index:99999;pointer-events:none";
  const strip = (x, y, w, h) => {
    const each = document.createElement("div");
    each.style.cssText = `position:absolute;background:#000;left:${x}px;top:${y}px;` +
      `width:${w}px;height:${h}px`;
    layer.append(each);
  };
  const gaps = (spans, length) => {
    const unique = [...new Map(spans.map((each) => [each.join(), each])).values()];
    const sorted = unique.sort((a, b) => a[0] - b[0]);
    return sorted.slice(1).map((s, i) => [sorted[i][1], s[0] - sorted[i][1]]);
  };
  const columns = gaps(outputs.map((each) => [each.x, each.x + each.width]));
  const rows = gaps(outputs.map((each) => [each.y, each.y + each.height]));
  for (const [x, w] of columns) strip(x, 0, w, canvas.height);
  for (const [y, h] of rows) strip(0, y, canvas.width, h);
  document.body.append(layer);
}"""


def main() -> None:
    """Photograph everything into a folder."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--readme", type=Path, help="also write the README's picture there")
    parser.add_argument("--only", choices=("pages", "walls", "exercise"), help="only these")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.only in (None, "pages"):
        with (
            _filled_room(chosen, leave_out=("playlists", "schedules")) as (product, browser),
            outputs_there(product.settings.wall_port, product.settings.secret()),
        ):
            _prepare_walls(product)
            _photograph_pages(product, browser, chosen.out)
            _photograph_run(product, browser, chosen.out)
    if chosen.only != "pages":
        with _filled_room(chosen, leave_out=AUTOMATIC) as (product, browser):
            if chosen.only in (None, "exercise"):
                _photograph_exercise(product, browser, chosen.out)
            if chosen.only in (None, "walls"):
                for language in LANGUAGES:
                    _speak(product, language)
                    _photograph_walls(product, browser, chosen.out, language=language)
                    _photograph_states(product, browser, chosen.out, language=language)
                _both(browser, chosen.out, readme=chosen.readme)


@contextmanager
def _filled_room(
    chosen: argparse.Namespace, *, leave_out: Sequence[str]
) -> Iterator[tuple[Product, Browser]]:
    """Start a room and wait until everything is there to be seen.

    Rules have a page of their own, but a wall whose scenes are photographed has none: it shows
    what it is told to.
    """
    with (
        Product(
            lake=chosen.lake,
            boundaries=chosen.boundaries,
            # No tile is to be without a source, nor a page of forecasts, alerts and briefs empty.
            environment={"IOC_SIMULATE": "1", "IOC_JOBS_BY_SCHEDULE": "1"},
            leave_out=leave_out,
        ) as product,
        sync_playwright() as playwright,
    ):
        product.start(*ALL, "jobs")
        _until_filled(product)
        _until_rendering(product)
        browser = launch(playwright, BROWSER)
        yield product, browser
        browser.close()


def _until_filled(product: Product) -> None:
    """Wait until every dataset that something feeds has come: no more aggregates turn up."""
    cache, filled, since_s = open_cache(product.settings), -1, time.monotonic()
    while time.monotonic() - since_s < _FILLED_S or filled <= 0:
        found = cache.read_many(cache.versions())
        count = sum(each.state == "ok" for each in found.values())
        if count != filled:
            filled, since_s = count, time.monotonic()
        time.sleep(0.5)


def _until_rendering(product: Product) -> None:
    until(lambda: product.request("tiles.kinds", {})["kinds"], within_s=60, what="the render role")


def _speak(product: Product, language: str) -> None:
    """Start the controller again in another language of walls."""
    product.environment["IOC_LANGUAGE"] = language
    product.end("wall")
    product.start("wall")
    _until_rendering(product)


def _prepare_walls(product: Product) -> None:
    """Take one scene and preview another on each wall, so that the pages have what to show."""
    for wall in product.request("walls.list", {})["walls"]:
        of_wall = {"wallId": wall["wallId"]}
        product.request("wall.take", {**of_wall, "sceneId": TAKEN, "deadlineMs": 10_000})
        product.request("wall.preview", {**of_wall, "sceneId": PREVIEWED})


def _photograph_pages(product: Product, browser: Browser, out: Path) -> None:
    accounts = list(dict.fromkeys(account for _, _, account in PAGES))
    for language, (width_px, height_px), account in product_of(LANGUAGES, SIZES, accounts):
        with _signed_in(product, browser, account, language, width_px, height_px) as page:
            for name, path, of in PAGES:
                if of != account:
                    continue
                page.goto(product.web_url + path)
                _settle(page)
                _save(page, out / f"{name}-{language}-{width_px}x{height_px}.png")


def _photograph_run(product: Product, browser: Browser, out: Path) -> None:
    """Photograph the newest answer of a twin, where jobs have made one by themselves."""
    for language, (width_px, height_px) in product_of(LANGUAGES, SIZES):
        with _signed_in(product, browser, "leader", language, width_px, height_px) as page:
            page.goto(f"{product.web_url}/what-if")
            _settle(page)
            runs = page.locator("a[href*='run=']")
            if runs.count():
                page.goto(product.web_url + str(runs.first.get_attribute("href")))
                _settle(page)
                _save(page, out / f"what-if-run-{language}-{width_px}x{height_px}.png")


def _photograph_exercise(product: Product, browser: Browser, out: Path) -> None:
    """Photograph an hour of yesterday on a wall's panels and pages, played again and framed."""
    cache = open_cache(product.settings)
    speed = "transport.speed"
    until(lambda: (e := cache.read(speed)) and e.state == "ok", within_s=300, what=speed)
    to_ms = time.time() * 1000 - 23 * 3_600_000
    stretch = {"fromAtMs": to_ms - 3_600_000, "toAtMs": to_ms}
    drill = {"exerciseId": "photograph", "name": "Mưa lớn hôm qua", "speed": 10.0}
    realm = product.request("exercise.start", {**drill, **stretch})["realm"]
    until(lambda: _phase(product) == "running", within_s=180, what="the exercise")
    for language in LANGUAGES:
        _speak(product, language)
        time.sleep(2 * _SETTLE_S)  # the time there went back to when the controller ended
        until(lambda: _phase(product) == "running", within_s=180, what="the exercise")
        wall = product.request("walls.list", {})["walls"][0]
        of_wall = {"wallId": wall["wallId"]}
        pages = []
        for output in (wall["outputs"][0], wall["outputs"][-1]):
            size = {side: output["rectPx"][side] for side in ("width", "height")}
            page = browser.new_page(viewport=size)
            page.goto(product.page_of(wall["wallId"], output_id=output["outputId"]))
            page.wait_for_function(_SHOWS, timeout=60_000)
            pages.append((output["outputId"], page))
        product.request("wall.realm", {**of_wall, "realm": realm, "deadlineMs": 10_000})
        time.sleep(_SETTLE_S)
        for output_id, page in pages:
            _save(page, out / f"exercise-{wall['wallId']}-{output_id}-{language}.png")
        for width_px, height_px in SIZES:
            with _signed_in(product, browser, "operator", language, width_px, height_px) as page:
                for name, path in (
                    ("operator", f"/operator?wall={wall['wallId']}"),
                    ("room", f"/?realm={realm}"),
                    ("console", f"/console?realm={realm}"),
                ):
                    page.goto(product.web_url + path)
                    _settle(page)
                    if name == "operator":
                        page.locator(".op-views input[value=exercise]").check()
                    _save(page, out / f"exercise-{name}-{language}-{width_px}x{height_px}.png")
        for _, page in pages:
            page.close()
        product.request("wall.realm", {**of_wall, "realm": "live", "deadlineMs": 10_000})
    product.request("exercise.end", {"exerciseId": drill["exerciseId"]})


def _phase(product: Product) -> str:
    found = product.request("realm.list", {})["exercises"]
    return str(found[0]["phase"]) if found else ""


def _settle(page: Page) -> None:
    """Wait until the page stands and the walls in it show something."""
    page.wait_for_selector("main", timeout=30_000)
    for frame in page.frames:
        if "/view/program" in frame.url:
            frame.wait_for_function(_SHOWS, timeout=60_000)
    time.sleep(_SETTLE_S)


@contextmanager
def _signed_in(
    product: Product,
    browser: Browser,
    account: str | None,
    language: str,
    width_px: int,
    height_px: int,
) -> Iterator[Page]:
    """Open a page of a browser context in which this demo account has signed in."""
    context = browser.new_context(viewport={"width": width_px, "height": height_px})
    page = context.new_page()
    try:
        page.goto(f"{product.web_url}/sign-in")
        page.locator(f"button[name=language][value={language}]").click()
        page.wait_for_selector(f"html[lang={language}]")
        if account is not None:
            page.locator(f"button[name=demo][value={account}]").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        yield page
    finally:
        context.close()


def _photograph_walls(product: Product, browser: Browser, out: Path, *, language: str) -> None:
    for wall in product.request("walls.list", {})["walls"]:
        canvas, wall_id = wall["canvasPx"], wall["wallId"]
        page = browser.new_page(viewport={"width": canvas["width"], "height": canvas["height"]})
        page.goto(product.page_of(wall_id, view="program"))
        page.wait_for_function(_SHOWS, timeout=60_000)
        rects = [output["rectPx"] for output in wall["outputs"]]
        for scene in wall["scenes"]:
            scene_id = scene["sceneId"]
            product.request(
                "wall.take", {"wallId": wall_id, "sceneId": scene_id, "deadlineMs": 10_000}
            )
            page.wait_for_function(_SHOWS_SCENE, arg=scene_id, timeout=60_000)
            time.sleep(_SETTLE_S)
            page.evaluate(_BEZELS, {"canvas": canvas, "outputs": rects})
            _save(page, out / f"wall-{wall_id}-{scene_id}-{language}.png")
            page.evaluate("() => document.body.lastElementChild.remove()")
        page.close()


def _photograph_states(product: Product, browser: Browser, out: Path, *, language: str) -> None:
    """Photograph the first panel of each wall at night, masked, and under each overlay."""
    for wall in product.request("walls.list", {})["walls"]:
        of_wall, first = {"wallId": wall["wallId"]}, wall["outputs"][0]
        product.request("wall.take", {**of_wall, "sceneId": TAKEN, "deadlineMs": 10_000})
        size = {side: first["rectPx"][side] for side in ("width", "height")}
        page = browser.new_page(viewport=size)
        page.goto(product.page_of(wall["wallId"], output_id=first["outputId"]))
        page.wait_for_function(_SHOWS_SCENE, arg=TAKEN, timeout=60_000)

        def save(state: str, of: str = wall["wallId"], page: Page = page) -> None:
            time.sleep(_SETTLE_S)
            _save(page, out / f"panel-{of}-{state}-{language}.png")

        product.request("wall.night", {**of_wall, "mode": "on"})
        save("night")
        product.request("wall.night", {**of_wall, "mode": "off"})
        product.request("wall.mask", {**of_wall, **MASKED})
        save("masked")
        product.request("wall.unmask", {**of_wall, "maskId": MASKED["maskId"]})
        for state, overlay in OVERLAYS.items():
            product.request("wall.overlay", {**of_wall, **overlay})
            save(state)
            product.request("wall.overlay", {**of_wall, "kind": "clear"})
        page.close()


def _both(browser: Browser, out: Path, *, readme: Path | None) -> None:
    """Hang the first scenes of both walls under each other in one small picture."""
    pictures = [out / f"wall-{wall}-overview-vi.png" for wall in ("le-lai", "ngo-quyen")]
    sources = [base64.b64encode(path.read_bytes()).decode() for path in pictures]
    images = "".join(f'<img src="data:image/png;base64,{source}">' for source in sources)
    page = browser.new_page(viewport={"width": README_WIDTH_PX, "height": 400})
    page.set_content(
        "<style>body{margin:0;padding:24px;background:#101418;display:grid;gap:24px}"
        "img{width:100%;display:block;box-shadow:0 0 0 3px #000}</style>" + images
    )
    page.wait_for_function("() => [...document.images].every((each) => each.complete)")
    _save(page, out / "both-walls.png", full_page=True)
    if readme is not None:
        readme.parent.mkdir(parents=True, exist_ok=True)
        _save(page, readme, full_page=True)
    page.close()


def _save(page: Page, path: Path, **options: Any) -> None:
    page.screenshot(path=path, **options)
    print(path)


if __name__ == "__main__":
    main()
