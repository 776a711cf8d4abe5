"""Switching and refreshing 200 protocol clients: when the last of them has its frame.

Two crowds of 200: as the outputs of one wall (each gets its own tiles, each is waited for), and as
its program views (each gets all twelve tiles, none is waited for).
"""

from __future__ import annotations

import argparse
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from benchmarks.arguments import common
from benchmarks.changes import Changes
from benchmarks.crowd import Crowd
from benchmarks.crowd_city import (
    CLIENTS,
    TILES,
    WALL,
    crowd_city,
    identifications,
    rarest_aggregate,
    scene,
)
from benchmarks.figures import Report, Table, percentile, publish, spread, verdict
from benchmarks.peers import mean_sizes, peer
from benchmarks.product import Product, cpu_s

STAGED_MS, COMMIT_MS, COLD_MS, CONTENT_CPU_MS = 40.0, 10.0, 150.0, 5.0


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--switches", type=int, default=60, help="of each sort")
    parser.add_argument("--contents", type=int, default=100)
    chosen = parser.parse_args()
    rows: list[tuple[str, str, list[tuple[float, float]]]] = []
    with crowd_city() as city, Product(lake=chosen.lake, city=city) as product:
        product.start("wall", "feed", "render")
        product.until_data()
        product.end("feed")  # from here on the benchmark alone says what changes
        for name in ("outputs", "views"):
            crowd = Crowd("127.0.0.1", product.settings.wall_port)
            crowd.serve(product.settings.secret())
            crowd.join(identifications(product, CLIENTS, as_views=name == "views"))
            rows.append((name, "staged", _staged(crowd, chosen.switches)))
            if name == "outputs":
                bare = _bare(crowd, chosen.switches)
            rows.append((name, "cold", _cold(crowd, chosen.switches)))
            if name == "views":
                contents = _contents(product, crowd, chosen.contents)
            crowd.close()
    publish(_report(rows, bare, contents), write=chosen.write)


def _staged(crowd: Crowd, count: int) -> list[tuple[float, float]]:
    """Return (prepare, commit) in ms of takes of a previewed scene, two in turn."""
    found = []
    for number in range(2):
        crowd.request("scene.put", {"wallId": WALL, "scene": scene(f"s{number}", shifted=number)})
    for number in range(count):
        of_scene = {"wallId": WALL, "sceneId": f"s{number % 2}"}
        fit, _ = crowd.request("wall.preview", of_scene)
        stages = crowd.arrivals["stage"][fit["stageId"]]
        _until_all(crowd, stages)
        crowd.rest(0.05)
        found.append(_take(crowd, of_scene))
    return found


def _bare(crowd: Crowd, count: int) -> list[tuple[float, float]]:
    """Return (prepare, commit) in ms of a controller that only counts answers and writes.

    It writes frames as long as `crowd` got them on average.
    """
    with peer("bare_controller", mean_sizes(crowd)) as (port, _):
        bare = Crowd("127.0.0.1", port)
        bare.serve("")
        bare.join([{"kind": "output"}] * CLIENTS)
        found = []
        for _ in range(count):
            bare.rest(0.05)
            found.append(_take(bare, {"wallId": WALL, "sceneId": "bare"}))
        bare.close()
    return found


def _cold(crowd: Crowd, count: int) -> list[tuple[float, float]]:
    """Return (prepare, commit) in ms of takes of scenes of which nothing was ever rendered."""
    found = []
    for number in range(count):
        scene_id = f"c{number % 2}"
        fresh = scene(scene_id, shifted=number % 2, mark=f"{number} {time.time()}")
        crowd.request("scene.put", {"wallId": WALL, "scene": fresh})
        crowd.rest(0.05)
        found.append(_take(crowd, {"wallId": WALL, "sceneId": scene_id}))
    return found


def _take(crowd: Crowd, of_scene: Mapping[str, str]) -> tuple[float, float]:
    taken, asked_s = crowd.request("wall.take", {**of_scene, "layer": "manual"})
    switch_id = taken["switchId"]
    commits = crowd.arrivals["commit"][switch_id]
    _until_all(crowd, commits)
    prepared_s = max(crowd.arrivals["prepare"][switch_id])
    return 1e3 * (prepared_s - asked_s), 1e3 * (max(commits) - crowd.readied[switch_id])


