"""500 outputs that come back at once: after their links were cut, and after kill -9 and a start.

Settled is when every one has identified, was brought to the program and has said that it shows it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.crowd import Crowd
from benchmarks.crowd_city import WALL, crowd_city, identifications, scene
from benchmarks.crowd_link import Link
from benchmarks.figures import Report, Table, percentile, publish, verdict
from benchmarks.product import Product, rss_mb

SETTLED_S = 5.0
OUTPUTS = 500
SCENE = "storm"
_PROBE_EVERY_S = 0.005


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--outputs", type=int, default=OUTPUTS)
    parser.add_argument("--storms", type=int, default=10, help="of each sort")
    chosen = parser.parse_args()
    rows: dict[str, list[tuple[float, ...]]] = {"links cut": [], "kill -9 and a start": []}
    with crowd_city(chosen.outputs) as city, Product(lake=chosen.lake, city=city) as product:
        product.start("wall", "feed", "render")
        product.until_data()
        product.end("feed")
        outputs = identifications(product, chosen.outputs)
        crowd = _joined(product, outputs)
        crowd.request("scene.put", {"wallId": WALL, "scene": scene(SCENE)})
        crowd.request("wall.take", {"wallId": WALL, "sceneId": SCENE, "hold": True})
        before_mb = rss_mb(product.tree("wall"))
        for _ in range(chosen.storms):
            crowd.rest(3)
            rows["links cut"].append(_cut(product, crowd, outputs))
        for _ in range(chosen.storms):
            crowd.rest(3)
            crowd.close()
            crowd, measured = _killed(product, outputs)
            rows["kill -9 and a start"].append(measured)
        crowd.close()
    publish(_report(rows, before_mb, chosen.outputs), write=chosen.write)


def _joined(product: Product, outputs: list[dict[str, str]]) -> Crowd:
    crowd = Crowd("127.0.0.1", product.settings.wall_port)
    crowd.serve(product.settings.secret())
    crowd.rush(outputs)
    crowd.run(until=lambda: all(each.identified for each in crowd.clients), within_s=60)
    return crowd


def _cut(product: Product, crowd: Crowd, outputs: list[dict[str, str]]) -> tuple[float, ...]:
    """Cut all links and let all come back; return (settled s, longest wait ms, memory MB)."""
    with _probe(product) as longest_ms:
        crowd.leave()
        began_s = time.monotonic()
        crowd.rush(outputs)
        settled_s = _settled(crowd) - began_s
    return settled_s, longest_ms[0], rss_mb(product.tree("wall"))


def _killed(product: Product, outputs: list[dict[str, str]]) -> tuple[Crowd, tuple[float, ...]]:
    """Kill the controller, start another, let all come back at once when it listens."""
    product.processes["wall"].send_signal(signal.SIGKILL)
    product.end("wall")
    product.start("wall")
    with _probe(product) as longest_ms:
        began_s = time.monotonic()
        crowd = Crowd("127.0.0.1", product.settings.wall_port)
        crowd.serve(product.settings.secret())
        crowd.rush(outputs)
        settled_s = _settled(crowd) - began_s
    return crowd, (settled_s, longest_ms[0], rss_mb(product.tree("wall")))


def _settled(crowd: Crowd) -> float:
    """Wait until the controller knows of every output that it shows the program; return when."""
    crowd.run(until=lambda: all(_shows(each) for each in crowd.clients), within_s=60)
    crowd.run(until=lambda: crowd.is_settled, within_s=60)
    settled_s = time.monotonic()
    crowd.rest(0.2)
    wall, _ = crowd.request("wall.state", {"wallId": WALL})
    wrong = [each["outputId"] for each in wall["outputs"] if not _is_right(each, wall["program"])]
    if wrong:
        raise RuntimeError(f"{len(wrong)} outputs are not right: {wrong[:5]}")
    return settled_s


def _shows(link: Link) -> bool:
    return link.identified and link.showing is not None and link.showing[0] == SCENE


def _is_right(output: dict[str, Any], program: dict[str, Any]) -> bool:
    showing = output["showing"] or {}
    return bool(output["online"]) and all(
        showing.get(key) == program[key] for key in ("sceneId", "revision")
    )


@contextmanager
def _probe(product: Product) -> Iterator[list[float]]:
    """Ask the controller for the time all along, from a process of its own.

    Afterwards the list given holds the longest wait for an answer, in ms: no stall of its loop was
    longer.
    """
    found: list[float] = []
    here, there = multiprocessing.Pipe()
    address = product.settings.wall_port, product.settings.secret()
    process = multiprocessing.Process(target=_ask_on, args=(there, *address), daemon=True)
    process.start()
    here.recv()  # it is there
    yield found
    here.send("end")
    found.append(here.recv())
    process.join()


def _ask_on(pipe: Any, port: int, secret: str) -> None:
    link = Link("127.0.0.1", port, {"kind": "service", "service": "tools", "token": secret})
    link.socket.settimeout(30)
    waits_ms = [0.0]
    pipe.send("here")
    while not pipe.poll(_PROBE_EVERY_S):
        began_s = time.monotonic()
        link.send("clock", {"t0AtMs": 0})
        while not any(b"clockReply" in payload for _, payload in link.take()):
            pass
        waits_ms.append(1e3 * (time.monotonic() - began_s))
    with suppress(OSError):
        link.socket.shutdown(socket.SHUT_RDWR)
    pipe.send(max(waits_ms))


def _report(found: dict[str, list[tuple[float, ...]]], before_mb: float, outputs: int) -> Report:
    rows = []
    for name, storms in found.items():
        settled, waits, memory = zip(*storms, strict=True)
        rows.append(
            (
                name,
                str(len(storms)),
                f"{percentile(settled, 50):.2f}",
                f"{max(settled):.2f}",
                f"{percentile(waits, 50):.0f}",
                f"{max(waits):.0f}",
                f"{max(memory):.0f}",
            )
        )
    worst = max(each[0] for storms in found.values() for each in storms)
    return Report(
        Path(__file__).stem,
        f"{outputs} outputs coming back at once",
        f"""A wall of {outputs} outputs with a scene of twelve tiles on air; all connect in the same
        instant, from one process beside the controller. Settled: from then until each has
        identified, was brought to the program and has said that it shows it; the controller's own
        state is compared after it. Wait: the longest that another client's question for the time
        went unanswered, asked every 5 ms from a process of its own: no stall of the loop was
        longer. Memory: RSS of the controller afterwards; with all on air before the first storm it
        was {before_mb:.0f} MB.""",
        [
            Table(
                ("", "n", "settled s p50", "max", "longest wait ms p50", "max", "memory MB"),
                rows,
            )
        ],
        [f"Goal: settled <= {SETTLED_S:.0f} s: {worst:.2f}, {verdict(worst, SETTLED_S)}."],
    )


if __name__ == "__main__":
    main()
