"""Fifty consoles on the overview while the walls are on air: callbacks, and what the walls feel.

The same page with a `dcc.Interval` for each tile is measured beside it, in the same run.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.arguments import common
from benchmarks.browsers import last_switch, launch, outputs
from benchmarks.changes import Changes
from benchmarks.console_load import (
    CALLBACKS,
    Found,
    Load,
    Recorded,
    polling_console,
    pushed_console,
)
from benchmarks.crowd import outputs_there
from benchmarks.figures import (
    FRAME_MS,
    ROOT,
    Report,
    Table,
    percentile,
    publish,
    spread,
    verdict,
)
from benchmarks.interval_app import EVERY_MS, tile_ids
from benchmarks.product import ALL, Product, cpu_s, free_ports, until

CALLBACK_P95_MS = 300.0
SKEW_MORE_MS = FRAME_MS + 1.0
WALL = "le-lai"
BROWSERS = 4
CHANGE_EVERY_S = 2.0
WIDTH_PX, HEIGHT_PX = 1920, 1080
_TAKE_EVERY_S = 2.5


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--consoles", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="of each phase")
    chosen = parser.parse_args()
    with Product(lake=chosen.lake, boundaries=chosen.boundaries) as product:
        product.start(*ALL)
        product.until_still()  # from here on the benchmark alone says what changes
        recorded, size = record(product, Changes(product.settings))
        with walls_on_air(product) as pages:
            measure = partial(measure_phase, product, pages, seconds=chosen.seconds)
            quiet = measure(load=None, role="web")
            load = Load(product.settings.web_port)
            for _ in range(chosen.consoles):
                wall_port = product.settings.wall_port
                load.add(partial(pushed_console, load, recorded, wall_port))
            pushed = measure(load=load, role="web")
            with _interval_app(product, size) as port:
                load = Load(port)
                requests = [_interval_request(tile) for tile in tile_ids(*size)]
                for _ in range(chosen.consoles):
                    every_s = EVERY_MS / 1e3
                    load.add(partial(polling_console, load, requests, every_s=every_s))
                polled = measure(load=load, role="intervals")
    publish(_report(chosen.consoles, quiet, pushed, polled, len(requests)), write=chosen.write)


@contextmanager
def walls_on_air(product: Product) -> Iterator[list[Page]]:
    """Have both walls whole, the first outputs of one in browsers; yields their pages."""
    addresses = product.first_pages(WALL, BROWSERS)
    settings, seen = product.settings, [(WALL, output_id) for output_id in addresses]
    with (
        outputs([*addresses.values()]) as pages,
        outputs_there(settings.wall_port, settings.secret(), but=seen),
    ):
        yield pages


class Phase:
    """What one phase measured."""

    def __init__(self, found: Found, skews_ms: list[float], cpu_percent: float, s: float) -> None:
        self.found, self.skews_ms = found, skews_ms
        self.cpu_percent, self.seconds = cpu_percent, s


def measure_phase(
    product: Product, pages: list[Page], *, load: Load | None, role: str, seconds: float
) -> Phase:
    """Change one dataset every two seconds and take scenes, under `load`."""
    ended = threading.Event()
    changing = threading.Thread(target=_change, args=(product, ended))
    changing.start()
    if load is not None:
        time.sleep(8)  # all have joined
        load.begin_measuring()
    server = product.tree(role)
    used_s, began_s = cpu_s(server), time.monotonic()
    skews = _takes(product, pages, seconds)
    elapsed_s = time.monotonic() - began_s
    percent = 100 * (cpu_s(server) - used_s) / elapsed_s
    found = load.end() if load is not None else Found()
    ended.set()
    changing.join()
    return Phase(found, skews, percent, elapsed_s)


def _change(product: Product, ended: threading.Event) -> None:
    changes = Changes(product.settings)
    for name in cycle(changes.names):
        if ended.wait(CHANGE_EVERY_S):
            return
        product.link.publish("versions", changes.change([name]))


def _takes(product: Product, pages: list[Page], seconds: float) -> list[float]:
    """Return the skew in ms of a take of a previewed scene every few seconds, from the pages."""
    scenes = cycle([each["sceneId"] for each in product.wall(WALL)["scenes"]])
    skews = []
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        scene = {"wallId": WALL, "sceneId": next(scenes)}
        product.request("wall.preview", scene)
        time.sleep(_TAKE_EVERY_S)
        taken = product.request("wall.take", {**scene, "deadlineMs": 5_000}, timeout_s=20)
        for page in pages:
            page.wait_for_function(
                "(id) => iocPlayer.lastSwitch?.switchId === id",
                arg=taken["switchId"],
                timeout=20_000,
            )
        frames = [float(last_switch(page)["ownFrameAtMs"]) for page in pages]
        skews.append(max(frames) - min(frames))
    return skews


def record(product: Product, changes: Changes) -> tuple[Recorded, tuple[float, float]]:
    """Return the request a leader's console sends when data changed, and its room for tiles."""
    caught: list[tuple[Request, dict[str, Any]]] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        page.goto(f"{product.web_url}/sign-in")
        page.locator("button[name=demo][value=leader]").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(f"{product.web_url}/console")
        page.wait_for_selector("#console-body .tile", timeout=30_000)
        page.wait_for_selector("#live-state.is-up", timeout=30_000)
        page.on("request", lambda request: _catch(caught, request))
        product.link.publish("versions", changes.change(changes.names[:1]))
        deadline_s = time.monotonic() + 30
        while not caught and time.monotonic() < deadline_s:
            page.wait_for_timeout(50)
        if not caught:
            raise TimeoutError("the console did not ask for what changed")
        request, body = caught[0]
        path = request.url.removeprefix(product.web_url)
        headers = request.all_headers()
        browser.close()
    kept = {
        name: text
        for name, text in headers.items()
        if not name.startswith(":") and name not in ("host", "content-length", "connection")
    }
    size = next(each["value"] for each in body["state"] if _is_size(each))
    return Recorded(path, kept, body), (float(size["width"]), float(size["height"]))


