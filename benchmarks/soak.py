"""The whole room at work for long: does the memory of a page, or of a role, grow?

A switch each 5 s, new content of every tile each second, four Chromium outputs and protocol clients
for all others. `--minutes 30` by default; `--hours 72` is the run before a release.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.arguments import common
from benchmarks.changes import Changes
from benchmarks.crowd import Crowd
from benchmarks.display import Display, displays
from benchmarks.figures import Report, Table, publish, verdict
from benchmarks.product import ALL, Product, rss_mb
from benchmarks.trend import FEWEST, slope

WALL, OUTPUTS = "le-lai", 4
SLOPE_MB_H = 1.0
SWITCH_EVERY_S, CONTENT_EVERY_S = 5.0, 1.0
WARM_SWITCH_EVERY_S, WARM_CONTENT_EVERY_S = 1.0, 0.25  # until all code is compiled for good
SETTLED_S = 30.0  # at the measured pace, until what the faster one has left is given back, too
STILL_S = 2.5  # after a switch a sample is taken, the next switch being as far away
READINGS = 5
PRESSED_S = 0.1  # from the word that memory is short until what was kept for speed is given back
Samples = dict[str, list[tuple[float, float, str]]]  # of what -> (hours, MB, the scene on air)


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=30)
    length.add_argument("--hours", type=float)
    parser.add_argument(
        "--warm-up",
        type=float,
        default=20,
        help="minutes, not measured: web counts once a minute, and has met all after about 20",
    )
    parser.add_argument(
        "--sample", type=float, help="seconds between samples (default: 180 of them)"
    )
    chosen = parser.parse_args()
    seconds = 60 * chosen.minutes if chosen.hours is None else 3600 * chosen.hours
    sample_s = chosen.sample or min(10.0, max(2.0, seconds / 180))
    with Product(lake=chosen.lake, boundaries=chosen.boundaries) as product:
        product.start(*ALL)
        product.until_data()
        product.end("feed")  # from here on the benchmark alone says what changes
        wall = product.wall(WALL)
        seen = product.first_pages(WALL, OUTPUTS)
        with displays([*seen.values()]) as shown:
            crowd = Crowd("127.0.0.1", product.settings.wall_port)
            crowd.serve(product.settings.secret())
            others = crowd.join_outputs(but=[(WALL, each) for each in seen])
            work = _Work(product, crowd, [each["sceneId"] for each in wall["scenes"]])
            work.go_on(
                60 * chosen.warm_up,
                switch_every_s=WARM_SWITCH_EVERY_S,
                content_every_s=WARM_CONTENT_EVERY_S,
            )
            watched = _Watched(product, shown)
            watched.press()
            work.go_on(SETTLED_S)
            work.forget()
            began_s = time.monotonic()
            while (elapsed_s := time.monotonic() - began_s) < seconds:
                work.go_on_past_switch(STILL_S)
                watched.sample(elapsed_s / 3600, work.on_air)
                work.go_on(max(0.0, sample_s - SWITCH_EVERY_S))
            crowd.close()
    report = _report(watched.samples, work, seconds, chosen.warm_up, others)
    publish(report, write=chosen.write)


class _Work:
    """Switches and new contents at their pace; `crowd` answers meanwhile."""

    def __init__(self, product: Product, crowd: Crowd, scenes: list[str]) -> None:
        self.switches = self.contents = self.failed = 0
        self.on_air = ""
        self._crowd, self._scenes = crowd, scenes
        self._changes = Changes(product.settings)
        self._switch_due_s = self._content_due_s = time.monotonic()

    def forget(self) -> None:
        """Count anew: what was done until now was warming up."""
        self.switches = self.contents = self.failed = 0

    def go_on(
        self,
        seconds: float,
        *,
        switch_every_s: float = SWITCH_EVERY_S,
        content_every_s: float = CONTENT_EVERY_S,
    ) -> None:
        """Work for a while."""
        end_s = time.monotonic() + seconds
        while (now_s := time.monotonic()) < end_s:
            if now_s >= self._switch_due_s:
                self._switch_due_s = max(now_s, self._switch_due_s + switch_every_s)
                self._switch()
            if now_s >= self._content_due_s:
                self._content_due_s = max(now_s, self._content_due_s + content_every_s)
                versions = self._changes.change(self._changes.names)
                self._crowd.tell("publish", {"topic": "versions", "data": versions})
                self.contents += 1
            self._crowd.rest(0.05)
        self._crowd.forget()

    def go_on_past_switch(self, still_s: float) -> None:
        """Work until the next switch is so long past: a sample then is of one scene alone."""
        count = self.switches
        while self.switches == count:
            self.go_on(0.1)
        self.go_on(still_s)

    def _switch(self) -> None:
        scene_id = self._scenes[self.switches % len(self._scenes)]
        self.switches += 1
        self.on_air = scene_id
        of_scene = {"wallId": WALL, "sceneId": scene_id}
        self._crowd.request("wall.preview", of_scene)
        taken, _ = self._crowd.request("wall.take", {**of_scene, "hold": True})
        self.failed += any(each["status"] != "shown" for each in taken["outputs"])


class _Watched:
    """What is sampled: heaps of the pages and RSS of their processes, both once they gave back what
    they could, and RSS of the roles.
    """

    def __init__(self, product: Product, shown: list[Display]) -> None:
        self.samples: Samples = defaultdict(list)
        self._product = product
        self._displays = shown

    def press(self) -> None:
        """Tell the browsers that memory is short."""
        for each in self._displays:
            each.ask("Memory.simulatePressureNotification", level="critical")

    def sample(self, at_h: float, scene: str) -> None:
        """Take one sample of each, of a page once it has given back what it could."""
        self.press()
        time.sleep(PRESSED_S)
        heap_bytes = 0.0
        for each in self._displays:
            each.ask("HeapProfiler.collectGarbage")
            heap_bytes += each.ask("Runtime.getHeapUsage")["usedSize"]
        count = len(self._displays)
        found_mb = {
            "a page's heap, collected": heap_bytes / 1e6 / count,
            "a page's process, RSS": self._pages_mb() / count,
        }
        for role in ("wall", "render", "web"):
            found_mb[f"{role}, RSS"] = rss_mb(self._product.tree(role))
        for name, each_mb in found_mb.items():
            self.samples[name].append((at_h, each_mb, scene))

    def _pages_mb(self) -> float:
        """Return the least of some readings: a content that is being swapped is there twice."""
        found = []
        for _ in range(READINGS):
            found.append(rss_mb(each.renderer for each in self._displays))
            time.sleep(PRESSED_S)
        return min(found)


def _report(
    samples: Samples, work: _Work, seconds: float, warm_up_min: float, others: int
) -> Report:
    rows, goals = [], []
    for name, found in samples.items():
        at_h, taken_mb, scenes = zip(*found, strict=True)
        told = ("-", "-")
        if len(found) >= FEWEST + len({*scenes}):
            trend = slope(at_h, taken_mb, of=scenes)
            told = (f"{trend.estimate:+.2f}", f"{trend.upper:+.2f}")
            goals.append(f"{name}: {trend.upper:.2f}, {verdict(trend.upper, SLOPE_MB_H)}")
        ends = (f"{taken_mb[0]:.1f}", f"{taken_mb[-1]:.1f}", f"{max(taken_mb):.1f}")
        rows.append((name, str(len(found)), *ends, *told))
    return Report(
        Path(__file__).stem,
        "The room at work for long",
        f"""{seconds / 60:.0f} minutes after {warm_up_min:g} minutes of warming up (a take each
        {WARM_SWITCH_EVERY_S:g} s, contents each {WARM_CONTENT_EVERY_S:g} s) and {SETTLED_S:g} s of
        settling: a previewed take each
        {SWITCH_EVERY_S:g} s through all scenes of the Lê Lai wall, new content of every tile each
        {CONTENT_EVERY_S:g} s; {OUTPUTS} Chromium outputs as displays run them, without an inspector
        that would keep what passes; {others} protocol clients.
        {work.switches} switches, {work.failed} of them not shown in time by every output,
        {work.contents} rounds of contents.
        Before each sample the browsers are told that memory is short, and the pages' garbage is
        collected; each is taken {STILL_S:g} s after a switch. Slope: least squares within the
        samples of each scene (a page is larger by megabytes with one than with another), its
        upper 95 % bound widened for samples that follow one another (autoregressive, first
        order). Before a release: `python -m benchmarks.soak
        --hours 72 --sample 300 --warm-up 60`.""",
        [Table(("MB", "n", "first", "last", "largest", "slope MB/h", "upper 95 %"), rows)],
        [f"Goal: upper 95 % bound of the slope <= {SLOPE_MB_H:.0f} MB/h: {'; '.join(goals)}."],
    )


if __name__ == "__main__":
    main()