def _until_all(crowd: Crowd, arrived: list[float]) -> None:
    crowd.run(until=lambda: len(arrived) >= len(crowd.clients))


def _contents(product: Product, crowd: Crowd, count: int) -> tuple[float, float, int, int, float]:
    """Change one aggregate `count` times while a scene with it is on air.

    Return (controller CPU and render CPU in ms for one content at all clients, contents each client
    got, contents rendered, p95 of publish to last client in ms).
    """
    shown = scene("s0")
    aggregate, tiles = rarest_aggregate(shown)
    changes = Changes(product.settings)
    crowd.request("wall.preview", {"wallId": WALL, "sceneId": "s0"})
    crowd.request("wall.take", {"wallId": WALL, "sceneId": "s0", "layer": "manual"})
    # What was on air or previewed before stays wanted for a minute; then only this scene is, and
    # the one tile of the scene below it.
    wanted = TILES + 1
    crowd.run(until=lambda: _metric(product, "ioc_wall_renders_wanted") <= wanted, within_s=120)
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
    return _metric(product, 'ioc_wall_events_total{event="contents"}')


def _metric(product: Product, name: str) -> int:
    address = f"http://127.0.0.1:{product.settings.wall_port}/metrics"
    with urllib.request.urlopen(address, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return next((int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + " ")), 0)


def _report(
    rows: list[tuple[str, str, list[tuple[float, float]]]],
    bare: list[tuple[float, float]],
    contents: tuple[float, float, int, int, float],
) -> Report:
    table = [
        (
            f"{name}, {sort}",
            str(len(found)),
            *spread([each[0] for each in found]),
            *(spread([each[1] for each in found]) if name != "views" else ("-", "-", "-")),
        )
        for name, sort, found in [*rows[:1], ("baseline", "bare writes", bare), *rows[1:]]
    ]
    of_wall = {sort: found for name, sort, found in rows if name == "outputs"}
    worst = {sort: percentile([each[0] for each in of_wall[sort]], 95) for sort in of_wall}
    commit = percentile([each[1] for each in of_wall["staged"]], 95)
    limit = percentile([each[1] for each in bare], 95)
    wall_ms, render_ms, frames, rendered, delay_ms = contents
    return Report(
        Path(__file__).stem,
        f"A take and a new content at {CLIENTS} protocol clients",
        f"""{CLIENTS} clients over raw sockets in one process beside the controller, a scene of
        {TILES} tiles. `prepare`: from sending the take until the last client has it; `commit`:
        from the last output's `ready` until the last one has it. Clients answer with the next
        frame they would paint, 60 a second and out of step, as displays do. Outputs are a wall of
        {CLIENTS}: all are waited for, each gets the tiles that touch it. Views, beside it, get all
        {TILES} tiles each, and nobody waits for them. Cold: tiles that were never rendered before,
        so that rendering and sending every content is within the figure. Baseline: a process on
        the same loop that keeps no state, counts the answers and writes equal bytes to the same
        clients: what sockets and receivers alone take here. Milliseconds.""",
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
            f"Goals, of the wall: prepare staged p95 <= {STAGED_MS:.0f} ms: {worst['staged']:.1f}, "
            f"{verdict(worst['staged'], STAGED_MS)}; cold p95 <= {COLD_MS:.0f} ms: "
            f"{worst['cold']:.1f}, {verdict(worst['cold'], COLD_MS)}; commit p95 <= "
            f"{COMMIT_MS:.0f} ms: {commit:.1f}, {verdict(commit, COMMIT_MS)} (bare writes "
            f"{limit:.1f}); controller CPU <= "
            f"{CONTENT_CPU_MS:.0f} ms: {wall_ms:.2f}, {verdict(wall_ms, CONTENT_CPU_MS)}; each "
            f"content rendered once: {'yes' if rendered == frames else 'NO'}."
        ],
    )


if __name__ == "__main__":
    main()
