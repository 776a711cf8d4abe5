"""Switching and refreshing 200 protocol clients: when the last of them has its frame.

Two crowds of 200: as the outputs of one wall (each gets its own tiles, each is waited for), and as
its program views (each gets all twelve tiles, none is waited for).
"""

from __future__ import annotations

import argparse
import re
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.changes import Changes
from benchmarks.crowd import Crowd
from benchmarks.crowd_city import CLIENTS, SCENES, TILES, WALL, crowd_city, rarest_aggregate
from benchmarks.figures import Report, Table, percentile, publish, spread, verdict
from benchmarks.product import Product, cpu_s

STAGED_MS, COMMIT_MS, COLD_MS, CONTENT_CPU_MS = 40.0, 10.0, 150.0, 5.0


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--switches", type=int, default=60, help="of each sort")
    parser.add_argument("--contents", type=int, default=100)
    chosen = parser.parse_args()
    with crowd_city() as city, Product(lake=chosen.lake, city=city) as product:
        product.start("wall", "feed", "render")
        aggregate, tiles = rarest_aggregate(city)
        product.until_data([aggregate])
        product.end("feed")  # from here on the benchmark alone says what changes
        changes, rows = Changes(product.settings), []
        for name in ("outputs", "views"):
            crowd = Crowd("127.0.0.1", product.settings.wall_port)
            crowd.serve(product.settings.secret())
            crowd.join(_identifications(product, name))
            for sort, cold in (("staged", None), ("cold", changes)):
                rows.append((name, sort, _switches(crowd, chosen.switches, cold=cold)))
            if name == "views":
                contents = _contents(product, crowd, changes, aggregate, tiles, chosen.contents)
            crowd.close()
    publish(_report(rows, contents), write=chosen.write)


def _identifications(product: Product, name: str) -> list[dict[str, Any]]:
    if name == "views":
        view = {"wallId": WALL, "view": "program"}
        token = product.request("device.token", view)["deviceToken"]
        return [{"kind": "view", "token": token}] * CLIENTS
    return [
        {"kind": "output", "token": product.request("device.token", device)["deviceToken"]}
        for number in range(CLIENTS)
        for device in ({"wallId": WALL, "outputId": f"crowd-{number}"},)
    ]


def _switches(crowd: Crowd, count: int, *, cold: Changes | None) -> list[tuple[float, float]]:
    """Return for each take (prepare, commit) at the last client in ms; staged unless `cold`."""
    found = []
    clients = len(crowd.clients)
    for number in range(count):
        scene = {"wallId": WALL, "sceneId": SCENES[number % len(SCENES)]}
        if cold is None:
            fit, _ = crowd.request("wall.preview", scene)
            until_staged = crowd.arrivals["stage"][fit["stageId"]]
            crowd.run(until=lambda got=until_staged: len(got) >= clients)  # type: ignore[misc]
            crowd.rest(0.05)
        else:  # what is on air stands staged, and all of the other scene is out of date
            crowd.request("wall.preview", {"wallId": WALL, "sceneId": _other(scene["sceneId"])})
            versions = cold.change(cold.names)
            crowd.tell("publish", {"topic": "versions", "data": versions})
            crowd.rest(0.5)
        taken, asked_s = crowd.request("wall.take", {**scene, "layer": "manual"})
        switch_id = taken["switchId"]
        commits = crowd.arrivals["commit"][switch_id]
        crowd.run(until=lambda got=commits: len(got) >= clients)  # type: ignore[misc]
        prepared_s = max(crowd.arrivals["prepare"][switch_id])
        found.append(
            (1e3 * (prepared_s - asked_s), 1e3 * (max(commits) - crowd.readied[switch_id]))
        )
    return found


def _other(scene_id: str) -> str:
    return SCENES[1 - SCENES.index(scene_id)]