def _catch(caught: list[tuple[Request, dict[str, Any]]], request: Request) -> None:
    if CALLBACKS in request.url:
        body = request.post_data_json
        if body and "versions.data" in body.get("changedPropIds", ()):
            caught.append((request, body))


def _is_size(state: Any) -> bool:
    return isinstance(state, dict) and state["id"] == "console-size"


@contextmanager
def _interval_app(product: Product, size: tuple[float, float]) -> Iterator[int]:
    """Serve the baseline beside the product, from the same cache."""
    (port,) = free_ports(1)
    log = (product.folder / "intervals.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.interval_app", str(port), *map(str, size)],
        cwd=ROOT,
        env=product.environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    product.processes["intervals"] = process
    try:
        until(lambda: _listens(process.pid), within_s=60, what="the baseline to listen")
        time.sleep(5)
        yield port
    finally:
        product.processes.pop("intervals")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def _listens(pid: int) -> bool:
    return bool(psutil.Process(pid).children())


def _interval_request(tile: str) -> dict[str, Any]:
    """Return the request Dash's renderer sends when this tile's interval has fired."""
    return {
        "output": f"{tile}.children",
        "outputs": {"id": tile, "property": "children"},
        "inputs": [{"id": f"every-{tile}", "property": "n_intervals", "value": 0}],
        "changedPropIds": [f"every-{tile}.n_intervals"],
        "parsedChangedPropsIds": [f"every-{tile}.n_intervals"],
        "state": [],
    }


def _report(consoles: int, quiet: Phase, pushed: Phase, polled: Phase, tiles: int) -> Report:
    rows = []
    for name, phase in (
        ("no console", quiet),
        (f"{consoles} consoles, pushed", pushed),
        (f"{consoles} consoles, an interval for each of {tiles} tiles", polled),
    ):
        found = phase.found
        answered = len(found.latencies_ms)
        rows.append(
            (
                name,
                f"{answered} of {found.due}" if found.due else "",
                *(spread(found.latencies_ms, decimals=0) if answered else ("", "", "")),
                f"{found.bytes / 1e6 / phase.seconds * 60:.1f}" if answered else "",
                f"{phase.cpu_percent:.0f}",
                str(len(phase.skews_ms)),
                *spread(phase.skews_ms),
            )
        )
    callback = percentile(pushed.found.latencies_ms, 95)
    more = percentile(pushed.skews_ms, 95) - percentile(quiet.skews_ms, 95)
    failed = pushed.found.failed + polled.found.failed
    return Report(
        Path(__file__).stem,
        f"{consoles} consoles on the overview, 11 outputs on air",
        f"""One dataset changes every {CHANGE_EVERY_S:.0f} s. Consoles send the request a real page
        sends (recorded from one), when the link tells them and as spread as pages are; the baseline
        serves the same tiles from the same cache, each asked for every {EVERY_MS / 1e3:.0f} s.
        Callbacks: ms until the last byte. Wall skew: ms between the frames of {BROWSERS} Chromium
        outputs ({11 - BROWSERS} more are protocol clients) at takes of previewed scenes. Server,
        clients and browsers share this
        machine.""",
        [
            Table(
                (
                    "",
                    "callbacks",
                    "p50",
                    "p95",
                    "max",
                    "MB/min",
                    "server CPU %",
                    "takes",
                    "skew p50",
                    "p95",
                    "max",
                ),
                rows,
            )
        ],
        [
            f"Goals: callbacks p95 <= {CALLBACK_P95_MS:.0f} ms: {callback:.0f}, "
            f"{verdict(callback, CALLBACK_P95_MS)}; wall skew p95 at most one frame more than "
            f"without: {more:+.1f} ms, {verdict(more, SKEW_MORE_MS)}."
            + (f" {failed} callbacks failed." if failed else "")
        ],
    )


if __name__ == "__main__":
    main()
