"""A scene of twelve tiles to 50, 200, 500 and 1,000 clients: the last delivery, and what it costs.

Beside it, in the same run and with the same clients, equal bytes by a bare asyncio controller, by
one that also keeps what it acknowledges, and by python-socketio.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.arguments import common
from benchmarks.crowd import Crowd
from benchmarks.crowd_city import BASE, TILES, WALL, crowd_city, identifications, scene
from benchmarks.figures import Report, Table, percentile, publish, verdict
from benchmarks.peers import mean_sizes, peer
from benchmarks.product import Product, cpu_s, main_thread_cpu_s
from benchmarks.socketio_link import SocketIoLink

SIZES = (50, 200, 500, 1000)
CPU_RATIO, STAGED_MS, COLD_MS, JUDGED_AT = 2.0, 20.0, 60.0, 200
_SETTLE_S, _IDLE_S = 0.25, 2.0
RAW, KEEPING = "raw asyncio", "raw asyncio, keeping"
_PEERS = {
    RAW: ("bare_controller", "--loop=asyncio"),
    KEEPING: ("bare_controller", "--loop=asyncio", "--keep={folder}"),
    "raw uvloop": ("bare_controller", "--loop=uvloop"),
    "python-socketio": ("socketio_controller",),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Takes of one sort at one crowd: when the last client had each, and the controller's CPU."""

    clients: int
    sort: str
    controller: str
    frame_bytes: int
    last_ms: list[float]
    cpu_ms: float  # of one take
    loop_cpu_ms: float  # of it by the thread of the loop: the rest writes store and proof


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--takes", type=int, default=40, help="of each sort")
    parser.add_argument("--clients", type=int, nargs="+", default=SIZES)
    chosen = parser.parse_args()
    found: list[Measured] = []
    with crowd_city(1) as city, Product(lake=chosen.lake, city=city) as product:
        product.start("wall", "feed", "render")
        product.until_data()
        product.end("feed")  # nothing changes but by the takes
        for clients in chosen.clients:
            found += _at(product, clients, chosen.takes)
    publish(_report(found), write=chosen.write)


def _at(product: Product, clients: int, takes: int) -> Iterator[Measured]:
    """Measure both sorts at so many views, each beside the others with as many clients."""
    secret, port = product.settings.secret(), product.settings.wall_port
    views = identifications(product, clients, as_views=True)
    for sort, prepare in (("staged", _stage), ("cold", _begin_anew)):
        with _crowd(port, secret, views) as crowd:
            for number in range(2):
                of_wall = scene(f"{sort}-{number}", shifted=number)
                crowd.request("scene.put", {"wallId": WALL, "scene": of_wall})
            crowd.request("wall.preview", {"wallId": WALL, "sceneId": BASE})
            scenes = [f"{sort}-{number}" for number in range(2)]
            taken = _takes(crowd, product.tree("wall"), scenes, takes, prepare)
            sizes = mean_sizes(crowd)
        yield Measured(clients, sort, "ours", sizes["prepare"], *taken)
        for name, (module, *arguments) in _PEERS.items():
            link = {"link": SocketIoLink} if name == "python-socketio" else {}
            with (
                TemporaryDirectory() as folder,
                peer(module, sizes, *(each.format(folder=folder) for each in arguments)) as (
                    peer_port,
                    process,
                ),
                _crowd(peer_port, "", [{"kind": "view"}] * clients, **link) as crowd,
            ):
                taken = _takes(crowd, [process], ["peer"], takes, _let_be)
                sent = mean_sizes(crowd)["prepare"]
            yield Measured(clients, sort, name, sent, *taken)


@contextmanager
def _crowd(
    port: int, secret: str, identify: list[dict[str, str]], **link: type[SocketIoLink]
) -> Iterator[Crowd]:
    crowd = Crowd("127.0.0.1", port, **link)
    try:
        crowd.serve(secret)
        crowd.join(identify)
        yield crowd
    finally:
        crowd.close()


def _stage(crowd: Crowd, of_scene: Mapping[str, str]) -> None:
    """Preview a scene and wait until every client has it."""
    fit, _ = crowd.request("wall.preview", of_scene)
    staged = crowd.arrivals["stage"][fit["stageId"]]
    crowd.run(until=lambda: len(staged) == len(crowd.clients))


def _begin_anew(crowd: Crowd, of_scene: Mapping[str, str]) -> None:
    """Have a scene rendered, then put clients there that were never sent anything of it."""
    identifications = [link.identification for link in crowd.clients]
    crowd.leave()
    crowd.request("wall.take", of_scene)
    crowd.request("wall.clear", {"wallId": WALL, "layer": "manual"})
    crowd.join(identifications)


def _let_be(crowd: Crowd, of_scene: Mapping[str, str]) -> None:
    """Prepare nothing."""