def _contents(
    product: Product, crowd: Crowd, changes: Changes, aggregate: str, tiles: int, count: int
) -> tuple[float, float, int, int, float]:
    """Change `aggregate`, of which `tiles` are made, `count` times while its scene is on air.

    Return (controller CPU and render CPU in ms for one content at all clients, frames each client
    got, contents rendered, p95 of publish to last client in ms).
    """
    crowd.request("wall.take", {"wallId": WALL, "sceneId": SCENES[0], "layer": "manual"})
    crowd.rest(2)
    idle_ms = _idle_ms(product, crowd)
    arrived, rendered = crowd.arrivals["content"], _rendered(product)
    arrived.clear()
    delays_ms: list[float] = []
    wall_s, render_s = cpu_s(product.tree("wall")), cpu_s(product.tree("render"))
    for _ in range(count):
        versions, before = changes.change([aggregate]), len(arrived)
        published_s = crowd.tell("publish", {"topic": "versions", "data": versions})
        crowd.run(until=lambda n=before: len(arrived) >= n + tiles and _all_have(crowd, arrived))  # type: ignore[misc]
        delays_ms.append(1e3 * (max(max(each) for each in arrived.values()) - published_s))
    frames = len(arrived)
    wall_ms = 1e3 * (cpu_s(product.tree("wall")) - wall_s)
    render_ms = 1e3 * (cpu_s(product.tree("render")) - render_s)
    spent_s = sum(delays_ms) / 1e3
    return (
        (wall_ms - idle_ms * spent_s) / frames,
        render_ms / frames,
        frames,
        _rendered(product) - rendered,
        percentile(delays_ms, 95),
    )


def _all_have(crowd: Crowd, arrived: Mapping[str, list[float]]) -> bool:
    return all(len(each) >= len(crowd.clients) for each in arrived.values())


def _idle_ms(product: Product, crowd: Crowd) -> float:
    """Return the controller's CPU ms a second while nothing changes (heartbeats, pings)."""
    before_s = cpu_s(product.tree("wall"))
    crowd.rest(6)
    return 1e3 * (cpu_s(product.tree("wall")) - before_s) / 6


def _rendered(product: Product) -> int:
    """Return how many contents the controller has got from render, by its own counter."""
    with urllib.request.urlopen(
        f"http://127.0.0.1:{product.settings.wall_port}/metrics", timeout=5
    ) as answer:
        text = answer.read().decode()
    found = re.search(r'ioc_wall_events_total\{event="contents"\} (\d+)', text)
    return int(found.group(1)) if found else 0


def _report(
    rows: list[tuple[str, str, list[tuple[float, float]]]],
    contents: tuple[float, float, int, int, float],
) -> Report:
    table = [
        (
            f"{name}, {sort}",
            str(len(found)),
            *spread([each[0] for each in found]),
            *spread([each[1] for each in found]),
        )
        for name, sort, found in rows
    ]
    worst = {
        sort: max(
            percentile([each[0] for each in found], 95) for _, of, found in rows if of == sort
        )
        for sort in ("staged", "cold")
    }
    commit = max(percentile([each[1] for each in found], 95) for _, _, found in rows)
    wall_ms, render_ms, frames, rendered, delay_ms = contents
    return Report(
        Path(__file__).stem,
        f"A take and a new content at {CLIENTS} protocol clients",
        f"""{CLIENTS} clients over raw sockets in one process beside the controller, a scene of
        {TILES} tiles. `prepare`: from sending the take until the last client has it; `commit`: from
        the last client's `ready` until the last client has it. Outputs are all waited for and get
        the tiles that touch them; views get all {TILES} tiles. Cold: nothing is staged and all
        data has changed, so every tile is rendered and every content travels within the figure.
        Milliseconds.""",
        [
            Table(
                (
                    "200 clients as",
                    "n",
                    "prepare p50",
                    "p95",
                    "max",
                    "commit p50",
                    "p95",
                    "max",
                ),
                table,
            ),
            Table(
                ("one tile's new content to 200 clients", ""),
                [
                    ("controller CPU, ms", f"{wall_ms:.2f}"),
                    ("render CPU, ms", f"{render_ms:.2f}"),
                    ("contents that reached all clients", str(frames)),
                    ("contents rendered (the controller's counter)", str(rendered)),
                    ("from publish to the last client, p95 ms", f"{delay_ms:.1f}"),
                ],
            ),
        ],
        [
            f"Goals: prepare staged p95 <= {STAGED_MS:.0f} ms: {worst['staged']:.1f}, "
            f"{verdict(worst['staged'], STAGED_MS)}; cold p95 <= {COLD_MS:.0f} ms: "
            f"{worst['cold']:.1f}, {verdict(worst['cold'], COLD_MS)}; commit p95 <= "
            f"{COMMIT_MS:.0f} ms: {commit:.1f}, {verdict(commit, COMMIT_MS)}; controller CPU <= "
            f"{CONTENT_CPU_MS:.0f} ms: {wall_ms:.2f}, {verdict(wall_ms, CONTENT_CPU_MS)}; each "
            f"content rendered once: {'yes' if rendered == frames else 'NO'}."
        ],
    )


if __name__ == "__main__":
    main()
