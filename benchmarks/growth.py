"""A controller alone at many times a soak's pace: what a switch and its contents leave in memory.

The soak sees the whole room, but takes 30 minutes to tell a slope. This tells the controller's in
three, as MB an hour at the soak's pace. What grows with time alone it would tell too small.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import Any

import orjson

from benchmarks.arguments import common
from benchmarks.crowd import Crowd
from benchmarks.crowd_link import Link
from benchmarks.figures import Report, Table, publish, verdict
from benchmarks.product import Product, rss_mb
from benchmarks.soak import CONTENT_EVERY_S, SLOPE_MB_H, SWITCH_EVERY_S, WALL
from benchmarks.trend import slope

SAMPLE_S = 1.0  # after 70 s: what is no longer wanted is let go after a minute
PARTS = (8, 15, 40, 100, 200)  # components of a content: half a KB to 20 KB


class Room(Crowd):
    """All displays, and a render service whose contents change when it is told to."""

    def __init__(self, port: int, secret: str) -> None:
        super().__init__("127.0.0.1", port)
        self._version = 0
        self._trees: dict[str, list[dict[str, Any]]] = {}  # of each render that is wanted
        self._render: Link | None = None
        self.serve(secret)
        render = Link("127.0.0.1", port, {"kind": "service", "service": "render", "token": secret})
        self._add(render)
        self._until_identified(render)
        self._render = render
        self.outputs = self.join_outputs()

    def change(self) -> None:
        """Give every render that is wanted a new content."""
        assert self._render is not None  # noqa: S101
        self._version += 1
        for render_id, tree in self._trees.items():
            fields = {
                "renderId": render_id,
                "version": self._version,
                "contentHash": f"{render_id}-{self._version}",
                "asOfAtMs": time.time() * 1000,
                "staleAfterMs": 60_000,
                "classification": {"level": "public"},
                "content": [*tree, _part("x" * (self._version % 40), self._version)],
            }
            self._render.send("content", fields)

    def _react(self, link: Link, payload: bytes, now_s: float) -> None:
        wanted = link is self._render and payload.startswith(b'{"type":"wanted"')
        if not wanted:
            super()._react(link, payload, now_s)
            return
        named = [each["renderId"] for each in orjson.loads(payload)["d"]["renders"]]
        self._trees = {each: self._trees.get(each) or _tree(each) for each in named}
        self.change()


def _tree(render_id: str) -> list[dict[str, Any]]:
    chance = random.Random(render_id)
    return [_part(f"c{number}", chance.random()) for number in range(chance.choice(PARTS))]


def _part(name: str, words: float) -> dict[str, Any]:
    props = {"children": words, "className": name}
    return {"namespace": "dash_html_components", "type": "Div", "props": props}


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--seconds", type=float, default=110)
    parser.add_argument("--warm-up", type=float, default=70, help="seconds, not measured")
    parser.add_argument("--pace", type=float, default=20, help="times the soak's")
    chosen = parser.parse_args()
    with Product() as product:
        product.start("wall")
        room = Room(product.settings.wall_port, product.settings.secret())
        scenes = [each["sceneId"] for each in product.wall(WALL)["scenes"]]
        begun_s = time.monotonic()
        samples: list[tuple[float, float]] = []
        switches = contents = 0
        while (at_s := time.monotonic() - begun_s) < chosen.warm_up + chosen.seconds:
            if at_s * chosen.pace >= contents * CONTENT_EVERY_S:
                contents += 1
                room.change()
            if at_s * chosen.pace >= switches * SWITCH_EVERY_S:
                of_scene = {"wallId": WALL, "sceneId": scenes[switches % len(scenes)]}
                switches += 1
                room.request("wall.preview", of_scene)
                room.request("wall.take", {**of_scene, "hold": True})
            if at_s >= chosen.warm_up + len(samples) * SAMPLE_S:
                at_h = switches * SWITCH_EVERY_S / 3600
                samples.append((at_h, rss_mb(product.tree("wall"))))
            room.rest(0.005)
            room.forget()
        outputs = room.outputs
        room.close()
    publish(_report(samples, chosen, switches, contents, outputs), write=chosen.write)


def _report(
    samples: list[tuple[float, float]],
    chosen: argparse.Namespace,
    switches: int,
    contents: int,
    outputs: int,
) -> Report:
    at_h, taken_mb = zip(*samples, strict=True)
    trend = slope(at_h, taken_mb)
    ends = (f"{taken_mb[0]:.1f}", f"{taken_mb[-1]:.1f}", f"{max(taken_mb):.1f}")
    row = (f"{at_h[-1] - at_h[0]:.2f}", *ends, f"{trend.estimate:+.2f}", f"{trend.upper:+.2f}")
    return Report(
        Path(__file__).stem,
        "A controller alone at many times a soak's pace",
        f"""{chosen.seconds:.0f} s after {chosen.warm_up:g} s of warming up, as many switches as the
        soak has in so many hours: {switches} previewed takes through all scenes of the Lê Lai wall,
        {contents} rounds of new contents of every tile, {outputs} protocol clients, a render
        service that only sends. RSS, and its slope an hour of the soak's pace (as there: least
        squares, 95 % bound for samples that follow one another). The history of switches fills in
        this time (1,000 a wall), and is within the slope.""",
        [Table(("hours of a soak", "first MB", "last", "largest", "MB/h", "upper 95 %"), [row])],
        [f"Goal, as of the soak: {trend.upper:.2f}, {verdict(trend.upper, SLOPE_MB_H)}."],
    )


if __name__ == "__main__":
    main()
