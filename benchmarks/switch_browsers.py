"""A take of a previewed scene on four Chromium outputs: latency and skew, read from the pages."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.arguments import common
from benchmarks.browsers import last_switch, outputs
from benchmarks.figures import FRAME_MS, Report, Table, percentile, publish, spread, verdict
from benchmarks.product import ALL, Product

LATENCY_P95_MS = 200.0
SKEW_MS = {50: 1.0, 95: FRAME_MS + 1.0, 99: 2 * FRAME_MS + 1.0}
PERCENTS = (50, 95, 99, 100)
WALL = "le-lai"
OUTPUTS = 4

# Push and show: a page hears the same frames, but shows a commit as soon as it is there.
_PUSH = """(() => {
  const { set, ...rest } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  const hastened = (data) => data.replace(/"showAtMs":[\\d.e+]+/, '"showAtMs":0');
  const isCommit = (data) => data.startsWith('{"type":"commit"');
  const pushed = ({ data }) => ({ data: isCommit(data) ? hastened(data) : data });
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...rest,
    set(hear) {
      set.call(this, hear && ((event) => hear(window.pushAndShow ? pushed(event) : event)));
    },
  });
})()"""
# The naive wall: the address says what to show, and each page is loaded anew to show it.
_RELOAD_AT = "(atMs) => setTimeout(() => location.reload(), atMs - Date.now())"
_SHOWS_AGAIN = """(atMs) => performance.timeOrigin > atMs - 5
  && Boolean(window.iocPlayer?.lastSwitch?.ownFrameAtMs)"""
_RELOAD_IN_MS = 500.0


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--switches", type=int, default=300)
    parser.add_argument("--reloads", type=int, default=15, help="of the baseline")
    chosen = parser.parse_args()
    with Product(lake=chosen.lake, boundaries=chosen.boundaries) as product:
        product.start(*ALL)
        product.until_data()
        addresses = [*product.first_pages(WALL, OUTPUTS).values()]
        scenes = [each["sceneId"] for each in product.wall(WALL)["scenes"]]
        with outputs(addresses, script=_PUSH) as pages:
            staged = _takes(product, pages, scenes, count=chosen.switches, preview=True)
            cold = _takes(product, pages, scenes, count=chosen.switches // 4, preview=False)
            for page in pages:
                page.evaluate("() => { window.pushAndShow = true; }")
            pushed = _takes(product, pages, scenes, count=chosen.switches // 3, preview=True)
            reloads = _reloads(pages, count=chosen.reloads)
    publish(_report(staged, cold, pushed, reloads), write=chosen.write)


def _takes(
    product: Product, pages: list[Page], scenes: list[str], *, count: int, preview: bool
) -> list[tuple[float, float]]:
    """Return (latency, skew) in ms of each switch, from the frame times the pages keep."""
    found = []
    for number in range(count):
        scene = {"wallId": WALL, "sceneId": scenes[number % len(scenes)]}
        if preview:
            fit = product.request("wall.preview", scene)
            if fit["staged"] < len(pages):
                print(f"switch {number}: staged {fit['staged']} of {fit['of']}: {fit['why']}")
        asked_at_ms = time.time() * 1000
        taken = product.request("wall.take", {**scene, "layer": "manual"})
        frames = [_frame_at_ms(page, taken["switchId"]) for page in pages]
        found.append((max(frames) - asked_at_ms, max(frames) - min(frames)))
    return found


def _frame_at_ms(page: Page, switch_id: str) -> float:
    page.wait_for_function(
        "(id) => iocPlayer.lastSwitch?.switchId === id", arg=switch_id, timeout=10_000
    )
    return float(last_switch(page)["ownFrameAtMs"])


def _reloads(pages: list[Page], *, count: int) -> list[tuple[float, float]]:
    """Return (latency, skew) in ms when every page is loaded anew instead."""
    found = []
    for _ in range(count):
        at_ms = time.time() * 1000 + _RELOAD_IN_MS
        for page in pages:
            page.evaluate(_RELOAD_AT, at_ms)
        for page in pages:
            page.wait_for_function(_SHOWS_AGAIN, arg=at_ms, timeout=60_000)
        frames = [float(last_switch(page)["ownFrameAtMs"]) for page in pages]
        found.append((max(frames) - at_ms, max(frames) - min(frames)))
    return found


def _report(
    staged: list[tuple[float, float]],
    cold: list[tuple[float, float]],
    pushed: list[tuple[float, float]],
    reloads: list[tuple[float, float]],
) -> Report:
    rows = []
    for name, found in (
        ("take of a previewed scene", staged),
        ("take without preview", cold),
        ("baseline: previewed, shown on arrival", pushed),
        ("baseline: each page loads anew", reloads),
    ):
        latencies, skews = [each[0] for each in found], [each[1] for each in found]
        told = (*spread(latencies, percents=PERCENTS), *spread(skews, percents=PERCENTS))
        rows.append((name, str(len(found)), *told))
    columns = ("", "n", "latency p50", "p95", "p99", "max", "skew p50", "p95", "p99", "max")
    latency = percentile([each[0] for each in staged], 95)
    skews = [each[1] for each in staged]
    goals = ", ".join(
        f"p{percent} <= {limit:.1f} ms: {found:.1f}, {verdict(found, limit)}"
        for percent, limit in SKEW_MS.items()
        for found in (percentile(skews, percent),)
    )
    return Report(
        Path(__file__).stem,
        "A take on four Chromium outputs",
        """Four Chromium processes, each an output of the Lê Lai wall at 1920 x 1080. Latency: from
        the request of the take to the animation frame that shows it on the last page; skew: between
        the first and the last page's frame. Milliseconds, from the pages' own frame times. Loopback
        and software drawing; panels without genlock add up to one refresh of their own. Shown on
        arrival: the same pages and frames, but without the shared instant.""",
        [Table(columns, rows)],
        [
            f"Goals: take to glass, previewed, p95 <= {LATENCY_P95_MS:.0f} ms: {latency:.1f}, "
            f"{verdict(latency, LATENCY_P95_MS)}; skew {goals} (one and two frames, and 1 ms)."
        ],
    )


if __name__ == "__main__":
    main()