def _takes(
    crowd: Crowd,
    controller: list[psutil.Process],
    scenes: list[str],
    count: int,
    prepare: Callable[[Crowd, Mapping[str, str]], None],
) -> tuple[list[float], float, float]:
    """Return when the last client had each take, ms from its request, and CPU ms of one take.

    Of all threads, and of the loop's alone.
    """

    def used_s() -> tuple[float, float]:
        return cpu_s(controller), main_thread_cpu_s(controller)

    crowd.rest(_SETTLE_S)
    before_s = used_s()
    crowd.rest(_IDLE_S)
    idle_shares = [(a - b) / _IDLE_S for a, b in zip(used_s(), before_s, strict=True)]  # heartbeats
    last_ms: list[float] = []
    spent_s = [0.0, 0.0]
    for number in range(count):
        of_scene = {"wallId": WALL, "sceneId": scenes[number % len(scenes)]}
        prepare(crowd, of_scene)
        crowd.rest(_SETTLE_S)
        crowd.forget()
        before_s = used_s()
        taken, asked_s = crowd.request("wall.take", of_scene)
        commits = crowd.arrivals["commit"][taken["switchId"]]
        crowd.run(until=lambda c=commits: len(c) == len(crowd.clients))  # type: ignore[misc]
        last_ms.append(1e3 * (max(crowd.arrivals["prepare"][taken["switchId"]]) - asked_s))
        crowd.rest(_SETTLE_S)  # every `shown` is said by then
        idle_s = _SETTLE_S + last_ms[-1] / 1e3
        for n, (after, before) in enumerate(zip(used_s(), before_s, strict=True)):
            spent_s[n] += after - before - idle_shares[n] * idle_s
    return last_ms, 1e3 * spent_s[0] / count, 1e3 * spent_s[1] / count


def _report(found: list[Measured]) -> Report:
    rows = [
        (
            str(each.clients),
            each.sort,
            each.controller,
            f"{each.frame_bytes / 1e3:.1f}",
            f"{percentile(each.last_ms, 50):.1f}",
            f"{percentile(each.last_ms, 95):.1f}",
            f"{each.cpu_ms:.1f}",
            f"{each.loop_cpu_ms:.1f}",
        )
        for each in found
    ]
    raw_ms = {(e.clients, e.sort): e.cpu_ms for e in found if e.controller == RAW}
    keeping_ms = {(e.clients, e.sort): e.cpu_ms for e in found if e.controller == KEEPING}
    ours = [each for each in found if each.controller == "ours"]
    ratios = [each.cpu_ms / raw_ms[each.clients, each.sort] for each in ours]
    of_keeping = [each.cpu_ms / keeping_ms[each.clients, each.sort] for each in ours]
    of_loop = [each.loop_cpu_ms / raw_ms[each.clients, each.sort] for each in ours]
    goals = [
        f"Goals: controller CPU <= {CPU_RATIO:.0f} x raw asyncio: {_told(ours, ratios)}, "
        f"{verdict(max(ratios), CPU_RATIO)}; of sending and hearing alone (the loop's thread): "
        f"{_told(ours, of_loop)}, {verdict(max(of_loop), CPU_RATIO)}; beside raw asyncio that "
        f"keeps what it acknowledges: {_told(ours, of_keeping)}, "
        f"{verdict(max(of_keeping), CPU_RATIO)}."
    ]
    few = min(ours, key=lambda each: (each.clients, each.cpu_ms))
    threads_ms = few.cpu_ms - few.loop_cpu_ms
    goals.append(
        f"Of one take at {few.clients} clients the two threads have {threads_ms:.1f} ms, "
        f"{threads_ms / raw_ms[few.clients, few.sort]:.1f} x raw asyncio by themselves: two "
        "transactions that are on the disk before anyone is answered or told, two entries of the "
        "proof; no more of it with more clients."
    )
    for sort, limit_ms in (("staged", STAGED_MS), ("cold", COLD_MS)):
        for each in found:
            if (each.clients, each.sort, each.controller) == (JUDGED_AT, sort, "ours"):
                last = percentile(each.last_ms, 95)
                goals.append(
                    f"Last delivery at {JUDGED_AT}, {sort}, p95 <= {limit_ms:.0f} ms: {last:.1f}, "
                    f"{verdict(last, limit_ms)}."
                )
    return Report(
        Path(__file__).stem,
        "A scene to many clients",
        f"""Views of one wall, clients over raw sockets in one process beside the controller, each
        with a link of its own; a scene of {TILES} tiles goes to all of them. Last delivery: from
        the request until the last client has `prepare`; CPU: of the controller, for one whole take
        (prepare, commit, both answers of every client), idle share taken off. Staged: the scene was
        previewed, prepare names the stage. Cold: all contents are at the controller, and the
        clients, just connected, were sent none of them. Raw: a controller without state or rules
        that counts answers and writes frames of equal length; keeping: the same with two synced
        transactions and an entry of a proof for each take; python-socketio: its AsyncServer
        (aiohttp, uvloop) doing the same by `emit` to a room. Ours runs on uvloop. What is not of
        its loop are two threads: they write the store, durable before a take is answered, and the
        proof of display, as much for 50 clients as for 1,000.""",
        [
            Table(
                ("clients", "", "by", "KB each", "last ms p50", "p95", "CPU ms a take", "loop"),
                rows,
            )
        ],
        [" ".join(goals)],
    )


def _told(found: list[Measured], ratios: list[float]) -> str:
    pairs = zip(found, ratios, strict=True)
    return ", ".join(f"{ratio:.1f} ({each.clients} {each.sort})" for each, ratio in pairs)


if __name__ == "__main__":
    main()
